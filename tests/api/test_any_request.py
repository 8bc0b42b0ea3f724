"""Requests of any form: each gets an answer that the document describes, and none a 5xx."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Generator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.api.client import Program, client_of, new_program
from tests.conftest import NOON
from tests.support.shop import Shop, open_shop
from tossbill_ui.api import authentication
from tossbill_ui.api.app import build
from tossbill_ui.customers.session import new_session

if TYPE_CHECKING:
    from schemathesis import Case

EXAMPLES = 12
DOCUMENT = build().openapi()
OPERATIONS = [
    (method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods
]


@dataclass(frozen=True)
class Asked:
    """A shop with a customer, and a loop in which it can be asked from a test without one.

    Attributes:
        ids: Ids of objects that there are, to be put where a request names one.
    """

    runner: asyncio.Runner
    program: Program
    ids: list[str]

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {
            "authorization": f"Bearer {self.program.secret}",
            **{name.lower(): value for name, value in (options.pop("headers", None) or {}).items()},
        }
        return self.runner.run(self.program.http.request(method, path, **options, headers=headers))


@pytest.fixture(scope="module")
def asked(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Asked]:
    folder = tmp_path_factory.mktemp("asked")
    url = f"sqlite+aiosqlite:///{shutil.copy(empty_database, folder / 'tossbill.db')}"
    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as runner:
        # The clock of the limits is the machine's, and this sends as fast as it can.
        patch.setattr(authentication, "SAVED_SECONDS", 10_000.0)
        stack = AsyncExitStack()
        shop = runner.run(stack.enter_async_context(open_shop(folder, url, NOON)))
        http = runner.run(stack.enter_async_context(client_of(shop.rt)))
        yield Asked(runner, *runner.run(_begin(shop, http)))
        runner.run(stack.aclose())


async def _begin(shop: Shop, http: httpx.AsyncClient) -> tuple[Program, list[str]]:
    seen = await shop.subscribe(new_session())
    assert seen.last_payment is not None
    last = seen.last_payment
    ids = [seen.subscription.id, seen.subscription.customer_id, last.id, last.invoice_id, "basic"]
    return await new_program(shop.rt, http), ids


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_any_request_has_an_answer_of_the_document(asked: Asked, method: str, path: str) -> None:
    import schemathesis  # takes seconds, which every process would wait that collects the tests

    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(operation.as_strategy(), st.sampled_from([*asked.ids, None]))
    def ask(case: Case[Any], known: str | None) -> None:
        if known is not None:
            case.path_parameters = dict.fromkeys(case.path_parameters or {}, known)
        sent = case.as_transport_kwargs()
        wanted = {name: sent[name] for name in ("headers", "json", "params") if sent.get(name)}
        response = asked.send(method, case.formatted_path, **wanted)
        assert response.status_code < 500, response.text
        case.validate_response(response, excluded_checks=[])

    ask()
