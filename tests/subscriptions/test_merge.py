"""An anonymous customer and a user of the shop become one, or the merge is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.payment_methods.flow import window_return
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui.core.actor import customer
from tossbill_ui.core.errors import Conflict, NeedsSignIn, NotFound
from tossbill_ui.core.scope import Scope, Task
from tossbill_ui.customers import portal_links, service, sessions
from tossbill_ui.customers.models import Customer, PortalLink, StoredSession, Via
from tossbill_ui.customers.portal_links import LinkRequest
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.events.models import EventRecord
from tossbill_ui.migrations.models import metadata
from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.payment_methods import default, registration
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payments.models import Payment, Refund
from tossbill_ui.subscriptions.actions import cancel, change_method, merge, price_increase, refund
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.reading import timeline

MOVED = {str(table.__tablename__) for table in merge.MOVED}


@pytest.fixture
async def user(shop: Shop) -> Session:
    """A session of the shop's user 42, who came by a link."""
    return await user_of(shop, "42")


async def user_of(shop: Shop, external_id: str) -> Session:
    browser = new_session()
    async with shop.rt.db.write() as db:
        row = await service.ensure_customer(shop.rt, db, customer_id=browser.customer_id)
        row.external_id, row.name = external_id, "김하나"
        row.verified_email = f"{external_id}@shop.test"
        row.email_verified_at = shop.clock.now()
        db.add(row)
        await db.flush()
        return sessions.open_session(
            shop.rt, db, customer_id=row.id, entrance=Entrance(via=Via.LINK)
        )


async def merged(shop: Shop, anonymous: Session, user: Session) -> str:
    return await merge.merge(
        shop.rt,
        actor_of(user),
        anonymous_id=anonymous.customer_id,
        linked_id=user.customer_id,
    )


async def offer(shop: Shop, anonymous: Session, user: Session) -> merge.MergeOffer | None:
    return await merge.can_merge(
        shop.rt, anonymous_id=anonymous.customer_id, linked_id=user.customer_id
    )


async def customer_of(shop: Shop, customer_id: str) -> Customer:
    async with shop.rt.db.read() as db:
        return await db.get_one(Customer, customer_id)


def test_every_table_about_a_customer_either_moves_or_says_why_not() -> None:
    owned = {table.name for table in metadata.sorted_tables if "customer_id" in table.c}

    assert owned == MOVED | merge.STAYING.keys()
    assert MOVED.isdisjoint(merge.STAYING)


async def test_a_live_subscription_keeps_its_owner_who_becomes_the_shops_user(
    shop: Shop, session: Session, user: Session
) -> None:
    seen = await shop.subscribe(session)
    assert await offer(shop, session, user) == merge.MergeOffer(session.customer_id, 1)

    survivor_id = await merged(shop, session, user)

    assert survivor_id == session.customer_id
    survivor, gone = [await customer_of(shop, each.customer_id) for each in (session, user)]
    assert (survivor.external_id, survivor.name) == ("42", "김하나")
    assert survivor.verified_email == "42@shop.test"
    assert (gone.external_id, gone.name, gone.merged_into) == (None, None, survivor_id)
    assert await merged(shop, session, user) == survivor_id
    assert await renewed(shop, survivor_id, seen.subscription.id) == "active"


async def renewed(shop: Shop, customer_id: str, subscription_id: str) -> str:
    """Charge the next period at the sandbox, and return the status after it."""
    browser = Session(id="x", customer_id=customer_id)
    seen = await shop.view(browser, subscription_id)
    before = len(await shop.money())
    await shop.go_to(seen.subscription.ends_on)
    await shop.run()
    assert len(await shop.money()) == before + 1
    return (await shop.view(browser, subscription_id)).subscription.status


async def test_a_moved_method_is_charged_with_the_key_that_it_was_issued_for(
    shop: Shop, session: Session, user: Session
) -> None:
    card = await shop.card(session)
    seen = await shop.subscribe(user)
    assert await offer(shop, session, user) == merge.MergeOffer(user.customer_id, 0)

    assert await merged(shop, session, user) == user.customer_id

    subscription_id = seen.subscription.id
    actor = actor_of(user)
    await change_method.change_method(shop.rt, actor, subscription_id, payment_method_id=card)
    assert await renewed(shop, user.customer_id, subscription_id) == "active"
    [moved] = [row for row in await shop.rows(PaymentMethod) if row.id == card]
    keys = {row.id: row.customer_key for row in await shop.rows(Customer)}
    assert moved.customer_id == user.customer_id
    assert moved.customer_key == keys[session.customer_id] != keys[user.customer_id]


