"""What is said after a press, and for how long."""

from __future__ import annotations

from typing import cast

from tossbill_ui.ui.subscription.alerts import NO_ALERT, Alert
from tossbill_ui.ui.subscription.notice import NOTHING_TOLD, PAGE, Told
from tossbill_ui.ui.subscription.rows import NO_ROW, SubscriptionRow

RED = cast("Alert", {**NO_ALERT, "tone": "red"})


def row(**fields: object) -> SubscriptionRow:
    return cast("SubscriptionRow", {**NO_ROW, "id": "s", **fields})


def test_it_stays_until_the_subscription_changes_again() -> None:
    told = Told("s", "done").first_seen([row(), row(id="other")])

    assert told.seen_again([row(), row(id="other", status="changed")]) == told
    assert told.seen_again([row(status="changed")]) == NOTHING_TOLD
    assert told.seen_again([]) == NOTHING_TOLD


def test_it_follows_a_charge_to_its_end() -> None:
    told = Told("s", "asking", "paid", "refused").first_seen([row(checking="yes")])
    assert told.words == "asking"

    assert told.seen_again([row(checking="yes", status="doubt")]).words == "asking"
    paid = told.seen_again([row()])
    assert (paid.of, paid.words) == ("s", "paid")
    assert told.seen_again([row(alert=RED)]).words == "refused"
    assert paid.seen_again([row(status="later")]) == NOTHING_TOLD


def test_where_the_page_says_the_refusal_itself_it_goes() -> None:
    told = Told("s", "asking", "changed").first_seen([row(checking="yes")])

    assert told.seen_again([row(alert=RED)]) == NOTHING_TOLD


def test_a_charge_that_is_through_at_once_is_said_at_once() -> None:
    assert Told("s", "asking", "paid").first_seen([row()]).words == "paid"


def test_what_has_no_place_stands_on_the_page() -> None:
    assert Told("gone", "words").first_seen([row()]).of == PAGE
    assert NOTHING_TOLD.first_seen([row()]) == NOTHING_TOLD
