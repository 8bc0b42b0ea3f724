"""Accounts as their owners recognize them, and others learn nothing."""

from __future__ import annotations

from tossbill_ui.core.text import clean
from tossbill_ui.prerender import Whose
from tossbill_ui.ui.enter import text

STARS = "***"
LONGEST = 60


def account(whose: Whose) -> list[str]:
    """Return the masked lines that say whose an account is: name and address, else the id."""
    name, email = masked_name(whose.name), masked_email(whose.email)
    lines = [line for line in (email, name) if line]
    if not lines and whose.external_id:
        return [text.MEMBER(id=masked_id(whose.external_id))]
    return lines or [text.NAMELESS()]


def masked_email(email: str) -> str:
    """Return an address of which only the first character and the domain are readable."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}{STARS}{at}{domain}"[:LONGEST] if local else ""


def masked_name(name: str) -> str:
    """Return a name of which the first character and, of a longer one, the last are readable."""
    name = clean(name, limit=LONGEST)
    if len(name) <= 2:
        return f"{name[:1]}*" if name else ""
    return f"{name[0]}{'*' * min(3, len(name) - 2)}{name[-1]}"


def masked_id(external_id: str) -> str:
    """Return an id of which only the ends are readable."""
    ends = (external_id[0], external_id[-1]) if len(external_id) > 2 else ("", "")
    return f"{ends[0]}{STARS}{ends[1]}"
