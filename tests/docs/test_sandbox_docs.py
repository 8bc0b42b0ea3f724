"""The pages about the sandbox document its whole API, and their examples run."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from tests.docs.test_docs import DOCS, row_of, text_of
from tossbill_sandbox.api.endpoints import ENDPOINTS
from tossbill_sandbox.api.openapi_schemas import SCHEMAS
from tossbill_sandbox.app import create_app
from tossbill_sandbox.control import settings
from tossbill_sandbox.errors import ERRORS
from tossbill_sandbox.store import faults
from tossbill_sandbox.store.switches import Switches

PAGE = "sandbox-api.md"
ALONE = "http://localhost:4242/sandbox"


def control_calls() -> list[str]:
    app = create_app(database=Path("unused.db"))
    return [
        f"{method} /sandbox{path}"
        for route in app.routes
        if (path := getattr(route, "path", "")).startswith("/_control/")
        # Webhooks have a page of their own, and the panel talks to itself.
        and not path.startswith(("/_control/webhooks", "/_control/panel"))
        for method in getattr(route, "methods", set[str]()) - {"HEAD"}
    ]


def rows_anywhere(first_cell: str) -> list[str]:
    """Return the rows that begin with a name, on any page about the sandbox."""
    pages = [path.name for path in DOCS.glob("*sandbox*.md")]
    start = f"| `{first_cell}` |"
    return [line for page in pages for line in text_of(page).splitlines() if line.startswith(start)]


def section(name: str) -> str:
    return text_of(PAGE).split(f"\n## {name}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.summary)
def test_an_endpoint_is_compared_with_that_of_toss(endpoint: object) -> None:
    method, path = getattr(endpoint, "method", ""), getattr(endpoint, "path", "")

    row = row_of(PAGE, f"{method} {path.replace(':path', '')}")

    assert row.split("|")[2].strip().split(":")[0].split(";")[0].split(",")[0] in (
        "same",
        "differs",
        "unknown",
    )


@pytest.mark.parametrize("call", control_calls())
def test_a_call_of_the_control_api_is_documented(call: str) -> None:
    assert rows_anywhere(call)


@pytest.mark.parametrize("name", [each.name for each in fields(Switches)])
def test_a_switch_is_documented_with_its_default(name: str) -> None:
    default = settings.read_switches(Switches())[name]
    text = default if isinstance(default, str) else json.dumps(default).removesuffix(".0")

    assert f"`{text}`" in [row.split("|")[2].strip() for row in rows_anywhere(name)]


@pytest.mark.parametrize("kind", sorted(faults.KINDS))
def test_a_kind_of_fault_is_documented(kind: str) -> None:
    assert f"`{kind}`" in section("Faults")


def test_every_endpoint_of_a_fault_is_documented() -> None:
    assert [name for name in faults.ENDPOINTS if f"`{name}`" not in section("Faults")] == []


def test_every_response_field_is_compared_with_that_of_toss() -> None:
    simple = {"mId", "customerKey", "authenticatedAt", "orderId", "orderName", "requestedAt"}
    simple |= {"approvedAt", "useEscrow", "cultureExpense", "type", "country", "currency"}
    simple |= {"isPartialCancelable", "version", "cardCompany", "cardNumber", "transactionKey"}
    named = {*SCHEMAS["Payment"]["properties"], *SCHEMAS["Billing"]["properties"]}

    missing = [name for name in named - simple if f"`{name}`" not in section("Fields")]

    assert missing == []


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_is_documented_with_its_status(code: str) -> None:
    cells = [cell.strip() for cell in row_of("sandbox-errors.md", code).split("|")[2:-1]]

    assert cells[0] == str(ERRORS[code].status)
    assert cells[1] == (", ".join(sorted(ERRORS[code].endpoints)) or "–")
    assert cells[2].split(":")[0] in ("same", "on demand", "unknown")
    assert cells[3]
