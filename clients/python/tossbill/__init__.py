"""A client of Tossbill, the billing portal for Toss Payments.

    shop = Tossbill("https://pay.example.com", "tb_live_…")
    shop.is_active("42", plan="pro")
    shop.portal_link("42", return_url="https://example.com/account")

`AsyncTossbill` has the same methods, to be awaited.
"""

from tossbill.async_client import AsyncTossbill
from tossbill.client import Tossbill
from tossbill.errors import InvalidSignature, Problem, TossbillError, Unavailable
from tossbill.state import Access, NextCharge, PastDue, State
from tossbill.webhooks import Event, verify

__all__ = [
    "Access",
    "AsyncTossbill",
    "Event",
    "InvalidSignature",
    "NextCharge",
    "PastDue",
    "Problem",
    "State",
    "Tossbill",
    "TossbillError",
    "Unavailable",
    "verify",
]
