"""Links that are pressed while their customers are merged lead to the one who stays."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.customers.links import SETTINGS, entry, link
from tests.subscriptions.test_merge import merged, user_of
from tests.support.shop import Shop
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers import entering, sessions
from tossbill_ui.customers.entering import Press
from tossbill_ui.customers.models import Customer, StoredSession
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.subscriptions.actions.merge_at_entry import enter_and_merge
from tossbill_ui.subscriptions.reading.invited import open_token


async def test_presses_and_merges_at_the_same_moment_end_at_the_one_who_stays(
    shop: Shop, session: Session
) -> None:
    rt = shop.rt = replace(shop.rt, settings=Settings(**SETTINGS))
    user = await user_of(shop, "member-42")
    await shop.subscribe(session)
    async with rt.db.write() as db:
        await sessions.ensure_stored(rt, db, session)
        member = await db.get_one(Customer, user.customer_id)
    opened = [await open_token(rt, link=await link(rt, member), entry="") for _ in range(2)]
    opened += [await open_token(rt, link="", entry=entry(rt)) for _ in range(3)]
    invitations = [each.invitation for each in opened if each.invitation]

    found = await asyncio.gather(
        *(
            enter_and_merge(rt, actor_of(session), each, Press("a"), before=session)
            for each in invitations
        ),
        *(entering.spend(rt, each, Press("b"), before=None) for each in invitations),
        merged(shop, session, user),
        entering.sign_in(rt, member, before=None),
        return_exceptions=True,
    )

    errors = [each for each in found if isinstance(each, BaseException)]
    assert [each for each in errors if not isinstance(each, TossbillError)] == []
    live = [row for row in await shop.rows(StoredSession) if row.revoked_at is None]
    assert {row.customer_id for row in live} == {session.customer_id}
    assert len(live) >= len(invitations)
