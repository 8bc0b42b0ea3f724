"""The notice of the subscription page: the result of the last press, while it is news.

It disappears when its subscription changes again, at the next press, or when the page is reloaded.
After a press that charges, it changes to the result of the charge.
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
class ResultNotice:
    """A notice.

    Attributes:
        of: The subscription's id, or `PAGE`; empty without a notice.
        words: The current text.
        when_paid: The text once the requested charge has succeeded.
        when_refused: The text once it was declined; empty where an alert says so already.
        row: The subscription's row when the notice was shown.
    """

    of: str = ""
    words: str = ""
    when_paid: str = ""
    when_refused: str = ""
    row: SubscriptionRow | None = None

    def first_seen(self, rows: Sequence[SubscriptionRow]) -> ResultNotice:
        """Return the notice beside its subscription, or on the page if that is not (yet) shown."""
        row = self._row(rows)
        if row is None:
            return replace(self, of=PAGE) if self.of else self
        return self._after_charge(row) if self.when_paid else replace(self, row=row)

    def seen_again(self, rows: Sequence[SubscriptionRow]) -> ResultNotice:
        """Return what remains of the notice after the page has refreshed."""
        row = self._row(rows)
        if self.row is None or row == self.row:
            return self
        return self._after_charge(row) if row and self.when_paid else NO_RESULT

    def _row(self, rows: Sequence[SubscriptionRow]) -> SubscriptionRow | None:
        return next((row for row in rows if row.id == self.of), None)

    def _after_charge(self, row: SubscriptionRow) -> ResultNotice:
        if row.checking == "yes":
            return replace(self, row=row)
        if row.alert.tone == "begun":
            return NO_RESULT  # the alert names the amount and has the receipt
        words = self.when_refused if row.alert.tone == "red" else self.when_paid
        return ResultNotice(self.of, words, row=row) if words else NO_RESULT


NO_RESULT = ResultNotice()


def refusal(refused: Conflict | NotFound | None, subscription_id: str = PAGE) -> ResultNotice:
    """Return the notice of a refused request; None: the page does not offer it now."""
    if refused is None:
        return ResultNotice(PAGE, text.NOT_OFFERED())
    if isinstance(refused, Conflict):
        return ResultNotice(subscription_id, REFUSALS[refused.code]())
    return ResultNotice(PAGE, text.NOT_YOURS())
