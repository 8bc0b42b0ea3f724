"""A command takes effect once: sent again, at the same time, or after a process was killed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.api.client import Program, new_program
from tests.support.shop import Shop
from tossbill_ui.api import portal_links as routes
from tossbill_ui.api_keys import commands
from tossbill_ui.api_keys.models import ApiCommand
from tossbill_ui.customers.models import PortalLink
from tossbill_ui.subscriptions.actions import portal_link

SAID = {"external_id": "42"}


async def counts(shop: Shop) -> tuple[int, int]:
    """Return the number of commands, and that of their effects."""
    async with shop.rt.db.read() as db:
        stored = (await db.exec(select(ApiCommand))).all()
        return len(stored), len((await db.exec(select(PortalLink))).all())


@pytest.mark.parametrize("name", [None, "", "x" * 256])
async def test_command_without_idempotency_key_is_refused(
    shop: Shop, program: Program, name: str | None
) -> None:
    headers = {"authorization": f"Bearer {program.secret}"}
    headers |= {} if name is None else {"idempotency-key": name}

    answer = await program.http.post("/portal-links", json=SAID, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert await counts(shop) == (0, 0)


async def test_key_of_another_command_is_refused(shop: Shop, program: Program) -> None:
    await program.post("/portal-links", SAID, once="a")

    answer = await program.post("/portal-links", {"external_id": "43"}, once="a")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await counts(shop) == (1, 1)


async def test_same_name_of_another_program_is_another_command(
    shop: Shop, program: Program
) -> None:
    other = await new_program(shop.rt, program.http, name="other")
    await program.post("/portal-links", SAID, once="a")

    answer = await other.post("/portal-links", SAID, once="a")

    assert answer.headers["idempotency-replayed"] == "false"
    assert await counts(shop) == (2, 2)


async def test_commands_at_the_same_time_have_one_effect(shop: Shop, program: Program) -> None:
    sent = [program.post("/portal-links", SAID, once="a") for _ in range(20)]

    answers = await asyncio.gather(*sent)

    assert {answer.status_code for answer in answers} <= {201, 409}
    made = {answer.json()["url"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused <= {"still_running"}
    assert await counts(shop) == (1, 1)


async def test_refused_command_may_be_sent_again(shop: Shop, program: Program) -> None:
    wrong = {"external_id": "42", "customer_id": "0" * 32}
    assert (await program.post("/portal-links", wrong, once="a")).status_code == 422
    assert await counts(shop) == (0, 0)

    answer = await program.post("/portal-links", SAID, once="a")

    assert answer.status_code == 201


async def test_failed_command_may_be_sent_again(
    shop: Shop, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(routes, "make_link", _fail)
        failed = await program.post("/portal-links", SAID, once="a")

    answer = await program.post("/portal-links", SAID, once="a")

    assert (failed.status_code, failed.json()["code"]) == (500, "internal")
    assert (answer.status_code, answer.headers["idempotency-replayed"]) == (201, "false")


async def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("a fault of ours")


async def test_effect_without_an_answer_is_found_again(
    shop: Shop, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process fails between the commit and the answer; the repeated command gets the link."""
    with monkeypatch.context() as patch:
        patch.setattr(routes, "_made", _fail)
        assert (await program.post("/portal-links", SAID, once="a")).status_code == 500

    answer = await program.post("/portal-links", SAID, once="a")

    assert (answer.status_code, answer.headers["idempotency-replayed"]) == (201, "true")
    assert await counts(shop) == (1, 1)


async def test_killed_command_may_be_sent_again_after_its_lease(
    shop: Shop, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed before anything is committed."""
    began = asyncio.Event()

    async def hang(*_: object, **__: object) -> None:
        began.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(commands, "give_up", _nothing)
    with monkeypatch.context() as patch:
        patch.setattr(routes, "make_link", hang)
        killed = asyncio.create_task(program.post("/portal-links", SAID, once="a"))
        await began.wait()
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
    early = await program.post("/portal-links", SAID, once="a")
    shop.machine.advance(commands.LEASE)

    answer = await program.post("/portal-links", SAID, once="a")

    assert (early.status_code, early.json()["code"]) == (409, "still_running")
    assert (answer.status_code, answer.headers["idempotency-replayed"]) == (201, "false")
    assert await counts(shop) == (1, 1)


async def _nothing(*_: object) -> None:
    pass


async def test_slow_request_has_no_effect_once_another_has_taken_over(
    shop: Shop, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go = asyncio.Event(), asyncio.Event()

    async def late(*args: object, **options: object) -> object:
        began.set()
        await go.wait()
        return await portal_link.make_link(*args, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(routes, "make_link", late)
        slow = asyncio.create_task(program.post("/portal-links", SAID, once="a"))
        await began.wait()
    shop.machine.advance(commands.LEASE + timedelta(seconds=1))
    answer = await program.post("/portal-links", SAID, once="a")
    go.set()

    assert answer.status_code == 201
    assert (await slow).json()["code"] == "still_running"
    assert await counts(shop) == (1, 1)
