"""Every transition in every status; only transitions change a subscription."""

from __future__ import annotations

import ast
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
from tossbill_ui.subscriptions.lifecycle import transitions
from tossbill_ui.subscriptions.lifecycle.notifications import NOTICES
from tossbill_ui.subscriptions.lifecycle.rules import RULES
from tossbill_ui.subscriptions.models import SubscriptionStatus

TABLE = Path(__file__).with_name("transitions.txt").read_text("utf-8")
_, HEADER, *ROWS = [line.split("|") for line in TABLE.splitlines()]
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
    "canceled_from",
    "ended_at",
}
LIFECYCLE = {"transitions.py", "billing_cycle.py"}


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
    """Yield a module's assignments to a subscription's columns, with their lines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in (each for of in targets for each in ast.walk(of)):
            match target:
                case ast.Attribute(value=ast.Name(id="subscription"), attr=name):
                    if name in ASSIGNED:
                        yield f"{path.name}:{target.lineno} {name}"
                case _:
                    pass


def test_only_transitions_assign_subscription_columns() -> None:
    modules = [
        path
        for path in (ROOT / "tossbill_ui").rglob("*.py")
        if not (path.parent.name == "lifecycle" and path.name in LIFECYCLE)
    ]
    assert not [found for path in modules for found in _assignments(path)]


def test_assignment_elsewhere_is_detected(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("subscription.due_at = subscription.attention = None\n")
    assert list(_assignments(module)) == ["module.py:1 due_at", "module.py:1 attention"]


def test_every_event_type_has_a_notice_entry() -> None:
    assert set(NOTICES) == set(EventType)


def test_event_names_its_changes() -> None:
    of = subscription(SubscriptionStatus.ACTIVE)
    [event] = transitions.plan_change(of, OTHER)
    assert event.changes == {"plan_code": ("plus", "pro"), "next_price_id": (None, "pro-1")}
    [event] = transitions.cancel_at_period_end(of, facts())
    assert event.changes == {"status": ("active", "canceled")}
