"""``/subscription/``: the status of each subscription, and what can be done with it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.banner import banner
from tossbill_ui.ui.components.buttons import button, button_link
from tossbill_ui.ui.components.element import Slot, Slots, Words, element, label
from tossbill_ui.ui.components.facts import fact, facts
from tossbill_ui.ui.components.focus import focus
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.notice import notice
from tossbill_ui.ui.components.panel_steps import panel_steps
from tossbill_ui.ui.components.rows import row_button, row_link
from tossbill_ui.ui.components.status import status_chip
from tossbill_ui.ui.components.waiting import empty, skeleton
from tossbill_ui.ui.plans import text as plans_text
from tossbill_ui.ui.sessions import text as sessions_text
from tossbill_ui.ui.shared.brand import BrandState
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.subscription import change_text, text
from tossbill_ui.ui.subscription.email_panel import email_form
from tossbill_ui.ui.subscription.panels import painted_panel, painted_refusal, panels
from tossbill_ui.ui.subscription.rows import SubscriptionRow
from tossbill_ui.ui.subscription.state import SubscriptionState
from tossbill_ui.ui.subscription.view import PAINTED

State = SubscriptionState


def subscription_page() -> rx.Component:
    """Return the page: every subscription, or the open question about one."""
    return page(
        focus(target=State.focus, turn=State.turn),
        panel_steps(query=State.query, move=State.move, on_escape=State.keep, on_step=State.step),
        rx.cond(State.notice_of == "page", notice(State.notice)),
        rx.cond(State.painting, painted_refusal()),
        rx.match(
            State.panel,
            *panels(),
            rx.fragment(rx.cond(State.painting, painted_panel()), _subscriptions()),
        ),
        at="/subscription/",
    )


def _subscriptions() -> rx.Component:
    """Return all three phases of the page; CSS shows the one in ``data-phase``."""
    return element(
        rx.el.div,
        rx.el.h1(label(text.TITLE), class_name="title"),
        rx.el.div(skeleton(text.LOADING), class_name="when-loading"),
        rx.el.div(
            empty(
                text.EMPTY,
                text.EMPTY_BODY,
                button_link(plans_text.TO_PLANS, href="/"),
                rx.el.p(
                    link(label(text.SIGN_IN), href=BrandState.enter_href), class_name="fine sign-in"
                ),
                testid="subscription-empty",
            ),
            class_name="when-empty",
        ),
        rx.el.div(
            *(
                _subscription(Slots(State.rows[number], f"subscription{number}_"))
                for number in range(PAINTED)
            ),
            rx.foreach(State.more, _unpainted),
            class_name="when-rows",
        ),
        email_form(),
        rx.el.div(row_link(sessions_text.OPEN, "/subscription/sessions/"), class_name="when-rows"),
        fills={"data-phase": Slot("phase", State.phase)},
        class_name="subscriptions",
    )


def _unpainted(row: SubscriptionRow) -> rx.Component:
    """Return a subscription that is not prerendered; the state fills it."""
    return _subscription(Slots(row, "more_"))


def _subscription(row: Slots) -> rx.Component:
    parts = row.inside("parts")
    return element(
        rx.el.section,
        rx.el.div(
            element(rx.el.h2, row["plan"], tab_index=-1),
            status_chip(
                row["status"], fills={"data-tone": row["tone"], "data-testid": parts["status"]}
            ),
            class_name="subscription-head",
        ),
        rx.cond(State.notice_of == row.row.id, notice(State.notice)),
        _alert(row, row.inside("alert"), parts),
        facts(
            fact(row["next_label"], row["next"], fills={"data-testid": parts["next"]}),
            fact(text.PRICE, row["price"]),
            fact(text.METHOD, row["method"], fills={"data-testid": parts["method"]}),
        ),
        _actions(row, parts),
        fills={"data-testid": parts["subscription"], "data-id": row["id"]},
        class_name="subscription",
    )


def _actions(row: Slots, parts: Slots) -> rx.Component:
    """Return every action; those not possible now are marked absent."""
    subscription_id = row.row.id

    def opens(part: str, label: Text, on_click: Any) -> rx.Component:
        return row_button(
            label,
            on_click=on_click(subscription_id),
            disabled=State.busy,
            fills={"data-testid": parts[part]},
        )

    def acts(part: str, label: Words, on_click: Any) -> rx.Component:
        return button(
            label,
            on_click=on_click(subscription_id),
            disabled=State.busy,
            fills={"data-testid": parts[part]},
        )

    return rx.el.div(
        acts("keep_plan", change_text.KEEP, State.keep_plan),
        acts("resume", row["resume"], State.resume),
        acts("undo", text.UNDO, State.undo),
        opens("change", text.CHANGE, State.ask_method),
        opens("change_plan", change_text.CHANGE, State.ask_plan),
        opens("pause", text.PAUSE, State.ask_pause),
        opens("cancel", text.CANCEL, State.ask_cancel),
        row_link(
            row["again"], fills={"href": row["again_href"], "data-testid": parts["start_again"]}
        ),
        class_name="actions",
    )


def _alert(row: Slots, alert: Slots, parts: Slots) -> rx.Component:
    def answer(part: str, on_click: Any) -> rx.Component:
        return button(
            alert["label"],
            on_click=on_click(row.row.id),
            disabled=State.busy,
            fills={"data-testid": parts[part]},
        )

    return banner(
        alert["title"],
        alert["body"],
        answer("pay", State.pay_now),
        answer("card", State.ask_method),
        answer("price", State.ask_price),
        button_link(alert["label"], fills={"href": alert["href"], "data-testid": parts["again"]}),
        button_link(
            alert["label"],
            fills={"href": alert["href"], "data-testid": parts["receipt"]},
            target="_blank",
            rel="noreferrer",
        ),
        fills={"data-tone": alert["tone"], "data-testid": parts["alert"]},
    )