async def test_an_ended_subscription_moves_with_its_history(
    shop: Shop, session: Session, user: Session
) -> None:
    seen = await shop.subscribe(session)
    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=9900
    )
    await shop.run()
    before = await lines(shop, session)

    assert await merged(shop, session, user) == user.customer_id

    assert await lines(shop, user) == before
    assert len(before) >= 4
    async with shop.rt.db.read() as db:
        for table in metadata.sorted_tables:
            if table.name in MOVED:
                query = sa.select(sa.func.count()).select_from(table)
                is_left = table.c.customer_id == session.customer_id
                assert (await db.exec(query.where(is_left))).one() == (0,), table.name  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownMemberType]
    [event] = [row for row in await shop.rows(EventRecord) if row.type == "customer.merged"]
    assert event.customer_id == user.customer_id
    assert event.data == {"customer_id": [session.customer_id, user.customer_id]}


async def lines(shop: Shop, browser: Session) -> list[timeline.Cursor]:
    return [entry.cursor async for entry in timeline.every(shop.rt, actor_of(browser))]


async def test_one_default_method_is_left(shop: Shop, session: Session, user: Session) -> None:
    for browser in (session, user):
        card = await shop.card(browser)
        await default.choose_default(shop.rt, actor_of(browser), card)

    await merged(shop, session, user)

    defaults = [row.id for row in await shop.rows(PaymentMethod) if row.is_default]
    assert defaults == [card]


async def test_nothing_that_opened_the_anonymous_customer_opens_the_one_who_stays(
    shop: Shop, session: Session, user: Session
) -> None:
    seen = await shop.subscribe(session)
    request = LinkRequest(
        customer_id=session.customer_id,
        task=Task.METHOD,
        subscription_id=seen.subscription.id,
    )
    async with shop.rt.db.write() as db:
        await sessions.ensure_stored(shop.rt, db, session)
        planted = await db.get_one(Customer, session.customer_id)
        planted.email = planted.verified_email = "mallory@evil.test"
        planted.email_verified_at = shop.clock.now()
        others = [
            sessions.open_session(
                shop.rt, db, customer_id=session.customer_id, entrance=Entrance(via=via)
            )
            for via in (Via.CODE, Via.LINK)
        ]
        await portal_links.create(shop.rt, db, request, made_by="x")

    survivor_id = await merged(shop, session, user)

    rows = {row.id: row for row in await shop.rows(StoredSession)}
    assert all(rows[each.id].revoked_at for each in (session, *others))
    assert (rows[user.id].customer_id, rows[user.id].revoked_at) == (survivor_id, None)
    assert all(row.revoked_at for row in await shop.rows(PortalLink))
    assert (await customer_of(shop, survivor_id)).email is None
    told = [row for row in await shop.rows(Notice) if row.kind == NoticeKind.EMAIL_REMOVED]
    assert [(row.customer_id, row.address) for row in told] == [(survivor_id, "mallory@evil.test")]


async def test_a_window_that_was_open_registers_its_card_for_the_survivor(
    shop: Shop, session: Session, user: Session
) -> None:
    await shop.subscribe(session)
    call = await registration.start(shop.rt, user)
    survivor_id = await merged(shop, session, user)

    number = PERSONAS_BY_NAME["approve"].number
    typed = {"customerKey": call.customer_key, "cardNumber": number}
    auth_key = (await shop.control("POST", "authorizations", typed))["authKey"]
    back = Session(id=user.id, customer_id=survivor_id)
    await registration.finish(shop.rt, back, window_return(call, auth_key=auth_key))
    await shop.rt.tasks.drain(seconds=120)

    [card] = [
        row for row in await shop.rows(PaymentMethod) if row.customer_key == call.customer_key
    ]
    assert card.customer_id == survivor_id


async def both_subscribed(shop: Shop, session: Session, user: Session) -> None:
    await shop.subscribe(session)
    await shop.subscribe(user)


async def both_linked(shop: Shop, session: Session, user: Session) -> None:
    await shop.card(session)
    async with shop.rt.db.write() as db:
        (await db.get_one(Customer, session.customer_id)).external_id = "43"


async def not_linked(shop: Shop, session: Session, user: Session) -> None:
    await shop.card(session)
    async with shop.rt.db.write() as db:
        (await db.get_one(Customer, user.customer_id)).external_id = None


async def money_open(shop: Shop, session: Session, user: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.go_to(seen.subscription.ends_on)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    await shop.run()
    await shop.faults()
    assert [row.status for row in await shop.rows(Payment)] == ["done", "unknown"]


async def refund_open(shop: Shop, session: Session, user: Session) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=100, reason="x")
    assert [row.status for row in await shop.rows(Refund)] == ["pending"]


