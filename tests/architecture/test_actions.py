"""Every action is told who acts, and refuses with a code that can be read in its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tossbill_ui.build import ROOT

APP = ROOT / "tossbill_ui"
ACTIONS = sorted((APP / "subscriptions" / "actions").glob("*.py"))
# Parts of actions that run in their transaction, and the two that read or write for operators.
WITHOUT_OWNERSHIP = {
    "allocate_refund",
    "request_refunds",
    "open_reviews",
    "request_consents",
    "lower_prices",
    "approve",
    "resolve",
    "lock_refund",
    "can_merge",
    "merge_within",
    "lock_customers",
}
# A registration is bound to the browser's session, which also says who acts. A merge is offered to
# a browser that has a session of one customer and a link of the other.
WITHOUT_ACTOR = {
    "allocate_refund",
    "open_reviews",
    "lock_refund",
    "register_for",
    "can_merge",
    "lock_customers",
}
# A transition's code comes from its rule, a return's from what Toss's window said.
COMPUTED_CODES = {"lifecycle/rules.py", "payment_methods/ticket.py"}


def actions() -> Iterator[ast.AsyncFunctionDef]:
    """Yield every public action."""
    for path in ACTIONS:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                yield node


def test_every_action_takes_an_actor() -> None:
    without = {
        action.name
        for action in actions()
        if "actor" not in {arg.arg for arg in (*action.args.args, *action.args.kwonlyargs)}
    }

    assert without == WITHOUT_ACTOR


def test_ownership_of_every_action_is_tested() -> None:
    tested = (ROOT / "tests" / "subscriptions" / "test_ownership.py").read_text()

    assert [
        action.name
        for action in actions()
        if action.name not in WITHOUT_OWNERSHIP and f".{action.name}" not in tested
    ] == []


def computed_codes(path: Path) -> Iterator[int]:
    """Yield the lines that refuse with a code which is not written there."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id="Conflict" | "NotAllowed"), keywords=keywords):
                for keyword in keywords:
                    if keyword.arg == "code" and not isinstance(keyword.value, ast.Constant):
                        yield node.lineno
            case _:
                pass


def test_codes_of_refusals_are_literals() -> None:
    found = {
        f"{path.relative_to(APP)}:{line}"
        for path in APP.rglob("*.py")
        for line in computed_codes(path)
        if not str(path).endswith(tuple(COMPUTED_CODES))
    }

    assert found == set()
