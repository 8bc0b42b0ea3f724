"""The notice after a press, and how long it stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tossbill_ui.ui.subscription.alerts import Alert
from tossbill_ui.ui.subscription.notice import NO_RESULT, PAGE, ResultNotice
from tossbill_ui.ui.subscription.rows import SubscriptionRow

RED = Alert(tone="red")


def row(**fields: Any) -> SubscriptionRow:
    return replace(SubscriptionRow(id="s"), **fields)


def test_notice_stays_until_the_subscription_changes_again() -> None:
    told = ResultNotice("s", "done").first_seen([row(), row(id="other")])

    assert told.seen_again([row(), row(id="other", status="changed")]) == told
    assert told.seen_again([row(status="changed")]) == NO_RESULT
    assert told.seen_again([]) == NO_RESULT


def test_notice_follows_a_charge_to_its_result() -> None:
    told = ResultNotice("s", "asking", "paid", "refused").first_seen([row(checking="yes")])
    assert told.words == "asking"

    assert told.seen_again([row(checking="yes", status="doubt")]).words == "asking"
    paid = told.seen_again([row()])
    assert (paid.of, paid.words) == ("s", "paid")
    assert told.seen_again([row(alert=RED)]).words == "refused"
    assert paid.seen_again([row(status="later")]) == NO_RESULT


def test_notice_goes_when_an_alert_reports_the_decline() -> None:
    told = ResultNotice("s", "asking", "changed").first_seen([row(checking="yes")])

    assert told.seen_again([row(alert=RED)]) == NO_RESULT


def test_immediate_success_is_shown_at_once() -> None:
    assert ResultNotice("s", "asking", "paid").first_seen([row()]).words == "paid"


def test_notice_without_its_subscription_is_shown_on_the_page() -> None:
    assert ResultNotice("gone", "words").first_seen([row()]).of == PAGE
    assert NO_RESULT.first_seen([row()]) == NO_RESULT
