"""Events are written with their effect; chance is drawn from one seed."""

import re
import sqlite3
from collections.abc import Generator
from datetime import UTC, datetime

import pytest

from tossbill_ui.sandbox import chance, schema
from tossbill_ui.sandbox.events import read_events, record_event

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def connection() -> Generator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    schema.create(connection)
    yield connection
    connection.close()


def test_events_are_numbered_and_read_from_where_one_stopped(
    connection: sqlite3.Connection,
) -> None:
    first = record_event(connection, AT, "BILLING_DELETED", {"billingKey": "b", "reason": "삭제"})
    second = record_event(connection, AT, "BILLING_DELETED", {"billingKey": "c", "reason": None})

    assert read_events(connection, after=first) == [
        {
            "id": second,
            "at": AT.isoformat(),
            "kind": "BILLING_DELETED",
            "body": {"billingKey": "c", "reason": None},
        }
    ]


def test_an_event_takes_no_correction(connection: sqlite3.Connection) -> None:
    record_event(connection, AT, "BILLING_DELETED", {})

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM events")


def test_ids_have_the_recorded_shapes_and_follow_from_the_seed(
    connection: sqlite3.Connection,
) -> None:
    shapes = {
        r"[\w-]{43}=": lambda: chance.base64_key(connection),
        r"[0-9a-f]{32}": lambda: chance.trace_id(connection),
        r"tosst20261124120000\w{6}": lambda: chance.payment_key(connection, "tosstest", AT),
        r"txrd_a01[0-9a-hjkmnp-tv-z]{24}": lambda: chance.dated_key(connection, "txrd", AT),
    }
    ids: list[list[str]] = []
    for _ in range(2):
        connection.execute("UPDATE chance SET seed = 'a', draws = 0")
        ids.append([make() for make in shapes.values()])

    assert ids[0] == ids[1]
    assert all(re.fullmatch(shape, made) for shape, made in zip(shapes, ids[0], strict=True))


def test_a_transaction_that_is_rolled_back_gives_its_draws_back(
    connection: sqlite3.Connection,
) -> None:
    connection.execute("BEGIN")
    lost = chance.fraction(connection)
    connection.execute("ROLLBACK")

    assert chance.fraction(connection) == lost
