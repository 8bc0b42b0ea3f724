"""Every case of the contract, against the sandbox."""

from typing import Any

import httpx
import pytest

from tests.conformance.case import GIVEN, Case, Names, filled
from tests.conformance.section_at_the_root import HOST
from tests.conformance.shapes import problems_of_answer
from tests.conformance.table import NOT_SHOWN, SECTIONS, SHOWN_ELSEWHERE
from tests.sandbox.client import SandboxClient
from tossbill_sandbox.api.endpoints import ENDPOINTS
from tossbill_sandbox.errors import ERRORS

CONTROL = "_control/"
CASES = [(section, case) for section, cases in SECTIONS.items() for case in cases]


async def send(client: SandboxClient, case: Case, names: Names) -> httpx.Response:
    is_raw = isinstance(case.body, bytes) or case.body is None
    return await client.http.request(
        case.method,
        filled(case.path, names),
        content=case.body if is_raw else None,
        json=None if is_raw else filled(case.body, names),
        headers=case.headers,
        params=case.query or None,
        auth=case.auth,
    )


def at(body: Any, path: str) -> Any:
    for name in path.split("."):
        body = body[name]
    return body


def schema_of(case: Case) -> str | None:
    """Return the name of the schema that the sandbox publishes for a case's response."""
    if case.status >= 400:
        return "Error"
    if case.path.startswith(CONTROL):
        return None
    for endpoint in ENDPOINTS:
        steps = endpoint.path.removeprefix("/").replace(":path", "").split("/")
        path = case.path.removeprefix(HOST).rstrip("/").split("/")
        fits = len(steps) == len(path) and all(
            step == part or step.startswith("{") for step, part in zip(steps, path, strict=True)
        )
        if fits and endpoint.method == case.method:
            return endpoint.response
    raise LookupError(case.path)


@pytest.mark.parametrize(
    "case",
    [case for _, case in CASES],
    ids=[f"{section} {case.fact}"[:70] for section, case in CASES],
)
async def test_contract_fact(client: SandboxClient, case: Case) -> None:
    names = await GIVEN[case.given](client)
    await client.switch(**case.switches)

    answer = [await send(client, case, names) for _ in range(case.times)][-1]

    assert answer.status_code == case.status, answer.text
    body: Any = answer.json() if answer.content else None
    schema = schema_of(case)
    assert schema is None or problems_of_answer(body, schema) == []
    assert (schema is None) == (body is None) or case.path.startswith(CONTROL)
    if case.code:
        assert body["code"] == case.code
        assert body["message"] in (ERRORS[case.code].ko, ERRORS[case.code].en)
    assert {path: at(body, path) for path in case.shows} == case.shows
    assert [name for name in case.lacks if name in body] == []
    assert {name: answer.headers[name] for name in case.answers} == case.answers


def test_facts_are_unique() -> None:
    facts = [f"{section} {case.fact}" for section, case in CASES]

    assert len(facts) == len(set(facts))
    assert {case.mark for _, case in CASES} <= {"C", "S", "I", "U"}
    assert SHOWN_ELSEWHERE
    assert NOT_SHOWN
