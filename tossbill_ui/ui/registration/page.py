"""``/register/``: the button that opens Toss's window, or the confirmation of a plan."""

import reflex as rx

from tossbill_ui.ui.components.banner import banner
from tossbill_ui.ui.components.buttons import back, bottom, button, button_link
from tossbill_ui.ui.components.element import Slot, Slots, element, label
from tossbill_ui.ui.components.facts import fact, facts
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.mark import mark
from tossbill_ui.ui.components.toss_billing import toss_billing
from tossbill_ui.ui.registration import plan_text, text
from tossbill_ui.ui.registration.state import RegisterState
from tossbill_ui.ui.registration.view import PayChoice
from tossbill_ui.ui.shared.text import Text, frame

shown = RegisterState.shown
row = Slots(shown, "register_")
SECOND = "button second"
ACCOUNT_BUTTON = f"{SECOND} with-accounts"


# The button appears before the script that handles it; a press in between is remembered.
KEEP_EARLY_PRESS = (
    "addEventListener('click',e=>{const b=e.target.closest('[data-toss-billing]');"
    "if(b&&!window.tossBilling)window.tossPressed=b.dataset.tossBilling})"
)


def register_page() -> rx.Component:
    """Return the page: what will happen, and the button that opens the window."""
    return page(
        # Not an element of React's: it warns of scripts, and never runs those that it renders.
        rx.el.div(dangerously_set_inner_html={"__html": f"<script>{KEEP_EARLY_PRESS}</script>"}),
        rx.el.script(src="/toss_billing.js", async_=True),
        toss_billing(
            call=RegisterState.call,
            on_sdk_ready=RegisterState.sdk_ready,
            on_sdk_error=RegisterState.sdk_error,
            on_reject=RegisterState.rejected,
        ),
        element(
            rx.el.div,
            _open(),
            _stopped(),
            fills={
                "data-view": row["view"],
                "data-plan": row["has_plan"],
                "data-accounts": row["accounts"],
                "data-call": Slot("call"),
            },
            class_name="register",
        ),
    )


def _open() -> rx.Component:
    return rx.el.section(
        back(frame.TO_HOME, href="/"),
        element(rx.el.h1, row["title"], class_name="title"),
        element(rx.el.p, row["body"], class_name="lead"),
        rx.el.p(RegisterState.notice, role="alert", class_name="notice"),
        _receipt(),
        element(rx.el.p, row["setup"], class_name="fine with-plan setup"),
        element(rx.el.p, row["consent"], class_name="fine"),
        _sdk_failed(),
        rx.el.div(
            _opens(text.REGISTER_BUTTON, "card", "register-button", "button primary"),
            _opens(text.REGISTER_ACCOUNT, "account", "register-account", f"{SECOND} with-accounts"),
            class_name="bottom when-ready",
        ),
        _confirm(),
        class_name="when-open",
    )


def _receipt() -> rx.Component:
    return facts(
        fact(plan_text.TODAY, row["today"], attrs={"data-testid": "charge-now"}),
        fact(row["next_label"], row["next"]),
        fact(plan_text.PLAN, row["plan"], class_name="with-plan"),
    )


def _opens(words: Text, kind: str, testid: str, class_name: str) -> rx.Component:
    """Return a button that opens Toss's window for a ``card`` or an ``account``."""
    return rx.el.button(
        rx.el.span(label(words), class_name="when-idle"),
        rx.el.span(label(text.REGISTER_OPENING), class_name="when-opening"),
        type="button",
        disabled=RegisterState.paying,
        class_name=class_name,
        custom_attrs={"data-testid": testid, "data-toss-billing": kind},
    )


def _confirm() -> rx.Component:
    """Return the buttons that charge, each with its amount, and those for another method."""
    return rx.el.div(
        rx.el.p(
            rx.cond(RegisterState.paying, label(plan_text.PAYING)), role="status", class_name="fine"
        ),
        button(
            row["pay"],
            weight="primary",
            on_click=RegisterState.pay(RegisterState.choices[0].method_id),
            disabled=RegisterState.busy,
            attrs={"data-testid": "subscribe-button"},
        ),
        rx.foreach(RegisterState.choices[1:], _other),
        _opens(plan_text.OTHER_CARD, "card", "register-another", SECOND),
        _opens(text.REGISTER_ACCOUNT, "account", "register-other-account", ACCOUNT_BUTTON),
        class_name="bottom when-confirm",
    )


def _other(choice: PayChoice) -> rx.Component:
    return button(
        choice.label,
        on_click=RegisterState.pay(choice.method_id),
        disabled=RegisterState.busy,
        attrs={"data-testid": "subscribe-other"},
    )


def _sdk_failed() -> rx.Component:
    return banner(
        text.SDK_FAILED,
        text.SDK_FAILED_BODY,
        button(text.RETRY, attrs={"data-testid": "retry-button", "data-toss-billing": "retry"}),
        attrs={"data-testid": "sdk-failed"},
        class_name="alert when-sdk-failed",
        role="alert",
    )


def _stopped() -> rx.Component:
    return element(
        rx.el.section,
        mark(),
        element(rx.el.h1, row["title"], class_name="title"),
        element(rx.el.p, row["body"], class_name="lead"),
        bottom(button_link(row["action"], weight="primary", fills={"href": row["action_href"]})),
        fills={"data-testid": row["testid"]},
        class_name="when-stopped",
    )
