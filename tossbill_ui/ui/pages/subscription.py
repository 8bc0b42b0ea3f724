"""``/subscription/``: how each subscription stands, and what can be wished."""

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.pages.subscription_panels import panels
from tossbill_ui.ui.states.subscription import SubscriptionState
from tossbill_ui.ui.subscription_views import SubscriptionRow
from tossbill_ui.ui.text import Text, cards, changing
from tossbill_ui.ui.text import plans as plan_text
from tossbill_ui.ui.text import subscription as text

State = SubscriptionState


def subscription_page() -> rx.Component:
    """Show every subscription, or the question that is open about one."""
    return page(
        rx.el.p(State.notice, role="status", class_name="notice"),
        rx.match(
            State.panel,
            *panels(),
            rx.el.div(
                rx.el.h1(say(text.TITLE), class_name="title"),
                rx.match(State.phase, ("rows", _rows()), ("empty", _empty()), _skeleton()),
            ),
        ),
    )


def _rows() -> rx.Component:
    return rx.fragment(
        rx.foreach(State.rows, _subscription),
        rx.el.nav(
            _way(plan_text.TO_PLANS, "/"),
            _way(cards.HOME_HISTORY, "/history/"),
            class_name="rows",
        ),
    )


def _way(label: Text, href: str) -> rx.Component:
    return link(say(label), rx.el.span(class_name="chevron"), href=href, class_name="row")


def _subscription(row: SubscriptionRow) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(row["plan"]),
            rx.el.span(
                row["status"],
                class_name="status-chip",
                custom_attrs={"data-tone": row["tone"], "data-testid": "subscription-status"},
            ),
            class_name="subscription-head",
        ),
        _alert(row),
        rx.el.dl(
            rx.el.div(
                rx.el.dt(row["next_label"]),
                rx.el.dd(row["next"], custom_attrs={"data-testid": "next-charge"}),
            ),
            rx.el.div(rx.el.dt(say(plan_text.PLAN)), rx.el.dd(row["price"])),
            rx.el.div(
                rx.el.dt(say(text.METHOD)),
                rx.el.dd(row["method"], custom_attrs={"data-testid": "method-label"}),
            ),
            class_name="receipt",
        ),
        rx.el.div(
            _action(row["can_change"], text.CHANGE, State.ask_method(row["id"]), "change-card"),
            _action(
                row["can_change_plan"], changing.CHANGE, State.ask_plan(row["id"]), "change-plan"
            ),
            _action(row["can_keep_plan"], changing.KEEP, State.keep_plan(row["id"]), "keep-plan"),
            _action(row["can_pause"], text.PAUSE, State.hold(row["id"]), "pause-button"),
            _action(
                row["can_resume"], text.RESUME, State.take_up(row["id"]), "resume-paused-button"
            ),
            _action(row["can_undo"], text.UNDO, State.undo(row["id"]), "resume-button"),
            _action(row["can_cancel"], text.CANCEL, State.ask_cancel(row["id"]), "cancel-button"),
            class_name="actions",
        ),
        class_name="subscription",
        custom_attrs={"data-testid": "subscription"},
    )


def _action(when: bool, label: Text, on_click: Any, testid: str) -> rx.Component:
    return rx.cond(
        when,
        rx.el.button(
            say(label),
            rx.el.span(class_name="chevron"),
            on_click=on_click,
            disabled=State.busy,
            type="button",
            class_name="row",
            custom_attrs={"data-testid": testid},
        ),
    )


def _alert(row: SubscriptionRow) -> rx.Component:
    alert = row["alert"]
    return rx.cond(
        alert["title"] != "",
        rx.el.div(
            rx.el.strong(alert["title"]),
            rx.el.p(alert["body"]),
            rx.match(
                alert["action"],
                ("pay", _answer(alert["label"], State.pay_now(row["id"]), "pay-now")),
                ("card", _answer(alert["label"], State.ask_method(row["id"]), "change-and-pay")),
                ("again", link(alert["label"], href=alert["href"], class_name="button")),
                rx.fragment(),
            ),
            class_name="alert",
            custom_attrs={"data-tone": alert["tone"], "data-testid": "subscription-alert"},
        ),
    )


def _answer(label: str, on_click: Any, testid: str) -> rx.Component:
    return rx.el.button(
        label,
        on_click=on_click,
        disabled=State.busy,
        type="button",
        class_name="button",
        custom_attrs={"data-testid": testid},
    )


def _empty() -> rx.Component:
    return rx.el.div(
        rx.el.strong(say(text.EMPTY)),
        rx.el.p(say(text.EMPTY_BODY)),
        rx.el.nav(_way(plan_text.TO_PLANS, "/"), class_name="rows"),
        class_name="empty",
        custom_attrs={"data-testid": "subscription-empty"},
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        *(rx.el.div(class_name="bone") for _ in range(3)),
        rx.el.span(say(text.LOADING), class_name="unseen"),
        class_name="skeleton",
        custom_attrs={"aria-busy": "true"},
    )
