"""Events carry what they are about, and the log is pulled without missing one."""

from __future__ import annotations

import json

import pytest

from tests.support.shop import Shop
from tossbill_ui.core.actor import Actor, ActorKind
from tossbill_ui.customers.portal_links import ensure_linked
from tossbill_ui.customers.session import Session
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.types import EventType
from tossbill_ui.resources import events, states
from tossbill_ui.resources.events import EventPage, Wanted, event_body
from tossbill_ui.subscriptions.actions import cancel, merge

KEY = Actor(ActorKind.API_KEY, id="0" * 32, name="backend")


async def pull(
    shop: Shop, after: int = 0, limit: int = 100, types: tuple[EventType, ...] = ()
) -> EventPage:
    async with shop.rt.db.read() as db:
        return await events.pull(shop.rt, db, Wanted(after, limit, types))


async def test_event_names_its_objects_and_its_actor(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await cancel.cancel_now(shop.rt, KEY, seen.subscription.id, expected_refund_krw=9900)
    await shop.run()
    records = {row.type: row for row in await shop.rows(EventRecord)}
    last = records["refund.done"]
    async with shop.rt.db.read() as db:
        bodies = {name: await event_body(shop.rt, db, row) for name, row in records.items()}

    done, charged = bodies["refund.done"], bodies["payment.charged"]
    assert {key: done[key] for key in ("id", "type", "timestamp", "seq", "livemode")} == {
        "id": last.id,
        "type": "refund.done",
        "timestamp": "2026-11-24T03:00:00Z",
        "seq": last.seq,
        "livemode": False,
    }
    assert done["data"]["refund"]["amount_krw"] == done["data"]["amount_krw"] == 9900
    assert done["data"]["customer"] == {"id": session.customer_id, "external_id": None}
    assert charged["data"]["payment"]["status"] == "done"
    canceled = bodies["subscription.canceled"]["data"]
    assert canceled["actor"] == {"kind": "api_key", "name": "backend"}
    assert canceled["subscription"]["status"] == "ended"
    assert (canceled["reason"], canceled["state"]) == ("now", None)
    assert canceled["changes"]["status"] == ["active", "ended"]
    registered = bodies["payment_method.registered"]["data"]
    assert registered["payment_method"]["id"] == seen.method.id
    assert all(len(json.dumps(body).encode()) < 20_000 for body in bodies.values())


async def test_events_name_the_customer_that_stayed_after_a_merge(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    async with shop.rt.db.write() as db:
        linked = (await ensure_linked(shop.rt, db, external_id="42")).id
    pair = {"anonymous_id": session.customer_id, "linked_id": linked}
    assert await merge.merge(shop.rt, KEY, **pair) == session.customer_id

    found = await pull(shop)

    assert {event.data.customer.external_id for event in found.data} == {"42"}
    assert {event.data.customer.id for event in found.data} == {seen.subscription.customer_id}


async def test_change_of_access_carries_the_whole_state(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    changed = (EventType.CUSTOMER_ACCESS_CHANGED,)
    [begun] = (await pull(shop, types=changed)).data
    others = [event.data.state for event in (await pull(shop)).data if event.type not in changed]
    await cancel.cancel_now(shop.rt, KEY, seen.subscription.id, expected_refund_krw=9900)
    *_, over = (await pull(shop, types=changed)).data

    assert begun.data.state is not None
    assert over.data.state is not None
    assert begun.data.state.is_active
    assert (over.data.state.is_active, over.data.changes) == (False, {"access": (True, False)})
    assert over.data.state == await states.state_of(shop.rt, session.customer_id)
    assert set(others) == {None}


async def test_log_is_pulled_to_its_end_from_any_number(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    whole = await pull(shop)
    seqs = [event.seq for event in whole.data]

    assert (whole.next, whole.has_more) == (seqs[-1], False)
    for limit in (1, 2, 3):
        found, page = [], await pull(shop, 0, limit)
        while page.data:
            found += [event.seq for event in page.data]
            assert page.has_more == (page.next < seqs[-1])
            page = await pull(shop, page.next, limit)
        assert found == seqs
        assert page.next == seqs[-1]
    empty = await pull(shop, seqs[-1] + 50)
    assert (empty.data, empty.next, empty.has_more) == ([], seqs[-1] + 50, False)


async def test_only_events_of_the_wanted_types_are_pulled(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    whole = await pull(shop)
    found = await pull(shop, types=(EventType.PAYMENT_CHARGED, EventType.METHOD_REGISTERED))
    first = await pull(shop, limit=1, types=(EventType.PAYMENT_CHARGED,))

    assert [event.type for event in found.data] == ["payment_method.registered", "payment.charged"]
    assert (found.next, found.has_more) == (whole.next, False)
    assert first.next == first.data[0].seq


async def test_rare_types_are_looked_for_in_parts(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.subscribe(session)
    newest = (await pull(shop)).next
    monkeypatch.setattr(events, "SPAN", 1)
    page, found = await pull(shop, types=(EventType.SUBSCRIPTION_STARTED,)), []
    while page.has_more:
        found += page.data
        page = await pull(shop, page.next, types=(EventType.SUBSCRIPTION_STARTED,))
    found += page.data

    assert [event.type for event in found] == ["subscription.started"]
    assert page.next == newest


async def test_no_events_leave_the_number_as_it_is(shop: Shop) -> None:
    assert await pull(shop, 7) == EventPage(data=[], next=7, has_more=False)
