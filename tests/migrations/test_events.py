"""The migration turns every history line into an event, in order, or changes nothing."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.migrations import old_history
from tests.migrations.old_history import BECOMES, PLANS, connected
from tests.migrations.test_migrations import url
from tossbill_ui import migrations
from tossbill_ui.core.text import is_id
from tossbill_ui.events.models import EventRecord
from tossbill_ui.subscriptions.models import SubscriptionEvent

__all__ = ["url"]

BEGIN = datetime(2026, 11, 24, 3, 0, 0, 123_456, tzinfo=UTC)
ACTORS = ("customer", "engine", "kim", "a name of forty characters, or nearly so")
# The reason that each detail becomes.
REASONS = {
    "": "",
    "NOT_ENOUGH_BALANCE": "NOT_ENOUGH_BALANCE",
    "renewal": "renewal",
    "now": "now",
    "unpaid": "unpaid",
    "trial": "trial",
    "at period end": "at_period_end",
    "first payment refused": "first_payment_refused",
    "no consent to the higher price": "no_consent",
    "no consent after the trial": "no_consent_after_trial",
}
STEPS = ("CREATE TABLE event", "INSERT INTO event", "ix_event_plan", "UPDATE alembic_version")


def lines() -> Iterator[dict[str, Any]]:
    """Yield 480 lines of all kinds, with numbers and times in different orders."""
    rng = random.Random(1)  # noqa: S311 - no secret
    for number in range(1, 481):
        kind = list(BECOMES)[number % len(BECOMES)]
        yield {
            "id": number,
            "subscription_id": f"{number % 7:032}",
            "customer_id": f"{number % 5:032}",
            "at": BEGIN + timedelta(milliseconds=rng.randrange(200)),
            "actor": rng.choice(ACTORS),
            "kind": kind,
            "amount_krw": rng.choice([None, 0, 9900]),
            "detail": rng.choice(["basic", "pro"]) if kind in PLANS else rng.choice(list(REASONS)),
        }


@pytest.fixture
def old(url: str) -> list[dict[str, Any]]:
    """The lines of an old database, in the order of their events."""
    old_history.make(url)
    rows = list(lines())
    with connected(url) as connection:
        connection.execute(sa.insert(SubscriptionEvent), rows)
    return sorted(rows, key=lambda row: (row["at"], row["id"]))


def events(url: str) -> list[Any]:
    with connected(url) as connection:
        return list(connection.execute(sa.select(EventRecord.__table__).order_by("seq")))  # pyright: ignore[reportAttributeAccessIssue]


def assert_migrated(old: list[dict[str, Any]], found: list[Any]) -> None:
    assert [event.seq for event in found] == list(range(1, len(old) + 1))
    for line, event in zip(old, found, strict=True):
        is_plan = line["kind"] in PLANS
        assert event.type == BECOMES[line["kind"]]
        assert (event.at, event.amount_krw) == (line["at"], line["amount_krw"])
        assert event.customer_id == line["customer_id"]
        assert event.subscription_id == line["subscription_id"]
        says_none = is_plan or line["kind"] == "method_changed"
        assert event.reason == ("" if says_none else REASONS[line["detail"]])
        assert event.data == ({"plan_code": [None, line["detail"]]} if is_plan else None)
        assert (event.actor_kind, event.actor_id, event.actor_name) == actor_of(line)


def actor_of(line: dict[str, Any]) -> tuple[str, str, str]:
    match line["actor"]:
        case "customer":
            return "customer", line["customer_id"], ""
        case "engine":
            return "engine", "", ""
        case name:
            return "operator", "", name


def test_every_line_becomes_an_event_in_chronological_order(
    url: str, old: list[dict[str, Any]]
) -> None:
    migrations.upgrade(url)

    assert {line["kind"] for line in old} == set(BECOMES)
    assert_migrated(old, events(url))
    assert old_history.count(url, "subscription_event") == len(old), "the old table is kept"


def test_ids_are_uuids_that_sort_like_the_events(url: str, old: list[dict[str, Any]]) -> None:
    migrations.upgrade(url)

    found = events(url)
    ids = [event.id for event in found]
    assert all(is_id(each) and uuid.UUID(hex=each).version == 7 for each in ids)
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)
    for event in found:
        since_1970 = event.at - datetime(1970, 1, 1, tzinfo=UTC)
        assert uuid.UUID(hex=event.id).int >> 80 == since_1970 // timedelta(milliseconds=1)


@pytest.mark.processes
@pytest.mark.parametrize("step", STEPS)
def test_killed_migration_leaves_nothing_and_can_be_repeated(
    url: str, old: list[dict[str, Any]], step: str
) -> None:
    process = old_history.upgrade_in_process(url, killed_at=step)
    process.join()

    assert process.exitcode == -9
    assert (old_history.revision(url), old_history.has_events(url)) == ("0009", False)
    migrations.upgrade(url)
    assert_migrated(old, events(url))


def test_new_events_are_numbered_after_the_migrated_ones(
    url: str, old: list[dict[str, Any]]
) -> None:
    migrations.upgrade(url)
    row = {"id": "e" * 32, "type": "payment.charged", "at": BEGIN, "customer_id": "c" * 32}
    row |= {"actor_kind": "engine", "actor_id": "", "actor_name": "", "reason": ""}
    with connected(url) as connection:
        connection.execute(sa.insert(EventRecord), [row])

    assert events(url)[-1].seq == len(old) + 1
