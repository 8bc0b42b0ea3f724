"""Forms, fields and buttons of the pages to come in by, in HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from tossbill_ui.ui.shared.text import Text


def form(action: str, hidden: Mapping[str, str], fields: str, buttons: str) -> str:
    """Return a form that the browser posts by itself.

    Args:
        action: The path and query that it is sent to.
        hidden: The fields that nobody sees.
        fields: The fields that somebody fills in, in HTML.
        buttons: The buttons, in HTML.
    """
    sent = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    return (
        f'\n<form method="post" action="{escape(action)}" class="enter">{sent}{fields}'
        f'<div class="bottom">{buttons}</div></form>'
    )


def typed(label: Text, problem: str, *, name: str, **attributes: str) -> str:
    """Return an input with its label, and below it what is wrong with it."""
    given = {"name": name, "id": name, "type": "text", "required": "", **attributes}
    if problem:
        given |= {"aria-invalid": "true", "aria-describedby": f"{name}-says", "autofocus": ""}
    written = " ".join(f'{key}="{escape(value)}"' for key, value in given.items())
    says = f'<p class="fine says" id="{name}-says" role="alert">{escape(problem)}</p>'
    return (
        f'<div class="typed-field"><label class="field"><span class="field-name">'
        f"{escape(label())}</span><input {written}></label>{says if problem else ''}</div>"
    )


def button(
    words: str, *, weight: str = "", testid: str = "", name: str = "", value: str = ""
) -> str:
    """Return a button that sends its form, with a value if it has a name."""
    sends = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    return (
        f'<button type="submit" class="button {weight}"{sends} data-testid="{testid}">'
        f"{escape(words)}</button>"
    )
