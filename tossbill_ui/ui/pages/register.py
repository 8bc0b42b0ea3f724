"""``/register/``: one button that opens Toss's window."""

import reflex as rx

from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.mark import mark
from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.components.slots import filled, slot
from tossbill_ui.ui.components.toss_billing import toss_billing
from tossbill_ui.ui.registering import PayChoice
from tossbill_ui.ui.states.register import RegisterState
from tossbill_ui.ui.text import Text, cards
from tossbill_ui.ui.text import plans as plan_text

shown = RegisterState.shown
SECOND = "button second"
ACCOUNT_BUTTON = f"{SECOND} with-accounts"


def register_page() -> rx.Component:
    """Say what will happen, then open the window."""
    return page(
        rx.el.script(src="/toss_billing.js", async_=True),
        toss_billing(
            call=RegisterState.call,
            on_sdk_ready=RegisterState.sdk_ready,
            on_sdk_error=RegisterState.sdk_error,
            on_reject=RegisterState.rejected,
        ),
        filled(
            rx.el.div,
            _open(),
            _stopped(),
            fill={
                "data-view": "register_view",
                "data-plan": "register_has_plan",
                "data-accounts": "register_accounts",
                "data-call": "call",
            },
            attrs={
                "data-view": shown["view"],
                "data-plan": shown["has_plan"],
                "data-accounts": shown["accounts"],
            },
            class_name="register",
        ),
    )


def _open() -> rx.Component:
    return rx.el.section(
        link(say(cards.TO_HOME), href="/", class_name="back"),
        slot(rx.el.h1, "register_title", shown["title"], class_name="title"),
        slot(rx.el.p, "register_body", shown["body"], class_name="lead"),
        rx.el.p(RegisterState.notice, role="alert", class_name="notice"),
        _receipt(),
        slot(rx.el.p, "register_setup", shown["setup"], class_name="fine with-plan setup"),
        slot(rx.el.p, "register_consent", shown["consent"], class_name="fine"),
        _sdk_failed(),
        rx.el.div(
            _opens(cards.REGISTER_BUTTON, "card", "register-button", "button primary"),
            _opens(
                cards.REGISTER_ACCOUNT, "account", "register-account", f"{SECOND} with-accounts"
            ),
            class_name="bottom when-ready",
        ),
        _confirm(),
        class_name="when-open",
    )


def _receipt() -> rx.Component:
    return rx.el.dl(
        rx.el.div(
            rx.el.dt(say(plan_text.TODAY)),
            slot(rx.el.dd, "register_today", shown["today"], attrs={"data-testid": "charge-now"}),
        ),
        rx.el.div(
            slot(rx.el.dt, "register_next_label", shown["next_label"]),
            slot(rx.el.dd, "register_next", shown["next"]),
        ),
        rx.el.div(
            rx.el.dt(say(plan_text.PLAN)),
            slot(rx.el.dd, "register_plan", shown["plan"]),
            class_name="with-plan",
        ),
        class_name="receipt",
    )


def _opens(label: Text, kind: str, testid: str, class_name: str) -> rx.Component:
    """Return a button that opens Toss's window for a ``card`` or an ``account``."""
    return rx.el.button(
        rx.el.span(say(label), class_name="when-idle"),
        rx.el.span(say(cards.REGISTER_OPENING), class_name="when-opening"),
        type="button",
        disabled=RegisterState.paying,
        class_name=class_name,
        custom_attrs={"data-testid": testid, "data-toss-billing": kind},
    )


def _confirm() -> rx.Component:
    """Return the buttons that charge, each with its amount, and the way to another card."""
    return rx.el.div(
        rx.el.p(
            rx.cond(RegisterState.paying, say(plan_text.PAYING)), role="status", class_name="fine"
        ),
        slot(
            rx.el.button,
            "register_pay",
            shown["pay"],
            on_click=RegisterState.pay(RegisterState.choices[0]["method_id"]),
            disabled=RegisterState.busy,
            type="button",
            attrs={"data-testid": "subscribe-button"},
            class_name="button primary",
        ),
        rx.foreach(RegisterState.choices[1:], _other),
        _opens(plan_text.OTHER_CARD, "card", "register-another", SECOND),
        _opens(cards.REGISTER_ACCOUNT, "account", "register-other-account", ACCOUNT_BUTTON),
        class_name="bottom when-confirm",
    )


def _other(choice: PayChoice) -> rx.Component:
    return rx.el.button(
        choice["label"],
        on_click=RegisterState.pay(choice["method_id"]),
        disabled=RegisterState.busy,
        type="button",
        class_name="button",
        custom_attrs={"data-testid": "subscribe-other"},
    )


def _sdk_failed() -> rx.Component:
    return rx.el.div(
        rx.el.strong(say(cards.SDK_FAILED)),
        rx.el.p(say(cards.SDK_FAILED_BODY)),
        rx.el.button(
            say(cards.RETRY),
            type="button",
            class_name="button",
            custom_attrs={"data-testid": "retry-button", "data-toss-billing": "retry"},
        ),
        class_name="alert when-sdk-failed",
        role="alert",
        custom_attrs={"data-testid": "sdk-failed"},
    )


def _stopped() -> rx.Component:
    return filled(
        rx.el.section,
        mark(),
        slot(rx.el.h1, "register_title", shown["title"], class_name="title"),
        slot(rx.el.p, "register_body", shown["body"], class_name="lead"),
        rx.el.div(
            slot(
                link,
                "register_action",
                shown["action"],
                fill={"href": "register_action_href"},
                href=shown["action_href"],
                class_name="button primary",
            ),
            class_name="bottom",
        ),
        fill={"data-testid": "register_testid"},
        attrs={"data-testid": shown["testid"]},
        class_name="when-stopped",
    )
