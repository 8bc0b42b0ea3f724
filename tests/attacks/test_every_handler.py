"""Every event that a page can send, sent by other visitors with a customer's ids.

The handlers are all that Reflex registered, whether or not they were meant to be called from
outside; each argument gets every id of the victim. New handlers are covered automatically.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
import reflex as rx
from reflex.state import BaseState

from tests.attacks.test_subscription import PLAN, confirm
from tests.support.customer import Customer
from tests.support.server import Server
from tests.support.stranger import cookie_of_a_visit, stranger
from tossbill_ui.ui import pages
from tossbill_ui.ui.subscription.state import SubscriptionState

OURS = pages.__name__.partition(".")[0]
# Reflex adds this one to every state; it can set only variables marked as settable: there are none.
OF_REFLEX = {"setvar"}
SECRET_LENGTH = 16  # ids, keys and tokens; shorter values are amounts, words and dates
TABLES = ("subscription", "payment", "refund", "payment_method", "registration", "invoice")


def states(of: type[BaseState] = rx.State) -> Iterator[type[BaseState]]:
    for state in of.get_substates():
        if state.__module__.startswith(OURS):
            yield state
        yield from states(state)


def handlers(state: type[BaseState]) -> dict[str, list[str]]:
    """Return the arguments of a state's public handlers, argumentless handlers last."""
    found = {
        f"{state.get_full_name()}.{name}": list(inspect.signature(handler.fn).parameters)[1:]
        for name, handler in state.event_handlers.items()
        if name not in OF_REFLEX
    }
    return dict(sorted(found.items(), key=lambda each: not each[1]))


def of_customer(server: Server, customer_id: str) -> dict[str, list[Any]]:
    """Return all rows that belong to a customer."""
    return {
        table: server.rows(f"SELECT * FROM {table} WHERE customer_id='{customer_id}' ORDER BY id")  # noqa: S608 - ours
        for table in TABLES
        if any(column[1] == "customer_id" for column in server.rows(f"PRAGMA table_info({table})"))
    }


def ids_of(rows: dict[str, list[Any]]) -> list[str]:
    return [row[0] for row in chain.from_iterable(rows.values())]


def secrets_of(rows: dict[str, list[Any]]) -> set[str]:
    """Return a customer's confidential values, except the ids that the attacker sends."""
    values = chain.from_iterable(chain.from_iterable(rows.values()))
    return {value for value in values if isinstance(value, str) and len(value) >= SECRET_LENGTH} - {
        *ids_of(rows)
    }


async def subscribe(server: Server, customer: Customer) -> str:
    """Register a card and start a subscription; return the customer's id."""
    assert customer.register() == "issued"
    newest = "SELECT id, customer_id FROM payment_method ORDER BY created_at DESC LIMIT 1"
    [(method_id, customer_id)] = server.rows(newest)
    async with stranger(server.url, cookie=customer.cookie) as owner:
        await confirm(owner, method_id)
        await owner.until("/subscription/")
        await owner.hydrate("/subscription/")
        await owner.until("이용 중")
    return customer_id


async def send_everything(server: Server, cookie: str, ids: list[str]) -> str:
    """Send every event with every id, argumentless events last; return everything received.

    Each state is attacked over its own connection, because events per connection are limited.
    """
    received = ""
    for path, router in (("/subscription/", {}), ("/register/", PLAN)):
        for state in states():
            async with stranger(server.url, cookie=cookie) as attacker:
                await attacker.hydrate(path, **router)
                for name, arguments in handlers(state).items():
                    for value in ids if arguments else [None]:
                        payload = dict.fromkeys(arguments, value)
                        await attacker.send(name, payload, path=path, **router)
                await attacker.settle()
                received += attacker.everything()
    return received


def test_handlers_are_found() -> None:
    found = {name: arguments for state in states() for name, arguments in handlers(state).items()}

    assert len(found) >= 25
    assert found[f"{SubscriptionState.get_full_name()}.cancel_now"] == []
    assert found[f"{SubscriptionState.get_full_name()}.undo"] == ["subscription_id"]


@pytest.mark.parametrize("who", ["no session", "a visitor", "another customer"])
async def test_other_visitors_events_change_and_reveal_nothing(server: Server, who: str) -> None:
    with Customer(server.url) as victim, Customer(server.url) as other:
        customer_id = await subscribe(server, victim)
        cookie = {"no session": "", "a visitor": cookie_of_a_visit(server.url)}.get(who)
        if cookie is None:
            await subscribe(server, other)
            cookie = other.cookie
        before = of_customer(server, customer_id)
        assert len(before["subscription"]) == 1
        ids = ids_of(before)
        [(key,)] = server.rows(f"SELECT customer_key FROM customer WHERE id='{customer_id}'")  # noqa: S608

        received = await send_everything(server, cookie, ids)

    assert of_customer(server, customer_id) == before
    confidential = (
        secrets_of(before) | {key} | ({"현대카드"} if who != "another customer" else set())
    )
    assert customer_id in confidential
    assert [secret for secret in confidential if secret in received] == []
    assert "Traceback" not in received


async def test_same_event_from_the_owner_has_an_effect(server: Server) -> None:
    """Without an effect, the test above could not fail."""
    with Customer(server.url) as owner:
        customer_id = await subscribe(server, owner)
        before = of_customer(server, customer_id)
        [subscription] = before["subscription"]
        async with stranger(server.url, cookie=owner.cookie) as tab:
            await tab.hydrate("/subscription/")
            name = f"{SubscriptionState.get_full_name()}.ask_pause"
            await tab.send(name, {"subscription_id": subscription[0]}, path="/subscription/")
            await tab.until("잠시 멈출까요")
            await tab.send(f"{SubscriptionState.get_full_name()}.pause", path="/subscription/")
            await tab.until("일시 정지")

    assert of_customer(server, customer_id) != before
