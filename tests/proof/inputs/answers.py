"""Corrupted responses to the issuing of billing keys."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from tests.payment_methods.flow import let_time_pass, methods, window_return
from tests.support.corrupted_charges import corrupted_shop
from tests.support.corrupted_responses import ResponseCorrupter, is_issue
from tests.support.shop import Shop
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui.customers.session import new_session
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.issuing import BOUND_ATTEMPTS
from tossbill_ui.payment_methods.models import UNDER_WAY, Registration
from tossbill_ui.payment_methods.sweep import sweep


async def issue_with_corrupted_responses(
    folder: Path, database_url: str, responses: int, rng: random.Random
) -> Counter[str]:
    """Register cards, corrupt every response, and check; return the corruptions."""
    async with corrupted_shop(folder, database_url, rng, is_issue) as (shop, corrupter):
        while sum(corrupter.corrupted.values()) < responses:
            await _register(shop)
        await _check(shop, corrupter)
        corrupter.is_off = True
        for _ in range(BOUND_ATTEMPTS):
            await let_time_pass(shop.rt)
            while await sweep(shop.rt):
                pass
        await _check(shop, corrupter)
        rows: list[Registration] = await shop.rows(Registration)
        assert [row.id for row in rows if row.status in UNDER_WAY] == []
        return corrupter.corrupted


async def _register(shop: Shop) -> None:
    session = new_session()
    call = await registration.start(shop.rt, session)
    number = PERSONAS_BY_NAME["approve"].number
    body = {"customerKey": call.customer_key, "cardNumber": number}
    answer = await shop.control("POST", "authorizations", body)
    await registration.finish(shop.rt, session, window_return(call, auth_key=answer["authKey"]))
    await shop.rt.tasks.drain(seconds=60)


async def _check(shop: Shop, corrupter: ResponseCorrupter) -> None:
    """Each issued registration has one method, with a key that Toss returned."""
    rows: list[Registration] = await shop.rows(Registration)
    found = await methods(shop.rt)
    issued = {row.id for row in rows if row.status == "issued"}
    assert sorted(method.registration_id for method in found) == sorted(issued)
    ledger = await shop.control("GET", "ledger")
    at_toss = {key["billing_key"] for key in ledger["billing_keys"]}
    ours = {await shop.billing_key(method.id) for method in found}
    assert ours <= at_toss | corrupter.billing_keys
