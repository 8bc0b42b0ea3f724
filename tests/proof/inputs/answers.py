"""Spoiled answers to the issuing of billing keys."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from tests.payment_methods.flow import back_from, let_time_pass, methods
from tests.support.charges_spoiled import spoiled_shop
from tests.support.shop import Shop
from tests.support.spoiled import Spoiler, is_issue
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui.customers.session import new_session
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.issuing import BOUND_ATTEMPTS
from tossbill_ui.payment_methods.models import UNDER_WAY, Registration
from tossbill_ui.payment_methods.sweep import sweep


async def issue_with_spoiled_answers(
    folder: Path, database_url: str, answers: int, luck: random.Random
) -> Counter[str]:
    """Register cards, spoil every answer; judge; return how they were spoiled."""
    async with spoiled_shop(folder, database_url, luck, is_issue) as (shop, spoiler):
        while sum(spoiler.spoiled.values()) < answers:
            await _register(shop)
        await _judge(shop, spoiler)
        spoiler.is_well = True
        for _ in range(BOUND_ATTEMPTS):
            await let_time_pass(shop.rt)
            while await sweep(shop.rt):
                pass
        await _judge(shop, spoiler)
        rows: list[Registration] = await shop.rows(Registration)
        assert [row.id for row in rows if row.status in UNDER_WAY] == []
        return spoiler.spoiled


async def _register(shop: Shop) -> None:
    session = new_session()
    call = await registration.start(shop.rt, session)
    number = PERSONAS_BY_NAME["approve"].number
    body = {"customerKey": call.customer_key, "cardNumber": number}
    answer = await shop.control("POST", "authorizations", body)
    await registration.finish(shop.rt, session, back_from(call, auth_key=answer["authKey"]))
    await shop.rt.tasks.drain(seconds=60)


async def _judge(shop: Shop, spoiler: Spoiler) -> None:
    """One method for each registration that ended well, with a key that Toss named."""
    rows: list[Registration] = await shop.rows(Registration)
    found = await methods(shop.rt)
    issued = {row.id for row in rows if row.status == "issued"}
    assert sorted(method.registration_id for method in found) == sorted(issued)
    ledger = await shop.control("GET", "ledger")
    at_toss = {key["billing_key"] for key in ledger["billing_keys"]}
    ours = {await shop.billing_key(method.id) for method in found}
    assert ours <= at_toss | spoiler.billing_keys
