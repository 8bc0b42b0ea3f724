"""View rows: what a page shows, as plain text and nothing else.

The same rows fill the prerendered HTML and the Reflex states, so that both say the same. Every
field is text; an absent one is `BLANK`, because React takes an element over from the HTML only
where both have some text in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

BLANK = "\u00a0"

# Instead of its name in tests, on what the prerendered page holds and does not show.
ABSENT = "absent"
# Of what a stranger may have sent, so many characters are shown.
CODE_SHOWN, MESSAGE_SHOWN = 64, 160


def flat(row: Mapping[str, object], prefix: str) -> dict[str, str]:
    """Return a view row as what fills its slots: each field under the row's prefix."""
    found: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= flat(cast("Mapping[str, object]", value), f"{prefix}{name}_")
        else:
            found[f"{prefix}{name}"] = str(value)
    return found
