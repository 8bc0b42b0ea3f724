"""Checks that an input touches no other rows, fills no disk or log, raises nothing and is quick."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tossbill_ui.core.logging import JsonFormatter

# Rows that anybody may cause; their number is bounded by limits and retention.
OPEN_TABLES = frozenset({"webhook_event", "webhook_count", "security_event", "audit_entry"})
# What a visit of a session's own browser notes of it.
NOTED = {"session": ("last_seen_at", "user_agent")}
OF_THE_DATABASE = frozenset({"alembic_version", "sqlite_sequence"})
Rows = dict[str, list[tuple[Any, ...]]]


class Guard:
    """Compares what belongs to some customers, and to the shop, before and after an input.

    Args:
        file: Our SQLite file.
        owners: The customers' ids, by the name of the party.
    """

    def __init__(self, file: Path, owners: Mapping[str, str]) -> None:
        self._db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)
        self._owners = owners
        names = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        self._tables = {name: self._owner_column(name) for (name,) in names}
        self._version, self._rows, self._newest = -1, Rows(), dict[str, int]()
        self.take()

    def _owner_column(self, table: str) -> str:
        columns = {row[1] for row in self._db.execute(f"PRAGMA table_info({table})")}
        if table == "customer":
            return "id"
        return "customer_id" if "customer_id" in columns else ""

    def take(self) -> None:
        """Take the present rows as what must stay."""
        if (version := self._data_version()) == self._version:
            return
        self._version = version
        self._rows, self._newest = self._protected(), self._last()

    def check(self, caller: str, *, stored: int) -> None:
        """Check all rows but the caller's own.

        Args:
            caller: The name of a party, or another name for somebody else.
            stored: How many bytes of new rows the input may leave.
        """
        if self._data_version() == self._version:
            return
        now, before = self._protected(), self._rows
        own = self._owners.get(caller, "")
        for name, rows in now.items():
            if not own or not name.endswith(f" {own}"):
                assert rows == before[name], f"{name.split()[0]} changed"
        grown = self._grown()
        assert grown <= stored, f"{grown} bytes are stored"

    def _data_version(self) -> int:
        return self._db.execute("PRAGMA data_version").fetchone()[0]

    def _protected(self) -> Rows:
        found = Rows()
        for table, column in self._tables.items():
            if column:
                for owner in self._owners.values():
                    wanted = ", ".join(self._compared(table))
                    query = f"SELECT {wanted} FROM {table} WHERE {column} = ?"  # noqa: S608
                    found[f"{table} {owner}"] = self._db.execute(query, (owner,)).fetchall()
            elif table not in OPEN_TABLES | OF_THE_DATABASE:
                found[table] = self._db.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        return found

    def _compared(self, table: str) -> list[str]:
        names = [row[1] for row in self._db.execute(f"PRAGMA table_info({table})")]
        return [name for name in names if name not in NOTED.get(table, ())]

    def _last(self) -> dict[str, int]:
        query = "SELECT coalesce(max(rowid), 0) FROM {}"
        return {each: self._db.execute(query.format(each)).fetchone()[0] for each in self._tables}

    def _grown(self) -> int:
        """Return the bytes of the rows that are new."""
        return sum(
            len(value.encode() if isinstance(value, str) else value)
            for table, last in self._newest.items()
            for row in self._db.execute(f"SELECT * FROM {table} WHERE rowid > ?", (last,))  # noqa: S608
            for value in row
            if isinstance(value, str | bytes)
        )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read our database."""
        return self._db.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


class TossWatch:
    """Compares what Toss has done for others before and after an input.

    Args:
        file: The sandbox's SQLite file, whose ledger has a row for each effect.
        keys: The customer keys, by the name of the party.
    """

    def __init__(self, file: Path, keys: Mapping[str, str]) -> None:
        self._db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)
        self._keys, self._last = keys, 0
        self.take()

    def take(self) -> None:
        """Take the present ledger as what must stay."""
        self._last = self._db.execute("SELECT coalesce(max(id), 0) FROM ledger").fetchone()[0]

    def check(self, caller: str) -> None:
        """Check that nothing has happened, except in the caller's own name."""
        query = "SELECT effect FROM ledger WHERE id > ? AND customer_key IS NOT ?"
        new = self._db.execute(query, (self._last, self._keys.get(caller))).fetchall()
        assert not new, f"at Toss: {new}"

    def issued(self, party: str) -> int:
        """Return how many billing keys were ever issued to a party."""
        query = (
            "SELECT count(*) FROM ledger WHERE effect = 'billing_key_issued' AND customer_key = ?"
        )
        return self._db.execute(query, (self._keys[party],)).fetchone()[0]

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


class LogWatch(logging.Handler):
    """Collects the log of one input.

    Attributes:
        lines: As they would be written.
    """

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as its line."""
        self.lines.append(self.format(record))

    def check(self, *, most: int) -> None:
        """Check that nothing was raised, and that little was written; then forget the lines.

        Args:
            most: How many bytes all lines may have.
        """
        lines, self.lines = self.lines, []
        raised = [line for line in lines if '"traceback"' in line or "Traceback" in line]
        assert not raised, raised[0][-1_500:]
        size = sum(len(line.encode()) for line in lines)
        assert size <= most, f"{size} bytes are logged: {max(lines, key=len)[:300]}"


class Stopwatch:
    """Measures the CPU time of an input, in seconds, of all threads of this process."""

    def __init__(self) -> None:
        self._began = time.process_time()

    def check(self, *, most: float) -> None:
        """Check that no more than this was used."""
        used = time.process_time() - self._began
        assert used <= most, f"{used:.1f} s of CPU"
