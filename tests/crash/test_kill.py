"""Server killed during an exchange: the card is registered exactly once afterwards."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.customer import Customer
from tests.support.server import Server
from tests.support.stranger import stranger
from tossbill_ui.build import ensure_build
from tossbill_ui.payment_methods.issuing import NOT_CONFIRMED
from tossbill_ui.ui.methods.state import MethodsState
from tossbill_ui.ui.registration.text import NOTHING_CHARGED
from tossbill_ui.ui.shared.text.failures import explain

pytestmark = pytest.mark.processes

DELAY_MS = 5_000


@pytest.fixture
def fragile(tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Server]:
    """The test's own server, to be killed; its parameter is its environment."""
    ensure_build()
    running = Server(tmp_path / "data", getattr(request, "param", {}))
    running.start()
    yield running
    running.stop()


def arrive_in_background(customer: Customer, address: str) -> threading.Thread:
    def visit() -> None:
        with suppress(httpx.HTTPError):  # the server is killed during the request
            customer.http.get(address, follow_redirects=True)

    thread = threading.Thread(target=visit)
    thread.start()
    return thread


def until(server: Server, query: str) -> None:
    """Poll until a query of our database finds a row written by another process."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.rows(query):
            return
        time.sleep(0.02)
    raise TimeoutError(query)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("delay_before", id="before Toss has issued the key"),
        pytest.param("delay_after", id="after Toss has issued the key, before the response"),
    ],
)
def test_killed_during_the_request_to_toss(fragile: Server, kind: str) -> None:
    fragile.faults({"endpoint": "issue", "kind": kind, "count": 1, "delay_ms": DELAY_MS})
    with Customer(fragile.url) as customer:
        address = customer.through_window(customer.open_register())
        visit = arrive_in_background(customer, address)
        until(fragile, "SELECT 1 FROM registration WHERE status = 'issuing'")
        if kind == "delay_after":
            while not fragile.keys_at_toss():
                time.sleep(0.02)
        fragile.kill()
        visit.join()
        assert fragile.rows("SELECT status FROM registration") == [("issuing",)]

        fragile.start()
        fragile.control("DELETE", "faults")
        customer.wait_for(address, "issued")

    assert fragile.issued_at_toss() == 1
    fragile.assert_ledgers_agree()


def kill_before_the_commit(server: Server) -> None:
    """Kill a server that has a response of Toss, and waits for a lock to record it."""
    lock = sqlite3.connect(server.data / "tossbill.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    time.sleep(1.5)  # the response has arrived; the commit waits for the lock
    server.kill()
    lock.execute("ROLLBACK")
    lock.close()


def test_killed_after_the_response_and_before_the_commit(fragile: Server) -> None:
    """A lock on the database delays the commit, as a slow disk would."""
    with Customer(fragile.url) as customer:
        address = customer.through_window(customer.open_register())
        fragile.faults({"endpoint": "issue", "kind": "delay_after", "count": 1, "delay_ms": 700})
        visit = arrive_in_background(customer, address)
        until(fragile, "SELECT 1 FROM registration WHERE status = 'issuing'")
        kill_before_the_commit(fragile)
        visit.join()
        assert fragile.rows("SELECT status FROM registration") == [("issuing",)]

        fragile.start()
        customer.wait_for(address, "issued")

    assert fragile.issued_at_toss() == 1
    fragile.assert_ledgers_agree()


def send_form_in_background(customer: Customer, hidden: dict[str, str]) -> threading.Thread:
    def send() -> None:
        with suppress(httpx.HTTPError):  # the server is killed during the request
            customer.send_form(hidden)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


@pytest.mark.parametrize("fragile", [{"TOSSBILL_CARD_FORM": "on"}], indirect=True, ids=["form"])
@pytest.mark.parametrize("kind", ["delay_before", "delay_after"])
def test_killed_after_a_card_form_was_sent(fragile: Server, kind: str) -> None:
    """Its digits died with the process: nobody can ask Toss again, and the customer is told so."""
    fragile.faults({"endpoint": "issue", "kind": kind, "count": 1, "delay_ms": DELAY_MS})
    with Customer(fragile.url) as customer:
        hidden = customer.open_form()
        sent = send_form_in_background(customer, hidden)
        until(fragile, "SELECT 1 FROM registration WHERE status = 'issuing'")
        if kind == "delay_after":
            while not fragile.keys_at_toss():
                time.sleep(0.02)
        fragile.kill()
        sent.join()
        assert fragile.rows("SELECT status FROM registration") == [("issuing",)]

        fragile.start()
        fragile.control("DELETE", "faults")
        result = f"/success/?registration={hidden['registration']}"
        customer.wait_for(result, "failed")
        page = unescape(customer.http.get(result).text)
        assert explain(NOT_CONFIRMED) in page
        assert NOTHING_CHARGED.ko in page
        orphans = fragile.keys_at_toss()
        customer.wait_for(customer.register_by_form(), "issued")

    # What Toss issued in vain is known to nobody and was never charged.
    assert fragile.keys_at_toss() == fragile.keys_here() | orphans
    assert len(orphans) == (kind == "delay_after")


@pytest.mark.parametrize("fragile", [{"TOSSBILL_CARD_FORM": "on"}], indirect=True, ids=["form"])
def test_killed_with_the_response_to_a_card_form_and_before_the_commit(fragile: Server) -> None:
    """The key that Toss issued is known to nobody: the customer is told to register again."""
    fragile.faults({"endpoint": "issue", "kind": "delay_after", "count": 1, "delay_ms": 700})
    with Customer(fragile.url) as customer:
        hidden = customer.open_form()
        sent = send_form_in_background(customer, hidden)
        until(fragile, "SELECT 1 FROM registration WHERE status = 'issuing'")
        kill_before_the_commit(fragile)
        sent.join()
        assert fragile.rows("SELECT status FROM registration") == [("issuing",)]

        fragile.start()
        result = f"/success/?registration={hidden['registration']}"
        customer.wait_for(result, "failed")
        assert explain(NOT_CONFIRMED) in unescape(customer.http.get(result).text)
        [orphan] = fragile.keys_at_toss()
        customer.wait_for(customer.register_by_form(), "issued")

    assert fragile.keys_at_toss() == fragile.keys_here() | {orphan}


@pytest.mark.parametrize("fragile", [{"TOSSBILL_CARD_FORM": "on"}], indirect=True, ids=["form"])
def test_killed_before_a_card_form_was_sent(fragile: Server) -> None:
    with Customer(fragile.url) as customer:
        hidden = customer.open_form()
        fragile.kill()
        fragile.start()
        customer.wait_for(customer.send_form(hidden).headers["location"], "issued")

    fragile.assert_ledgers_agree()


def test_killed_before_the_claim(fragile: Server) -> None:
    with Customer(fragile.url) as customer:
        address = customer.through_window(customer.open_register())
        fragile.kill()
        fragile.start()
        assert customer.arrive(address) == "issued"

    fragile.assert_ledgers_agree()


def test_old_registration_is_abandoned(fragile: Server) -> None:
    with Customer(fragile.url) as customer:
        begun = customer.open_register()["success_url"]
    [registration_id] = parse_qs(urlsplit(begun).query)["registration"]
    database = sqlite3.connect(fragile.data / "tossbill.db", isolation_level=None, timeout=60)
    database.execute(
        "UPDATE registration SET created_at = datetime('now', '-2 days') WHERE id = ?",
        (registration_id,),
    )
    database.close()

    # A worker checks once an hour and at startup.
    fragile.stop()
    fragile.environment["TOSSBILL_WORKER"] = "on"
    fragile.start()

    until(
        fragile,
        f"SELECT 1 FROM registration WHERE id = '{registration_id}' AND status = 'abandoned'",  # noqa: S608 - our own id
    )


@pytest.mark.parametrize("kind", ["delay_before", "delay_after"])
def test_killed_during_the_removal_of_a_method(fragile: Server, kind: str) -> None:
    with Customer(fragile.url) as customer:
        assert customer.register() == "issued"
        fragile.faults({"endpoint": "delete", "kind": kind, "count": 1, "delay_ms": DELAY_MS})
        asyncio.run(send_remove(fragile, customer))
        if kind == "delay_after":
            while fragile.keys_at_toss():
                time.sleep(0.02)
        fragile.kill()

    fragile.start()
    until(fragile, "SELECT 1 FROM payment_method WHERE status = 'removed'")

    fragile.assert_ledgers_agree()
    assert fragile.rows("SELECT billing_key_sealed FROM payment_method") == [(None,)]


async def send_remove(server: Server, customer: Customer) -> None:
    """Send the button's event and disconnect once the removal is in progress."""
    [(method_id,)] = server.rows("SELECT id FROM payment_method")
    async with stranger(server.url, cookie=customer.cookie) as browser:
        await browser.hydrate("/methods/")
        await browser.until(method_id)
        name = f"{MethodsState.get_full_name()}.remove"
        await browser.send(name, {"method_id": method_id}, path="/methods/")
        await asyncio.to_thread(
            until, server, "SELECT 1 FROM payment_method WHERE status <> 'active'"
        )
