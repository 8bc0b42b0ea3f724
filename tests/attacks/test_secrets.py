"""Known secrets, provoked failures, and a search of every response, log and file for them."""

from __future__ import annotations

import json
import stat
from collections.abc import Generator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.customer import APPROVED, REFUSED_AT_ISSUE, Customer
from tests.support.server import Server
from tests.support.stranger import stranger
from tossbill_ui.build import ensure_build
from tossbill_ui.core.settings import SANDBOX_SECRET_KEY
from tossbill_ui.ui.methods.state import MethodsState

pytestmark = pytest.mark.processes

FAULTS = ["error_500_after", "bad_json", "html", "wrong_shape", "reset_after", "conflict_409"]


@pytest.fixture
def talkative(tmp_path: Path) -> Generator[Server]:
    """A server of its own, whose output is searched afterwards."""
    ensure_build()
    running = Server(tmp_path / "data")
    running.start()
    yield running
    running.stop()


class Traces:
    """The secrets, and all output they could have leaked into."""

    def __init__(self) -> None:
        self.secrets: set[str] = {SANDBOX_SECRET_KEY, APPROVED}
        self.seen: dict[str, str] = {}

    def visit(self, customer: Customer, *, card: str = APPROVED) -> None:
        """Complete a registration, recording every response and the authKey."""
        call = customer.open_register()
        address = customer.through_window(call, card=card)
        query = dict(parse_qsl(urlsplit(address).query))
        self.secrets.add(query["authKey"])
        answer = customer.http.get(address)
        landed = customer.http.get(answer.headers["location"])
        for name, response in (("return", answer), ("landed", landed)):
            self.seen[f"{name} {len(self.seen)}"] = f"{response.headers} {response.text}"

    def found(self) -> list[str]:
        """Return which secret was found where."""
        return [
            f"{secret[:6]}… in {place}"
            for place, text in self.seen.items()
            for secret in self.secrets
            if secret in text
        ]


async def test_no_secret_leaves_a_trace(talkative: Server) -> None:
    traces = Traces()
    with Customer(talkative.url) as customer:
        traces.visit(customer)
        traces.visit(customer, card=REFUSED_AT_ISSUE)
        own = customer.http.get("/history/")
        traces.seen["history page"] = own.text
        await record_websocket(talkative, customer, traces)
    for kind in FAULTS:
        talkative.faults({"endpoint": "issue", "kind": kind, "count": 1})
        with Customer(talkative.url) as unlucky:
            traces.visit(unlucky)
    talkative.control("DELETE", "faults")
    traces.secrets |= talkative.keys_at_toss()
    made = json.loads((talkative.data / "secrets.json").read_text())
    traces.secrets |= {made["secret_keys"], made["encryption_keys"].partition(":")[2]}

    talkative.stop()
    traces.seen["log"] = talkative.log.read_text()
    for file in talkative.data.glob("tossbill.db*"):
        traces.seen[file.name] = file.read_bytes().decode("latin-1")

    assert len(traces.secrets) > len(FAULTS) + 4
    assert traces.found() == []


def test_files_are_not_accessible_to_other_users(server: Server) -> None:
    with Customer(server.url) as customer:
        assert customer.register() == "issued"

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in server.data.iterdir()}

    assert {"tossbill.db", "tossbill.db-wal", "sandbox.db", "secrets.json"} <= set(modes)
    assert [name for name, mode in modes.items() if mode & 0o077] == []


async def record_websocket(server: Server, customer: Customer, traces: Traces) -> None:
    """Load every page's state, remove the method, and record all websocket messages."""
    [(registration,)] = server.rows("SELECT id FROM registration WHERE status = 'issued'")
    [(method,)] = server.rows("SELECT id FROM payment_method")
    async with stranger(server.url, cookie=customer.cookie) as browser:
        for path in ("/", "/register/", "/fail/", "/history/"):
            await browser.hydrate(path)
        await browser.hydrate(
            "/success/",
            asPath=f"/success/?registration={registration}",
            query={"registration": registration},
        )
        await browser.until("현대카드")
        await browser.hydrate("/methods/")
        await browser.until(method)
        name = f"{MethodsState.get_full_name()}.remove"
        await browser.send(name, {"method_id": method}, path="/methods/")
        await browser.until("결제수단을 지웠어요")
        traces.seen["websocket"] = browser.everything()
