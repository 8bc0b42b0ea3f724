"""The name of an account as a stranger may read it: enough to recognize one's own."""

from __future__ import annotations

from tossbill_ui.customers.models import Customer

HIDDEN = "***"
SHOWN_OF_ID = 6


def masked_email(email: str) -> str:
    """Return an address with its domain and its first letters: ``ki***@example.com``."""
    local, _, domain = email.rpartition("@")
    return f"{local[: 2 if len(local) > 3 else 1]}{HIDDEN}@{domain}"


def masked_name(name: str) -> str:
    """Return a name with its first letter: ``김***``."""
    return f"{name.strip()[:1]}{HIDDEN}"


def who(customer: Customer) -> str:
    """Return the name and the address that a stranger may read of a customer.

    Only what the shop said or a code has verified: an address that anybody typed into a page may
    be that of the reader, whose account it then seems to be.

    Returns:
        Empty if nothing of them is known.
    """
    email = customer.verified_email
    known = (masked_name(customer.name or ""), masked_email(email or ""))
    return " ".join(text for text, has in zip(known, (customer.name, email), strict=True) if has)


def account_number(customer_id: str) -> str:
    """Return a short number, by which two browsers of one customer show the same account."""
    return customer_id[:SHOWN_OF_ID].upper()
