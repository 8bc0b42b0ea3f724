"""Entries about a subscription, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.customers.links import SETTINGS, entry, link, rows
from tests.support.shop import Shop
from tossbill_ui.core.scope import Task
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.entering import Press, spend
from tossbill_ui.customers.invitations import NOTHING
from tossbill_ui.customers.models import Customer, PortalLink, StoredSession, Via
from tossbill_ui.customers.session import Session
from tossbill_ui.subscriptions.reading.invited import open_token


async def test_entry_about_a_subscription_is_its_members_alone_and_counts_once(
    shop: Shop, session: Session
) -> None:
    rt = replace(shop.rt, settings=Settings(**SETTINGS))
    mine = (await shop.subscribe(session)).subscription.id
    async with rt.db.write() as db:
        owner = await db.get_one(Customer, session.customer_id)
        owner.external_id = "owner"
    tokens = {
        sub: entry(rt, sub=sub, task="cancel", subscription=subscription)
        for sub, subscription in (("owner", mine), ("another", mine), ("third", "0" * 32))
    }

    opened = {sub: await open_token(rt, link="", entry=token) for sub, token in tokens.items()}
    assert opened["another"] == opened["third"] == NOTHING
    invitation = opened["owner"].invitation
    assert invitation
    found = await asyncio.gather(
        *(spend(rt, invitation, before=None, press=Press(str(number))) for number in range(8))
    )
    by_link = await open_token(rt, link=await link(rt, owner), entry="")
    assert by_link.invitation
    more = await asyncio.gather(
        *(
            spend(rt, by_link.invitation, before=None, press=Press(str(number)))
            for number in range(8)
        )
    )

    assert [len([each for each in all_found if each]) for all_found in (found, more)] == [1, 1]
    by_links = [row for row in await rows(rt, StoredSession) if row.via == Via.LINK]
    assert sorted(row.task or "" for row in by_links) == ["", Task.CANCEL]
    assert len(await rows(rt, PortalLink)) == 2
    assert [row.external_id for row in await rows(rt, Customer)] == ["owner"]
