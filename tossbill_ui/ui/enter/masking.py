"""Accounts as their owners recognize them, and others learn nothing."""

from __future__ import annotations

from tossbill_ui.customers.masked import masked_email, masked_id, masked_name
from tossbill_ui.prerender import Whose
from tossbill_ui.ui.enter import text


def account(whose: Whose) -> list[str]:
    """Return the masked lines that say whose an account is: name and address, else the id."""
    name, email = masked_name(whose.name), masked_email(whose.email)
    lines = [line for line in (email, name) if line]
    if not lines and whose.external_id:
        return [text.MEMBER(id=masked_id(whose.external_id))]
    return lines or [text.NAMELESS()]
