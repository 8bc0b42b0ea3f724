"""A story's whole outcome as text in which nothing is random: two tellings are equal to the byte.

Ids are names that follow from structure (`labels`); what is random by nature, or stands on the
machine's clock, is left out.
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
"""By its name, the lines of each part of an outcome."""


@dataclass(frozen=True)
class Outcome:
    """What is left of a story, as it was read.

    Attributes:
        money: What moved at Toss, by the sandbox's ledger.
    """

    tables: Tables
    requests: list[Request]
    money: list[Row]


# Sealed with a random nonce, or made from what is.
_SECRET_ENDINGS = ("_sealed", "_hash")
_LEFT_OUT = {
    "held_by",  # the name of a process
    "toss_json",  # Toss's words, with keys that nobody asks for again
    "receipt_url",
}
# Registrations and removals stand on the machine's clock.
_ON_THE_MACHINES_CLOCK = {"claimed_at", "lease_until", "next_try_at"}
_LEFT_OUT_OF = {
    "registration": _ON_THE_MACHINES_CLOCK,
    "payment_method": _ON_THE_MACHINES_CLOCK,
}


async def read_tables(db: Database) -> Tables:
    """Read every table of the schema, those to come included."""

    def read(session: orm.Session) -> Tables:
        connection = session.connection()
        return {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in metadata.sorted_tables
        }

    async with db.read() as session:
        return await session.run_sync(read)


def sections(outcome: Outcome) -> Sections:
    """Return what happened at Toss and what stands in every table, line by line."""
    labels = Labels(outcome.tables)
    found = {
        "requests": [_request(labels, each) for each in outcome.requests],
        "money_at_toss": [_columns(labels, row, set[str]()) for row in outcome.money],
    }
    # By name: in the schema's order a new foreign key would move tables in every story.
    tables = sorted(outcome.tables.items())
    found |= {name: _table(labels, name, rows) for name, rows in tables}
    return {name: lines for name, lines in found.items() if lines}


def text_of(found: Sections) -> str:
    """Return all sections as one text, to be compared by any tool."""
    return "\n".join(
        line for name, lines in found.items() for line in (f"== {name} {len(lines)}", *lines, "")
    )


def _request(labels: Labels, request: Request) -> str:
    words = [_value(request.at), request.method, labels.in_text(_path(labels, request.path))]
    if request.query:
        words.append(f"?{request.query}")
    if request.key:
        words.append(f"key={labels.in_text(request.key)}")
    if request.body is not None:
        words.append(labels.in_text(_json(_without_secrets(request.body))))
    return " ".join([*words, "->", request.outcome or "nobody heard"])


def _path(labels: Labels, path: str) -> str:
    """Name the card in place of its billing key, which stands nowhere unsealed."""
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
    written = [(_place(labels, name, row), _columns(labels, row, left_out)) for row in rows]
    return [line for _, line in sorted(written)]


def _summary(body: str) -> str:
    """Return what a webhook is about; the rest is the sandbox's own."""
    data = json.loads(body).get("data", {})
    return _json({name: data.get(name) for name in ("orderId", "status", "billingKey")})


def _place(labels: Labels, name: str, row: Row) -> tuple[str, int]:
    """Keep the lines of a history in their order, whatever numbers they have; sort all others."""
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
