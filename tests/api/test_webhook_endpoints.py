"""Webhook endpoints by the API."""

from __future__ import annotations

import pytest
from sqlmodel import select

from tests.api.client import Program
from tests.support.shop import Shop
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.customers.session import new_session
from tossbill_ui.outbound.models import WebhookEndpoint

# Nothing listens there.
URL = "http://localhost:9/webhooks"
WANTED = {"url": URL, "types": ["payment.charged"], "note": "x"}


async def add(program: Program, once: str = "add") -> dict[str, str]:
    answer = await program.post("/webhook-endpoints", WANTED, once=once)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_secret_is_shown_once_and_to_the_repeated_command(
    shop: Shop, program: Program
) -> None:
    added, again = await add(program), await add(program)
    listed = (await program.get("/webhook-endpoints")).json()
    one = (await program.get(f"/webhook-endpoints/{added['id']}")).json()

    assert again == added
    assert added["secret"].startswith("whsec_")
    assert listed == {"data": [one], "next": None}
    assert one == {name: value for name, value in added.items() if name != "secret"}
    assert (one["url"], one["types"], one["state"]) == (URL, ["payment.charged"], "on")
    assert len(await shop.rows(WebhookEndpoint)) == 1


async def test_changed_endpoint_keeps_what_is_left_out(shop: Shop, program: Program) -> None:
    path = f"/webhook-endpoints/{(await add(program))['id']}"

    changed = (await program.send("PATCH", path, {"types": [], "state": "off"})).json()

    assert (changed["types"], changed["state"], changed["url"]) == ([], "off", URL)
    async with shop.rt.db.read() as db:
        acts = (await db.exec(select(AuditEntry.kind))).all()
    assert [kind for kind in acts if kind.startswith("webhook_endpoint")] == [
        "webhook_endpoint.created",
        "webhook_endpoint.updated",
    ]


async def test_new_secret_is_shown_once(program: Program) -> None:
    added = await add(program)
    path = f"/webhook-endpoints/{added['id']}/rotate-secret"

    one, again = [(await program.post(path, once="rotate")).json() for _ in range(2)]
    other = (await program.post(path)).json()

    assert one == again
    assert len({added["secret"], one["secret"], other["secret"]}) == 3


async def test_ping_tells_why_nothing_was_answered(program: Program) -> None:
    path = f"/webhook-endpoints/{(await add(program))['id']}/ping"

    one, again = [(await program.post(path, once="ping")).json() for _ in range(2)]

    assert one == {"status": None, "error": "not_connected"}
    assert again == {"status": None, "error": "repeated"}


@pytest.mark.parametrize(
    "span", [{"from": 1}, {"from": "2026-11-24T02:00:00Z", "to": "2026-11-24T12:01:00+09:00"}]
)
async def test_events_are_planned_again(
    shop: Shop, program: Program, span: dict[str, object]
) -> None:
    await shop.subscribe(new_session())
    path = f"/webhook-endpoints/{(await add(program))['id']}/replay"

    answer = await program.post(path, span)

    assert answer.status_code == 202, answer.text
    [row] = await shop.rows(WebhookEndpoint)
    assert row.replay_to is not None


async def test_removed_endpoint_is_gone(shop: Shop, program: Program) -> None:
    path = f"/webhook-endpoints/{(await add(program))['id']}"

    removed = [await program.send("DELETE", path, once="remove") for _ in range(2)]

    assert [answer.status_code for answer in removed] == [204, 204]
    assert (await program.get(path)).status_code == 404
    assert await shop.rows(WebhookEndpoint) == []


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"url": "https://user:password@example.com/"},
        {"url": "no address"},
        {"url": URL, "types": ["no.type"]},
        {"url": URL, "note": "x" * 201},
        {"url": URL, "state": "off"},
    ],
)
async def test_endpoint_that_cannot_be_is_refused(
    program: Program, wanted: dict[str, object]
) -> None:
    answer = await program.post("/webhook-endpoints", wanted)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("span", [{}, {"from": 0}, {"from": "2026-11-24T03:00:00"}, {"from": True}])
async def test_span_that_is_none_is_refused(program: Program, span: dict[str, object]) -> None:
    path = f"/webhook-endpoints/{(await add(program))['id']}/replay"

    answer = await program.post(path, span)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text
