"""``/register/``: the button that opens Toss's window, or the confirmation of a plan."""

import reflex as rx

from tossbill_ui.ui.components.banner import banner
from tossbill_ui.ui.components.buttons import back, bottom, button, button_link
from tossbill_ui.ui.components.element import Slot, Slots, Words, element, label
from tossbill_ui.ui.components.facts import fact, facts
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.mark import mark
from tossbill_ui.ui.components.toss_billing import toss_billing
from tossbill_ui.ui.registration import card_form_part, plan_text, text
from tossbill_ui.ui.registration.state import RegisterState
from tossbill_ui.ui.shared.methods import PayChoice
from tossbill_ui.ui.shared.text import frame

shown = RegisterState.shown
row = Slots(shown, "register_")
card = card_form_part.row
ROW = "row"


# The button appears before the script that handles it; a press in between is remembered.
KEEP_EARLY_PRESS = (
    "addEventListener('click',e=>{const b=e.target.closest('[data-toss-billing]');"
    "if(b&&!window.tossBilling)window.tossPressed=b.dataset.tossBilling})"
)


def register_page() -> rx.Component:
    """Return the page: what will happen, and the button that opens the window."""
    return page(
        # Not an element of React's: it warns of scripts, and never runs those that it renders.
        rx.html(f"<script>{KEEP_EARLY_PRESS}</script>"),
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
                "data-methods": row["has_methods"],
                "data-accounts": row["accounts"],
                "data-form": row["card_form"],
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
        _method(),
        card_form_part.card_form(),
        element(rx.el.p, row["setup"], class_name="fine with-plan setup"),
        _sdk_failed(),
        bottom(_consent(), _register(), _confirm()),
        class_name="when-open",
    )


def _receipt() -> rx.Component:
    return facts(
        fact(plan_text.TODAY, row["today"], attrs={"data-testid": "charge-now"}),
        fact(row["next_label"], row["next"]),
        fact(plan_text.PLAN, row["plan"], class_name="with-plan"),
    )


def _opens(words: Words, kind: str, testid: str, class_name: str) -> rx.Component:
    """Return a button that opens Toss's window for a ``card`` or an ``account``."""
    return rx.el.button(
        element(rx.el.span, words, class_name="when-idle"),
        rx.el.span(label(text.REGISTER_OPENING), class_name="when-opening"),
        type="button",
        disabled=RegisterState.paying,
        class_name=class_name,
        custom_attrs={"data-testid": testid, "data-toss-billing": kind},
    )


def _consent() -> rx.Component:
    """Return what a press agrees to: in one bar with its button, so both are seen together."""
    attrs = {"data-testid": "consent"}
    return element(rx.el.p, row["consent"], attrs=attrs, class_name="fine consent")


def _register() -> rx.Component:
    account = "button second with-accounts"
    return rx.el.div(
        _opens(row["press"], "card", "register-button", "button primary without-form"),
        card_form_part.submit(row["press"]),
        _opens(row["press_account"], "account", "register-account", account),
        class_name="presses when-ready",
    )


def _confirm() -> rx.Component:
    """Return the one button that charges, with its amount."""
    return rx.el.div(
        rx.el.p(
            rx.cond(RegisterState.paying, label(plan_text.PAYING)), role="status", class_name="fine"
        ),
        button(
            row["pay"],
            weight="primary",
            on_click=RegisterState.pay,
            disabled=RegisterState.busy,
            attrs={"data-testid": "subscribe-button"},
        ),
        class_name="presses when-confirm",
    )


def _method() -> rx.Component:
    """Return the method to be charged; it unfolds to the others, and to registering another."""
    return rx.el.details(
        rx.el.summary(
            rx.el.span(label(plan_text.METHOD), class_name="name"),
            element(rx.el.span, row["method"], attrs={"data-testid": "chosen-method"}),
            custom_attrs={"data-testid": "method-row"},
        ),
        rx.el.fieldset(
            rx.el.legend(label(plan_text.CHOOSE_METHOD), class_name="unseen"),
            rx.foreach(RegisterState.choices, _choice),
        ),
        _opens(plan_text.OTHER_CARD, "card", "register-another", f"{ROW} without-form"),
        element(
            link,
            plan_text.OTHER_CARD,
            fills={"href": card["new_href"]},
            attrs={"data-testid": "card-another"},
            class_name=f"{ROW} with-form",
            href=RegisterState.card.new_href,
        ),
        _opens(text.REGISTER_ACCOUNT, "account", "register-other-account", f"{ROW} with-accounts"),
        class_name="paying with-methods",
    )


def _choice(choice: PayChoice) -> rx.Component:
    return rx.el.label(
        rx.el.span(choice.label, rx.el.span(choice.note, class_name="fine")),
        rx.el.input(
            type="radio",
            name="payment-method",
            checked=RegisterState.chosen == choice.method_id,
            on_change=RegisterState.choose(choice.method_id),
            disabled=RegisterState.busy,
        ),
        class_name=ROW,
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
