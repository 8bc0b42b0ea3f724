"""Published events are stored with their transaction, complete, and wake the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.conftest import NOON
from tests.support.statements import statements
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core import actor as actors
from tossbill_ui.core.actor import AUDITED, Actor, ActorKind
from tossbill_ui.core.text import is_id
from tossbill_ui.events import reader
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.publish import publish
from tossbill_ui.events.types import Event, EventType, Subject
from tossbill_ui.runtime import Runtime

PAYMENT = Subject(customer_id="c" * 32, subscription_id="5" * 32, payment_id="9" * 32)
CHARGED = Event(EventType.PAYMENT_CHARGED, amount_krw=9900)
RENEWED = Event(
    EventType.RENEWED,
    changes={
        "ends_on": (date(2026, 12, 24), date(2027, 1, 24)),
        "due_at": (datetime(2026, 12, 24, 2, tzinfo=UTC), None),
        "period_number": (1, 2),
        "is_trial": (False, True),
    },
)


async def events(rt: Runtime) -> list[EventRecord]:
    async with rt.db.read() as db:
        return list(await reader.after(db, 0, limit=100))


async def audit_lines(rt: Runtime) -> list[AuditEntry]:
    async with rt.db.read() as db:
        return list(await db.exec(select(AuditEntry)))


@pytest.fixture
def woken(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the customers whose pages were woken."""
    customer_ids: list[str] = []
    monkeypatch.setattr(rt.pubsub, "publish", customer_ids.append)
    return customer_ids


async def test_events_are_stored_in_order_with_all_fields(rt: Runtime) -> None:
    async with rt.db.write() as db:
        publish(rt, db, [CHARGED, RENEWED], actor=actors.ENGINE, subject=PAYMENT)

    charged, renewed = await events(rt)

    assert charged.seq
    assert renewed.seq == charged.seq + 1
    assert is_id(charged.id)
    assert charged.id != renewed.id
    assert (charged.type, charged.amount_krw, charged.data) == ("payment.charged", 9900, None)
    assert (charged.at, charged.actor, charged.reason) == (NOON, actors.ENGINE, "")
    assert (charged.customer_id, charged.payment_id) == ("c" * 32, "9" * 32)
    assert (charged.subscription_id, charged.refund_id) == ("5" * 32, None)
    assert renewed.data == {
        "ends_on": ["2026-12-24", "2027-01-24"],
        "due_at": ["2026-12-24T02:00:00+00:00", None],
        "period_number": [1, 2],
        "is_trial": [False, True],
    }


async def test_event_rows_are_written_last_by_one_statement(rt: Runtime) -> None:
    with statements(rt) as executed:
        async with rt.db.write() as db:
            for _ in range(3):
                publish(rt, db, [CHARGED, RENEWED], actor=actors.operator("kim"), subject=PAYMENT)

    tables = [each.sql.split()[2] for each in executed if each.sql.startswith("INSERT")]
    assert tables.count("event") == 1
    assert tables[-1] == "event"
    if not rt.db.is_sqlite:
        assert "pg_advisory_xact_lock" in executed[-2].sql


@pytest.mark.parametrize("kind", list(ActorKind))
async def test_only_accountable_actors_are_audited(rt: Runtime, kind: ActorKind) -> None:
    async with rt.db.write() as db:
        publish(rt, db, [CHARGED], actor=Actor(kind, name="kim"), subject=PAYMENT)

    assert len(await audit_lines(rt)) == (kind in AUDITED)


async def test_long_name_displaces_no_facts_from_the_audit_line(rt: Runtime) -> None:
    actor = actors.operator("a very long name " * 9)
    event = Event(EventType.REFUND_REQUESTED, amount_krw=123_456_789)
    async with rt.db.write() as db:
        publish(rt, db, [event], actor=actor, subject=PAYMENT)

    [line] = await audit_lines(rt)

    assert (line.kind, line.customer_id) == ("refund.requested", "c" * 32)
    assert line.subject.startswith(f"123456789 won payment {'9' * 32} by a very long")
    assert len(line.subject) <= 80
    [row] = await events(rt)
    assert len(row.actor_name) == 80


async def test_pages_are_woken_once_per_customer_after_the_commit(
    rt: Runtime, woken: list[str]
) -> None:
    async with rt.db.write() as db:
        publish(rt, db, [CHARGED], actor=actors.ENGINE, subject=PAYMENT)
        publish(rt, db, [RENEWED], actor=actors.ENGINE, subject=PAYMENT)
        publish(rt, db, [RENEWED], actor=actors.ENGINE, subject=Subject(customer_id="d" * 32))
        publish(rt, db, [], actor=actors.ENGINE, subject=Subject(customer_id="e" * 32))
        assert woken == []

    assert woken == ["c" * 32, "d" * 32]


async def publish_and_roll_back(rt: Runtime, db: AsyncSession) -> None:
    async with db.begin_nested():
        publish(rt, db, [RENEWED], actor=actors.operator("kim"), subject=PAYMENT)
        raise ValueError("oh")


async def test_failed_savepoint_leaves_no_event_or_audit_line_and_wakes_no_page(
    rt: Runtime, woken: list[str]
) -> None:
    async with rt.db.write() as db:
        with pytest.raises(ValueError, match="oh"):
            await publish_and_roll_back(rt, db)

    assert (await events(rt), await audit_lines(rt), woken) == ([], [], [])


async def test_events_are_read_page_by_page(rt: Runtime) -> None:
    for _ in range(3):
        async with rt.db.write() as db:
            publish(rt, db, [CHARGED, RENEWED], actor=actors.TOSS, subject=PAYMENT)

    everything = [row.seq or 0 for row in await events(rt)]
    async with rt.db.read() as db:
        first = await reader.after(db, 0, limit=4)
        second = await reader.after(db, first[-1].seq or 0, limit=4)
        assert [row.seq for row in (*first, *second)] == everything
        assert len(second) == 2
        assert await reader.newest(db) == everything[-1]
        assert await reader.after(db, everything[-1], limit=4) == []
