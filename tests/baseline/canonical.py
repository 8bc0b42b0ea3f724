"""A story's outcome as canonical text: two runs of a story are equal to the byte.

Ids are replaced by names that follow from structure (`labels`); random values and times of the
machine's clock are left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from tests.baseline.labels import UNKNOWN, Labels, Row, Tables
from tests.baseline.recording import Request
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.db import Database
from tossbill_ui.migrations.models import metadata

Sections = dict[str, list[str]]
"""The lines of each section of an outcome, by the section's name."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a story.

    Attributes:
        tables: The rows of all tables.
        requests: The requests to Toss.
        money: The charges and refunds in the sandbox's ledger.
    """

    tables: Tables
    requests: list[Request]
    money: list[Row]


# Encrypted with a random nonce, or derived from such a value.
_SECRET_ENDINGS = ("_sealed", "_hash")
_LEFT_OUT = {
    "held_by",  # the name of a process
    "toss_json",  # Toss's response, with random keys that nothing uses
    "receipt_url",
}
# Registrations and removals use the machine's clock.
_MACHINE_CLOCK_COLUMNS = {"claimed_at", "lease_until", "next_try_at"}
_LEFT_OUT_OF = {
    "registration": _MACHINE_CLOCK_COLUMNS,
    "payment_method": _MACHINE_CLOCK_COLUMNS,
}


async def read_tables(db: Database) -> Tables:
    """Read every table of the schema, including future ones."""

    def read(session: orm.Session) -> Tables:
        connection = session.connection()
        return {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in metadata.sorted_tables
        }

    async with db.read() as session:
        return await session.run_sync(read)


def sections(outcome: Outcome) -> Sections:
    """Return the requests, Toss's ledger and every table as lines."""
    labels = Labels(outcome.tables)
    found = {
        "requests": [_request(labels, each) for each in outcome.requests],
        "money_at_toss": [_columns(labels, row, set[str]()) for row in outcome.money],
    }
    # Sorted by name: in the schema's order a new foreign key would move tables in every story.
    tables = sorted(outcome.tables.items())
    found |= {name: _table(labels, name, rows) for name, rows in tables}
    return {name: lines for name, lines in found.items() if lines}


def text_of(found: Sections) -> str:
    """Return all sections as one text, for comparison with any tool."""
    return "\n".join(
        line for name, lines in found.items() for line in (f"== {name} {len(lines)}", *lines, "")
    )


def _request(labels: Labels, request: Request) -> str:
    parts = [_value(request.at), request.method, labels.in_text(_path(labels, request.path))]
    if request.query:
        parts.append(f"?{request.query}")
    if request.key:
        parts.append(f"key={labels.in_text(request.key)}")
    if request.body is not None:
        parts.append(labels.in_text(_json(_without_secrets(request.body))))
    return " ".join([*parts, "->", request.outcome or "nobody heard"])


def _path(labels: Labels, path: str) -> str:
    """Replace a billing key by the name of its card, since keys are random."""
    before, found, key = path.partition("/v1/billing/")
    if not found or key.startswith("authorizations/"):
        return path
    return f"{before}{found}{labels.of(fingerprint(key))}"


def _without_secrets(body: Any) -> Any:
    return {name: UNKNOWN if name == "authKey" else value for name, value in body.items()}


def _table(labels: Labels, name: str, rows: list[Row]) -> list[str]:
    left_out = _LEFT_OUT | _LEFT_OUT_OF.get(name, set[str]())
    if name == "webhook_event":
        rows = [{**row, "body": _summary(row["body"])} for row in rows]
    written = [(_sort_key(labels, name, row), _columns(labels, row, left_out)) for row in rows]
    return [line for _, line in sorted(written)]


def _summary(body: str) -> str:
    """Return the parts of a webhook that identify its object; the rest varies."""
    data = json.loads(body).get("data", {})
    return _json({name: data.get(name) for name in ("orderId", "status", "billingKey")})


def _sort_key(labels: Labels, name: str, row: Row) -> tuple[str, int]:
    """Return a sort key: numbered rows keep their order, all others are sorted by content."""
    number = _number_column(name)
    if number is None:
        return "", 0
    return labels.of(row.get("subscription_id") or row.get("customer_id") or ""), row[number]


def _number_column(name: str) -> str | None:
    """Return the column that numbers the rows of a table, if one does."""
    keys = metadata.tables[name].primary_key.columns
    numbers = [column.name for column in keys if isinstance(column.type, sa.Integer)]
    return numbers[0] if numbers else None


def _columns(labels: Labels, row: Row, left_out: set[str]) -> str:
    values = {
        name: labels.in_text(_value(value))
        for name, value in row.items()
        if value is not None
        and name not in left_out
        and not name.endswith(_SECRET_ENDINGS)
        and not (name in ("id", "seq") and isinstance(value, int))
    }
    return " ".join(f"{name}={value}" for name, value in values.items() if value != UNKNOWN)


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").removesuffix(".000000")
    return _json(value) if isinstance(value, str) and "\n" in value else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
