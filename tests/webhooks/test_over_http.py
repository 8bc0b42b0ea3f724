"""Webhooks between the real sandbox and the real app in its own process."""

import time
from collections.abc import Callable

import httpx

from tests.support.customer import Customer
from tests.support.server import Server
from tossbill_ui.core.crypto import fingerprint

SANDBOX_AUTH = ("test_sk_tossbillSandboxSecretKey00", "")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # another process, which sends no signal


def deletion_webhooks(server: Server, key: str) -> list[str]:
    """Return the webhooks about the deletion of a key; other tests delete other keys."""
    found = server.rows("SELECT body FROM webhook_event WHERE result = 'method_lost'")
    return [body for (body,) in found if fingerprint(key) in body]


def test_key_deleted_at_toss_is_removed_here(server: Server) -> None:
    before = server.keys_here()
    with Customer(server.url) as customer:
        assert customer.register() == "issued"
    [key] = server.keys_here() - before
    urls = [endpoint["url"] for endpoint in server.control("GET", "webhooks")["endpoints"]]
    ours = f":{server.port}/webhooks/toss"
    assert any(url.endswith(ours) for url in urls), "our endpoint is registered by default"

    deleted = httpx.delete(f"{server.url}/sandbox/v1/billing/{key}", auth=SANDBOX_AUTH)
    assert deleted.status_code == 200
    server.control("POST", "webhooks/flush")

    wait_until(lambda: key not in server.keys_here())
    server.assert_ledgers_agree()
    wait_until(lambda: bool(deletion_webhooks(server, key)))
    [body] = deletion_webhooks(server, key)
    assert key not in body
    assert key not in server.log.read_text()


def test_huge_body_is_refused_at_once(server: Server) -> None:
    answer = httpx.post(f"{server.url}/webhooks/toss", content=b"x" * 1_000_000)

    assert answer.status_code == 413


def test_webhooks_are_answered_within_milliseconds(server: Server) -> None:
    with httpx.Client(base_url=server.url, headers={"X-Forwarded-For": "10.2.0.1"}) as stranger:
        durations: list[float] = []
        for number in range(50):
            started = time.perf_counter()
            body = {"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": f"o-{number}"}}
            assert stranger.post("/webhooks/toss", json=body).status_code == 200
            durations.append(time.perf_counter() - started)

    assert sorted(durations)[25] < 0.25
    assert unknown_orders(server) >= 50


def unknown_orders(server: Server) -> int:
    query = "SELECT sum(number) FROM webhook_count WHERE kind = 'PAYMENT_STATUS_CHANGED'"
    return server.rows(query)[0][0]


def test_only_posts_are_accepted(server: Server) -> None:
    assert httpx.get(f"{server.url}/webhooks/toss").status_code != 200
