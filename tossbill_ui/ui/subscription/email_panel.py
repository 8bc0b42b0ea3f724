"""The form under the subscriptions for the customer's notification address."""

import reflex as rx

from tossbill_ui.ui.components.element import label
from tossbill_ui.ui.components.field import field, fields
from tossbill_ui.ui.subscription import email_text as text
from tossbill_ui.ui.subscription.email_state import EmailState

State = EmailState


def email_form() -> rx.Component:
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
                    aria_invalid=State.is_wrong,
                    custom_attrs={"data-testid": "email-input", "spellCheck": "false"},
                ),
            ),
            rx.el.button(
                label(text.SAVE),
                type="submit",
                disabled=State.busy,
                class_name="button",
                custom_attrs={"data-testid": "email-save"},
            ),
        ),
        rx.el.p(label(text.HINT), id="email-hint", class_name="fine"),
        rx.el.p(
            State.said,
            id="email-said",
            role="status",
            class_name=rx.cond(State.is_wrong, "said-back wrong", "said-back"),
            custom_attrs={"data-testid": "email-said"},
        ),
        on_submit=State.save,
        no_validate=True,
        id="email",
        class_name="email",
    )
