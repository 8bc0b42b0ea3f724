"""The form under the subscriptions for the customer's notification address."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.buttons import button
from tossbill_ui.ui.components.element import label
from tossbill_ui.ui.components.field import field, fields
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.subscription import email_text as text
from tossbill_ui.ui.subscription.email_state import EmailState

State = EmailState


def email_form() -> rx.Component:
    """Return the address with its verification, and the result of the last press."""
    return rx.el.section(
        _address(),
        rx.cond(State.standing, _standing()),
        rx.cond(State.is_asked, _code()),
        rx.el.p(
            State.said,
            id="email-said",
            role="status",
            class_name=rx.cond(State.wrong, "said-back wrong", "said-back"),
            custom_attrs={"data-testid": "email-said"},
        ),
        id="email",
        class_name=rx.cond(State.is_known, "email known", "email"),
    )


def _address() -> rx.Component:
    """Return the form; the typed address stays until it is saved."""
    return rx.el.form(
        fields(
            field(
                text.LABEL,
                rx.el.input(
                    name="email",
                    type="text",
                    input_mode="email",
                    auto_complete="email",
                    max_length=254,
                    default_value=State.email,
                    aria_describedby="email-hint email-said",
                    aria_invalid=State.wrong == "email",
                    custom_attrs={"data-testid": "email-input", "spellCheck": "false"},
                ),
            ),
            _submit(text.SAVE, "email-save"),
        ),
        rx.el.p(label(text.HINT), id="email-hint", class_name="fine"),
        on_submit=State.save,
        no_validate=True,
    )


def _standing() -> rx.Component:
    """Return whether the saved address signs in, and the button that verifies it."""
    return rx.el.div(
        rx.el.p(State.standing, class_name="fine", custom_attrs={"data-testid": "email-standing"}),
        rx.cond(
            State.is_verified,
            rx.fragment(),
            rx.cond(State.is_asked, _send(text.AGAIN), _send(text.VERIFY)),
        ),
        class_name="email-standing",
    )


def _send(words: Text) -> rx.Component:
    return button(
        words,
        on_click=State.send_code,
        disabled=State.busy,
        attrs={"data-testid": "email-verify"},
    )


def _code() -> rx.Component:
    return rx.el.form(
        fields(
            field(
                text.CODE,
                rx.el.input(
                    name="code",
                    type="text",
                    input_mode="numeric",
                    auto_complete="one-time-code",
                    max_length=9,
                    aria_describedby="email-said",
                    aria_invalid=State.wrong == "code",
                    custom_attrs={"data-testid": "email-code"},
                ),
            ),
            _submit(text.CONFIRM, "email-confirm"),
        ),
        on_submit=State.verify,
        no_validate=True,
        reset_on_submit=False,
        class_name="email-code",
    )


def _submit(words: Text, testid: str, **props: Any) -> rx.Component:
    return rx.el.button(
        label(words),
        type="submit",
        disabled=State.busy,
        class_name="button",
        custom_attrs={"data-testid": testid},
        **props,
    )