async def registration_open(shop: Shop, session: Session, user: Session) -> None:
    await shop.card(session)
    opened = await registration.start(shop.rt, user)
    async with shop.rt.db.write() as db:
        row = await db.get_one(Registration, opened.registration_id)
        row.status, row.card_terms = "issuing", "1"


async def registration_asked(shop: Shop, session: Session, user: Session) -> None:
    """Let a card come back in another browser, which asks about the customer's account."""
    await shop.card(session)
    call = await registration.start(shop.rt, user)
    assert await registration.finish(shop.rt, None, window_return(call))


async def consent_open(shop: Shop, session: Session, user: Session) -> None:
    seen = await shop.subscribe(session, "pro")
    await shop.go_to(seen.subscription.ends_on - timedelta(days=3))
    await announce_trials(shop.rt)


Prepare = Callable[[Shop, Session, Session], Awaitable[None]]


@pytest.mark.parametrize(
    "prepare",
    [both_subscribed, both_linked, not_linked, money_open, refund_open, registration_open,
     registration_asked, consent_open],
    ids=lambda each: each.__name__,
)  # fmt: skip
async def test_what_is_not_clear_or_not_settled_is_refused(
    shop: Shop, session: Session, user: Session, prepare: Prepare
) -> None:
    await prepare(shop, session, user)

    with pytest.raises(Conflict) as refused:
        await merged(shop, session, user)

    others = {"refund_open": "money_open", "registration_asked": "registration_open"}
    expected = others.get(prepare.__name__, prepare.__name__)
    assert refused.value.code == expected
    offered = await offer(shop, session, user)
    assert (offered.refusal if offered else "") == ("" if prepare is both_linked else expected)
    assert [row.merged_into for row in await shop.rows(Customer)] == [None, None]


async def test_an_answered_question_is_no_obstacle(
    shop: Shop, session: Session, user: Session
) -> None:
    await consent_open(shop, session, user)
    [subscription] = await timeline.subscriptions(shop.rt, actor_of(session))
    await price_increase.record_decision(
        shop.rt, actor_of(session), subscription[0].id, accepts=True
    )

    assert await merged(shop, session, user) == session.customer_id


async def test_a_customer_with_nothing_is_not_offered(
    shop: Shop, session: Session, user: Session
) -> None:
    await registration.start(shop.rt, session)

    assert await offer(shop, session, user) is None
    assert await offer(shop, new_session(), user) is None


async def test_a_user_who_is_not_stored_yet_can_be_offered(shop: Shop, session: Session) -> None:
    await shop.card(session)

    found = await merge.can_merge(shop.rt, anonymous_id=session.customer_id, linked_id="")

    assert found == merge.MergeOffer("", 0)


async def test_the_id_that_goes_leads_to_the_one_that_stays(
    shop: Shop, session: Session, user: Session
) -> None:
    await shop.card(session)
    await merged(shop, session, user)
    again = new_session()
    await shop.subscribe(again)
    survivor_id = await merged(shop, again, user)

    assert survivor_id == again.customer_id
    async with shop.rt.db.write() as db:
        for each in (session, user, again):
            found = await service.find(db, each.customer_id)
            assert found is not None
            assert found.id == survivor_id
            own = await service.ensure_customer(shop.rt, db, customer_id=each.customer_id)
            assert own.id == survivor_id
        assert (await service.named(db, "ext:42")).id == survivor_id
        assert sorted(await service.former_ids(db, survivor_id)) == sorted(
            [session.customer_id, user.customer_id]
        )


async def test_only_one_of_the_two_may_merge_them(
    shop: Shop, session: Session, user: Session, stranger: Session
) -> None:
    await shop.card(session)
    pair = {"anonymous_id": session.customer_id, "linked_id": user.customer_id}

    with pytest.raises(NotFound):
        await merge.merge(shop.rt, actor_of(stranger), **pair)
    limited = customer(user.customer_id, scope=Scope(Task.PAY, "0" * 32))
    with pytest.raises(NeedsSignIn):
        await merge.merge(shop.rt, limited, **pair)
    assert await merge.merge(shop.rt, actor_of(session), **pair) == user.customer_id


async def test_whoever_begins_at_the_same_moment_belongs_to_the_survivor(
    shop: Shop, session: Session, user: Session
) -> None:
    card = await shop.card(session)

    await asyncio.gather(
        merged(shop, session, user),
        shop.begin(session, "basic", card),
        registration.start(shop.rt, session),
        merged(shop, session, user),
        return_exceptions=True,
    )
    await shop.rt.tasks.drain(seconds=120)

    async with shop.rt.db.read() as db:
        found = await service.find(db, session.customer_id)
    assert found
    for table in (PaymentMethod, Registration, Payment):
        assert {row.customer_id for row in await shop.rows(table)} <= {found.id}
