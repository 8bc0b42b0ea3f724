"""Our own card form, as a part of the registration page (ADR-0037).

It is plain HTML. What is typed into it goes from the browser to our server in one POST, and never
through React, a state or the websocket.
"""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.element import Slots, Words, element
from tossbill_ui.ui.components.field import typed_field
from tossbill_ui.ui.components.post_form import post_form
from tossbill_ui.ui.registration import card_text
from tossbill_ui.ui.registration.state import RegisterState

FORM = "card-form"
row = Slots(RegisterState.card, "card_")


def card_form() -> rx.Component:
    """Return the form without its button, which stands in the bar at the bottom."""
    return element(
        post_form,
        rx.html(RegisterState.card.carried),
        _field("number", auto_complete="cc-number", max_length=23),
        _field("expiry", auto_complete="cc-exp", max_length=9),
        _field("birth", auto_complete="off", max_length=12),
        _field("password", auto_complete="off", max_length=2, type="password"),
        _terms(),
        fills={"action": row["action"]},
        attrs={"data-testid": FORM},
        id=FORM,
        method="post",
        class_name="card-form with-form",
    )


def submit(words: Words) -> rx.Component:
    """Return the button that sends the form, from wherever it stands on the page."""
    return element(
        rx.el.button,
        words,
        form=FORM,
        type="submit",
        attrs={"data-testid": "card-submit"},
        class_name="button primary with-form",
    )


def _field(name: str, *, type: str = "text", **props: object) -> rx.Component:
    shown, says_id = row.inside(name), f"card-{name}-says"
    typed = element(
        rx.el.input,
        name=name,
        type=type,
        input_mode="numeric",
        required=True,
        fills={"aria-invalid": shown["is_wrong"]},
        attrs={"aria-describedby": says_id, "data-testid": f"card-{name}"},
        **props,
    )
    return typed_field(card_text.LABELS[name], typed, shown["says"], says_id=says_id)


def _terms() -> rx.Component:
    """Return who receives the details, and the consent, stored with the version of its text."""
    shown = row.inside("agree")
    box = element(
        rx.el.input,
        name="agree",
        value=card_text.TERMS_VERSION,
        type="checkbox",
        required=True,
        fills={"aria-invalid": shown["is_wrong"]},
        attrs={"aria-describedby": "card-agree-says", "data-testid": "card-agree"},
    )
    return rx.el.div(
        rx.el.label(box, element(rx.el.span, row["terms"]), class_name="agree"),
        element(rx.el.p, shown["says"], id="card-agree-says", class_name="fine says"),
        class_name="typed-field",
    )
