"""The name of an account as a stranger may read it: enough to recognize one's own."""

from __future__ import annotations

from tossbill_ui.core.text import clean
from tossbill_ui.customers.models import Customer

HIDDEN, LONGEST = "***", 60
SHOWN_OF_ID = 6


def masked_email(email: str) -> str:
    """Return an address with its first letter and its domain: ``k***@example.com``."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}{HIDDEN}{at}{domain}"[:LONGEST] if local else ""


def masked_name(name: str) -> str:
    """Return a name with its first letter and, of a longer one, its last: ``김*수``."""
    name = clean(name, limit=LONGEST)
    if len(name) <= 2:
        return f"{name[:1]}*" if name else ""
    return f"{name[0]}{'*' * min(3, len(name) - 2)}{name[-1]}"


def masked_id(external_id: str) -> str:
    """Return an id of which only the ends can be read."""
    ends = (external_id[0], external_id[-1]) if len(external_id) > 2 else ("", "")
    return f"{ends[0]}{HIDDEN}{ends[1]}"


def who(customer: Customer) -> str:
    """Return the name and the address that a stranger may read of a customer.

    Only what the shop said or a code has verified: an address that anybody typed into a page may
    be that of the reader, whose account it then seems to be.

    Returns:
        Empty if nothing of them is known.
    """
    email = customer.verified_email
    return " ".join(filter(None, (masked_name(customer.name or ""), masked_email(email or ""))))


def account_number(customer_id: str) -> str:
    """Return a short number, by which two browsers of one customer show the same account."""
    return customer_id[:SHOWN_OF_ID].upper()
