"""View rows: the content of a page as plain text, in frozen dataclasses.

The same rows fill the prerendered HTML and the Reflex states, so both show the same. Each field
that fills a slot is text; an absent one is `BLANK`, because React takes over an element from the
HTML only where both have some text in it.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

BLANK = "\u00a0"

# The test id of an element that the prerendered page contains but does not show.
ABSENT = "absent"
# The most characters shown of a code and a message, which a stranger may have sent.
CODE_SHOWN, MESSAGE_SHOWN = 64, 160


def flat(row: DataclassInstance, prefix: str) -> dict[str, str]:
    """Return the slots that a view row fills: each field under the row's prefix.

    A number is for the state alone, which acts on what its page shows.
    """
    found: dict[str, str] = {}
    for field in fields(row):
        name, value = f"{prefix}{field.name}", getattr(row, field.name)
        if isinstance(value, str):
            found[name] = value
        elif not isinstance(value, int):
            found |= flat(value, f"{name}_")
    return found
