"""The worker's job sends what the API shows: events with the objects that they are about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import NOON
from tests.crash.managed_process import eventually
from tests.outbound.receiver import Receiver
from tests.support.actors import KIM
from tests.support.commands import call
from tests.support.customer import Customer
from tests.support.isolated import isolate
from tests.support.server import Server
from tests.support.shop import open_shop
from tossbill_ui.customers.session import Session
from tossbill_ui.outbound import endpoints
from tossbill_ui.outbound.delivery import BODY_BYTES
from tossbill_ui.outbound.job import deliver_events
from tossbill_ui.resources.events import Event

REGISTERED = "payment_method.registered"


def types(receiver: Receiver) -> list[str]:
    return [each.json["type"] for each in receiver.received]


async def test_a_subscription_is_told_with_its_objects(
    tmp_path: Path, database_url: str, session: Session, receiver: Receiver
) -> None:
    async with open_shop(tmp_path, database_url, NOON) as shop:
        await endpoints.create(shop.rt, KIM, url=receiver.url)
        seen = await shop.subscribe(session)
        await deliver_events(shop.rt)
        await shop.rt.tasks.drain(seconds=60)

    told = {each.json["type"]: Event.model_validate_json(each.body) for each in receiver.received}
    assert told.keys() >= {REGISTERED, "subscription.started", "payment.charged"}
    charged = told["payment.charged"].data
    assert charged.subscription
    assert charged.payment
    assert charged.subscription.id == seen.subscription.id
    assert (charged.customer.id, charged.amount_krw) == (session.customer_id, 9_900)
    assert max(len(each.body) for each in receiver.received) <= BODY_BYTES


@pytest.mark.processes
def test_the_worker_of_a_running_sandbox_tells_a_shop_on_this_machine(
    server: Server, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, server.data)
    url = f"http://localhost:{receiver.port}/hook"
    made = json.loads(call("webhooks", "add", url, "--json").stdout)
    worker = server.command("worker")
    try:
        assert call("webhooks", "test", made["id"]).output == "HTTP 200\n"
        with Customer(server.url) as customer:
            assert customer.register() == "issued"
        eventually(lambda: REGISTERED in types(receiver), "a webhook")
    finally:
        call("webhooks", "remove", made["id"])
        worker.terminate()
        worker.wait()

    assert types(receiver)[0] == "webhook.ping"
    assert all(each.verify(made["secret"]) for each in receiver.received)
