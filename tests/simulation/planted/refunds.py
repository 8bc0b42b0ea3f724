"""Planted bugs of refunds: those made at Toss, and those that wait for another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tossbill_ui.payments import compare, made_at_toss, refund, refund_outcome
from tossbill_ui.payments.models import PaymentStatus, Refund, RefundOrigin
from tossbill_ui.payments.refund_outcome import Made
from tossbill_ui.toss import wire


def refund_at_toss_is_not_adopted(patch: pytest.MonkeyPatch) -> None:
    """Ignore refunds that Toss lists and that we did not request."""

    async def wrong(*_: Any) -> int:
        return 0

    patch.setattr(compare, "adopt", wrong)
    patch.setattr(refund_outcome, "adopt", wrong)


def issuers_cancel_leaves_the_balance(patch: pytest.MonkeyPatch) -> None:
    """Adopt what the issuer gave back, and leave it refundable as before."""

    def wrong(refunds: Sequence[Refund]) -> int:
        ours = [row for row in refunds if row.origin == RefundOrigin.SHOP]
        return sum(row.amount_krw for row in ours if row.status != PaymentStatus.REFUSED)

    patch.setattr(made_at_toss, "reserved_krw", wrong)


def lower_balance_means_our_refund(patch: pytest.MonkeyPatch) -> None:
    """Take any refund made since our request for ours, instead of looking for its id."""

    def wrong(row: Refund, theirs: wire.Payment) -> Made | None:
        is_lower = theirs.balance_amount <= (row.balance_krw or 0) - row.amount_krw
        return Made(theirs.cancels[-1].transaction_key) if is_lower and theirs.cancels else None

    patch.setattr(refund, "find_ours", wrong)
    patch.setattr(refund_outcome, "find_ours", wrong)


def waiting_refund_is_never_sent(patch: pytest.MonkeyPatch) -> None:
    """Forget the refund that waits for one that is settled now."""
    patch.setattr(made_at_toss, "release_next", lambda *_: None)
    patch.setattr(refund_outcome, "release_next", lambda *_: None)


def second_refund_does_not_wait(patch: pytest.MonkeyPatch) -> None:
    """Send a refund while another one of the payment is not settled."""
    real = refund.request

    async def wrong(rt: Any, *args: Any, **values: Any) -> Refund:
        row = await real(rt, *args, **values)
        row.next_try_at = rt.machine.now()
        return row

    patch.setattr(refund, "request", wrong)
