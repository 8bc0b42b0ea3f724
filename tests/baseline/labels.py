"""Names that replace ids and follow from the structure of the rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
Tables = Mapping[str, list[Row]]

UNKNOWN = "·"
_ID = re.compile(
    r"(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])"
)


class Labels:
    """Names customers by their order of creation, and their rows after them."""

    def __init__(self, tables: Tables) -> None:
        self._names: dict[str, str] = {}
        self._add_customers(tables["customer"])
        self._add_prices(tables["price"])
        for table, word in (
            ("registration", "registration"),
            ("payment_method", "card"),
            ("subscription", "sub"),
        ):
            self._add_numbered(tables[table], "customer_id", lambda _, word=word: word)
        self._add_numbered(tables["invoice"], "subscription_id", _invoice)
        self._add_numbered(tables["price_consent"], "subscription_id", _consent)
        self._add_payments(tables["payment"])
        self._add_refunds(tables["refund"])
        self._add_billing_keys(tables["payment_method"])

    def of(self, key: str) -> str:
        """Return the name of an id, or a dot if it has none."""
        return self._names.get(key, UNKNOWN)

    def in_text(self, text: str) -> str:
        """Replace all ids in a text by their names."""
        text = _ID.sub(lambda found: self.of(found[0]), text)
        for key in _keys_in(text, self._names):
            text = text.replace(key, self._names[key])
        return text

    def _add_customers(self, rows: list[Row]) -> None:
        for number, row in enumerate(_by_age(rows), 1):
            self._names[row["id"]] = f"customer#{number}"
            self._names[row["customer_key"]] = f"customer#{number}.key"

    def _add_prices(self, rows: list[Row]) -> None:
        for row in rows:
            self._names[row["id"]] = f"{row['plan_code']}@{row['starts_on']}"

    def _add_numbered(self, rows: list[Row], owner: str, word: Callable[[Row], str]) -> None:
        numbers = defaultdict[str, int](int)
        for row in _by_age(rows):
            name = f"{self.of(row[owner])}/{word(row)}"
            numbers[name] += 1
            self._names[row["id"]] = f"{name}#{numbers[name]}"

    def _add_payments(self, rows: list[Row]) -> None:
        for row in rows:
            name = f"{self.of(row['subscription_id'])}-{row['period_number']:04d}-{row['number']}"
            self._names[row["id"]] = name
            if row["payment_key"]:
                self._names[row["payment_key"]] = f"{name}.key"

    def _add_refunds(self, rows: list[Row]) -> None:
        for row in rows:
            name = f"{self.of(row['payment_id'])}/refund#{row['number']}"
            self._names[row["id"]] = name
            if row["transaction_key"]:
                self._names[row["transaction_key"]] = f"{name}.key"

    def _add_billing_keys(self, rows: list[Row]) -> None:
        for row in rows:
            self._names[row["billing_key_hash"]] = f"{self.of(row['id'])}.key"


def _by_age(rows: Iterable[Row]) -> list[Row]:
    age = "asked_at", "created_at"
    return sorted(rows, key=lambda row: (*[row[name] for name in age if name in row], row["id"]))


def _invoice(row: Row) -> str:
    return f"invoice-{row['period_number']:04d}"


def _consent(row: Row) -> str:
    return f"consent-{row['changes_on']}"


def _keys_in(text: str, names: Mapping[str, str]) -> list[str]:
    """Return Toss's keys in a text; they have no recognizable format."""
    return [key for key in re.findall(r"[\w-]{16,}", text) if key in names]
