"""Every transition in every status; only transitions change a subscription."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.subscriptions.lifecycle.cells import (
    CASES,
    OTHER,
    STATUSES,
    diagram,
    facts,
    outcome,
    subscription,
)
from tossbill_ui.build import ROOT
from tossbill_ui.events.types import EventType
from tossbill_ui.notices.models import Notice
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.subscriptions.lifecycle import transitions
from tossbill_ui.subscriptions.lifecycle.notifications import NOTICES
from tossbill_ui.subscriptions.lifecycle.rules import RULES
from tossbill_ui.subscriptions.models import Price, PriceConsent, SubscriptionStatus

TABLE = Path(__file__).with_name("transitions.txt").read_text("utf-8")
_, HEADER, *ROWS = [line.split("|") for line in TABLE.splitlines()]
OTHERS = (Invoice, Payment, Refund, Price, PriceConsent, PaymentMethod, Registration, Notice)
COLUMNS = [SubscriptionStatus(name.strip()) for name in HEADER[1:]]
CELLS = [
    (name.strip(), status, cell.strip())
    for name, *cells in ROWS
    for status, cell in zip(COLUMNS, cells, strict=True)
]
ASSIGNED = {
    "status",
    "due_at",
    "attention",
    "needs_card",
    "next_price_id",
    "starts_on",
    "ends_on",
    "anchor_on",
    "anchor_period",
    "period_number",
    "grace_until_on",
    "retry_at",
    "collect_until_on",
    "requested_refusals",
    "canceled_from",
    "ended_at",
    "has_access",
    "access_until",
}
ONLY_OURS = ASSIGNED - {column for table in OTHERS for column in table.model_fields}
OTHER_ROWS = {"invoice", "payment", "refund", "notice", "asked", "plan"}
BULK_WRITE = re.compile(
    r"subscription\.sqlmodel_update\(|\bupdate\(Subscription\b"
    r"|update_where\([^)]*\bSubscription\b|UPDATE subscription\b"
)
LIFECYCLE = {"transitions.py", "billing_cycle.py", "access.py"}


@pytest.mark.parametrize(("name", "status", "expected"), CELLS)
def test_transition_leads_to_the_status_in_the_table(
    name: str, status: SubscriptionStatus, expected: str
) -> None:
    [case] = [case for case in CASES if case.name == name]
    reached = outcome(case, status)
    assert ("=" if reached == status else reached) == expected


def test_table_has_every_transition() -> None:
    assert {case.name.split(",")[0] for case in CASES} == set(RULES)
    assert [name.strip() for name, *_ in ROWS] == [case.name for case in CASES]


def test_transition_leads_only_to_statuses_of_its_rule() -> None:
    for case in CASES:
        rule = RULES[case.name.split(",")[0]]
        for status in rule.allowed:
            reached = outcome(case, status)
            is_refused = reached not in STATUSES
            assert is_refused or reached == status or reached in rule.leads_to, (case, status)


def test_documented_diagram_is_up_to_date() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert f"```mermaid\n{diagram()}\n```" in page, "run: python -m tests.subscriptions.lifecycle"


def _assignments(path: Path) -> Iterator[str]:
    """Yield a module's assignments to a subscription's columns, with their lines.

    A column that no other table has is one whatever the row is called; the others are the
    subscription's unless the row is called after another table.
    """
    is_about_subscriptions = "subscriptions" in path.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            row = node.value.id if isinstance(node.value, ast.Name) else ""
            is_ours = row == "subscription" or (is_about_subscriptions and row not in OTHER_ROWS)
            if node.attr in ASSIGNED and (is_ours or node.attr in ONLY_OURS):
                yield f"{path.name}:{node.lineno} {node.attr}"


def _bulk_writes(path: Path) -> Iterator[str]:
    """Yield what writes rows of subscriptions past their attributes."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if BULK_WRITE.search(line):
            yield f"{path.name}:{number}"


def modules() -> list[Path]:
    return [
        path
        for path in (ROOT / "tossbill_ui").rglob("*.py")
        if not (path.parent.name == "lifecycle" and path.name in LIFECYCLE)
        and "migrations" not in path.parts
    ]


def test_only_transitions_assign_subscription_columns() -> None:
    assert [found for path in modules() for found in _assignments(path)] == []


def test_no_statement_updates_subscriptions() -> None:
    assert [found for path in modules() for found in _bulk_writes(path)] == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("subscription.due_at = subscription.attention = None", ["due_at", "attention"]),
        ("found.due_at = None", ["due_at"]),
        ("row.status = 'active'", ["status"]),
        ("row.period_number += 1", ["period_number"]),
        ("invoice.status = 'paid'", []),
    ],
)
def test_assignment_elsewhere_is_detected(tmp_path: Path, line: str, found: list[str]) -> None:
    module = tmp_path / "subscriptions" / "module.py"
    module.parent.mkdir()
    module.write_text(f"{line}\n")

    assert sorted(_assignments(module)) == sorted(f"module.py:1 {name}" for name in found)


@pytest.mark.parametrize(
    "line",
    [
        "subscription.sqlmodel_update(values)",
        "sa.update(Subscription).values(status='active')",
        "update_where(db, Subscription, status='active')",
        "text('UPDATE subscription SET due_at = NULL')",
    ],
)
def test_bulk_write_is_detected(tmp_path: Path, line: str) -> None:
    module = tmp_path / "module.py"
    module.write_text(f"{line}\n")

    assert list(_bulk_writes(module)) == ["module.py:1"]


def test_every_event_type_has_a_notice_entry() -> None:
    assert set(NOTICES) == set(EventType)


def test_event_names_its_changes() -> None:
    of = subscription(SubscriptionStatus.ACTIVE)
    [event] = transitions.plan_change(of, OTHER)
    assert event.changes == {"plan_code": ("plus", "pro"), "next_price_id": (None, "pro-1")}
    [event] = transitions.cancel_at_period_end(of, facts())
    assert event.changes == {"status": ("active", "canceled")}
