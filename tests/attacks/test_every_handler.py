"""Every event that a page can send, sent by others about a customer's things.

The handlers are those that Reflex registered, whoever wrote them and whether or not they were meant
to be called from outside; each argument gets every id of the victim. A new handler is attacked the
day it is written.
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
# Reflex gives this one to every state; it reaches what we marked as settable, which is nothing.
OF_REFLEX = {"setvar"}
SECRET_LENGTH = 16  # of ids, keys, tokens; shorter values are amounts, words and days
TABLES = ("subscription", "payment", "refund", "payment_method", "registration", "invoice")


def states(of: type[BaseState] = rx.State) -> Iterator[type[BaseState]]:
    for state in of.get_substates():
        if state.__module__.startswith(OURS):
            yield state
        yield from states(state)


def handlers(state: type[BaseState]) -> dict[str, list[str]]:
    """Return the arguments of a state's public handlers, those without any last."""
    found = {
        f"{state.get_full_name()}.{name}": list(inspect.signature(handler.fn).parameters)[1:]
        for name, handler in state.event_handlers.items()
        if name not in OF_REFLEX
    }
    return dict(sorted(found.items(), key=lambda each: not each[1]))


def of_customer(server: Server, customer_id: str) -> dict[str, list[Any]]:
    """Return all that we keep of a customer."""
    return {
        table: server.rows(f"SELECT * FROM {table} WHERE customer_id='{customer_id}' ORDER BY id")  # noqa: S608 - ours
        for table in TABLES
        if any(column[1] == "customer_id" for column in server.rows(f"PRAGMA table_info({table})"))
    }


def ids_of(kept: dict[str, list[Any]]) -> list[str]:
    return [row[0] for row in chain.from_iterable(kept.values())]


def secrets_of(kept: dict[str, list[Any]]) -> set[str]:
    """Return what tells of a customer, but for the ids that an attacker sends and hears again."""
    values = chain.from_iterable(chain.from_iterable(kept.values()))
    return {value for value in values if isinstance(value, str) and len(value) >= SECRET_LENGTH} - {
        *ids_of(kept)
    }


async def subscribe(server: Server, customer: Customer) -> str:
    """Make someone a customer with a card and a subscription; return the customer's id."""
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
    """Send every event with every id, then those that ask for nothing; return what was heard.

    Each state is attacked over a connection of its own: one may send so many events and no more.
    """
    heard = ""
    for path, router in (("/subscription/", {}), ("/register/", PLAN)):
        for state in states():
            async with stranger(server.url, cookie=cookie) as attacker:
                await attacker.hydrate(path, **router)
                for name, arguments in handlers(state).items():
                    for value in ids if arguments else [None]:
                        payload = dict.fromkeys(arguments, value)
                        await attacker.send(name, payload, path=path, **router)
                await attacker.settle()
                heard += attacker.everything()
    return heard


def test_the_handlers_are_found() -> None:
    found = {name: arguments for state in states() for name, arguments in handlers(state).items()}

    assert len(found) >= 25
    assert found[f"{SubscriptionState.get_full_name()}.cancel_now"] == []
    assert found[f"{SubscriptionState.get_full_name()}.undo"] == ["subscription_id"]


@pytest.mark.parametrize("who", ["nobody", "a visitor", "another customer"])
async def test_no_event_of_others_changes_or_reveals_anything(server: Server, who: str) -> None:
    with Customer(server.url) as victim, Customer(server.url) as other:
        customer_id = await subscribe(server, victim)
        cookie = {"nobody": "", "a visitor": cookie_of_a_visit(server.url)}.get(who)
        if cookie is None:
            await subscribe(server, other)
            cookie = other.cookie
        before = of_customer(server, customer_id)
        assert len(before["subscription"]) == 1
        ids = ids_of(before)
        [(key,)] = server.rows(f"SELECT customer_key FROM customer WHERE id='{customer_id}'")  # noqa: S608

        heard = await send_everything(server, cookie, ids)

    assert of_customer(server, customer_id) == before
    told = secrets_of(before) | {key} | ({"현대카드"} if who != "another customer" else set())
    assert customer_id in told
    assert [secret for secret in told if secret in heard] == []
    assert "Traceback" not in heard


async def test_the_same_event_of_the_owner_does_change_something(server: Server) -> None:
    """Else the test above could not fail."""
    with Customer(server.url) as owner:
        customer_id = await subscribe(server, owner)
        before = of_customer(server, customer_id)
        [subscription] = before["subscription"]
        async with stranger(server.url, cookie=owner.cookie) as tab:
            await tab.hydrate("/subscription/")
            name = f"{SubscriptionState.get_full_name()}.hold"
            await tab.send(name, {"subscription_id": subscription[0]}, path="/subscription/")
            await tab.until("일시 정지")

    assert of_customer(server, customer_id) != before
