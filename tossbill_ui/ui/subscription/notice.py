"""What the subscription page says came of a press, for as long as it is the news.

It goes when the subscription it speaks of changes again, when another press comes, or when the page
is loaded again. Where a charge was asked for, it says how that ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.ui.shared.text.refusals import REFUSALS
from tossbill_ui.ui.subscription import text
from tossbill_ui.ui.subscription.rows import SubscriptionRow

PAGE = "page"


@dataclass(frozen=True)
class Told:
    """A notice.

    Attributes:
        of: The subscription's id, or `PAGE`; empty when there is nothing to say.
        words: What it says now.
        when_paid: What it says when the charge that was asked for is through.
        when_refused: The same when it was refused; empty where the page says so anyway.
        row: The subscription as it was when this was said.
    """

    of: str = ""
    words: str = ""
    when_paid: str = ""
    when_refused: str = ""
    row: SubscriptionRow | None = None

    def first_seen(self, rows: Sequence[SubscriptionRow]) -> Told:
        """Return it beside the subscription, or on the page if that is not (yet) there."""
        row = self._row(rows)
        if row is None:
            return replace(self, of=PAGE) if self.of else self
        return self._after_charge(row) if self.when_paid else replace(self, row=row)

    def seen_again(self, rows: Sequence[SubscriptionRow]) -> Told:
        """Return what is left of it when the page has looked again."""
        row = self._row(rows)
        if self.row is None or row == self.row:
            return self
        return self._after_charge(row) if row and self.when_paid else NOTHING_TOLD

    def _row(self, rows: Sequence[SubscriptionRow]) -> SubscriptionRow | None:
        return next((row for row in rows if row["id"] == self.of), None)

    def _after_charge(self, row: SubscriptionRow) -> Told:
        if row["checking"] == "yes":
            return replace(self, row=row)
        words = self.when_refused if row["alert"]["tone"] == "red" else self.when_paid
        return Told(self.of, words, row=row) if words else NOTHING_TOLD


NOTHING_TOLD = Told()


def refusal(refused: Conflict | NotFound, subscription_id: str = PAGE) -> Told:
    """Return why a wish was not met."""
    if isinstance(refused, Conflict):
        return Told(subscription_id, REFUSALS[refused.code]())
    return Told(PAGE, text.NOT_YOURS())
