"""Attacks on the event handlers of the subscription pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.customer import Customer
from tests.support.server import Server
from tests.support.stranger import Stranger, cookie_of_a_visit, stranger
from tossbill_ui.ui.registration.state import RegisterState
from tossbill_ui.ui.subscription.email_state import EmailState
from tossbill_ui.ui.subscription.state import SubscriptionState

REGISTER, SUBSCRIPTION, EMAIL = (
    state.get_full_name() for state in (RegisterState, SubscriptionState, EmailState)
)
ACTIONS = (
    "ask_cancel",
    "ask_method",
    "undo",
    "ask_pause",
    "resume",
    "pay_now",
    "ask_plan",
    "keep_plan",
)
CONFIRMATIONS = (
    "cancel_at_period_end",
    "cancel_now",
    "keep",
    "pause",
    "change_plan_now",
    "change_plan_later",
)
EMPTY = '"phase_rx_state_": "empty"'
PLAN = {"query": {"plan": "basic"}, "asPath": "/register/?plan=basic"}
NONSENSE: list[Any] = [None, "", "x" * 2000, -1, True, [], {"a": 1}, "\x00", "'; --"]


async def confirm(visitor: Stranger, method_id: Any) -> None:
    """Open a plan's page, choose a method and press the button."""
    await visitor.hydrate("/register/", **PLAN)
    await visitor.send(f"{REGISTER}.choose", {"method_id": method_id}, path="/register/", **PLAN)
    await visitor.send(f"{REGISTER}.pay", None, path="/register/", **PLAN)


@pytest.fixture
async def victim(server: Server) -> Any:
    with Customer(server.url) as customer:
        assert customer.register() == "issued"
        [(method_id,)] = server.rows(
            "SELECT id FROM payment_method ORDER BY created_at DESC LIMIT 1"
        )
        async with stranger(server.url, cookie=customer.cookie) as owner:
            await confirm(owner, method_id)
            await owner.until("/subscription/")
            await owner.hydrate("/subscription/")
            await owner.until("이용 중")
        yield customer


def everything(server: Server) -> list[Any]:
    """Return the rows that must not change."""
    return [
        server.rows("SELECT id, status, payment_method_id FROM subscription ORDER BY id"),
        server.rows("SELECT id, status FROM payment ORDER BY id"),
        server.rows("SELECT id, status FROM refund ORDER BY id"),
        server.rows("SELECT id, email FROM customer WHERE email IS NOT NULL ORDER BY id"),
    ]


async def test_other_customers_subscription_cannot_be_viewed_canceled_or_changed(
    server: Server, victim: Customer
) -> None:
    before = everything(server)
    ids = [row[0] for row in before[0]]

    for cookie in ("", cookie_of_a_visit(server.url)):
        async with stranger(server.url, cookie=cookie) as thief:
            await thief.hydrate("/subscription/")
            await thief.until(EMPTY)
            for wanted in ids[-5:]:
                for name in ACTIONS:
                    call = f"{SUBSCRIPTION}.{name}"
                    await thief.send(call, {"subscription_id": wanted}, path="/subscription/")
                for name in CONFIRMATIONS:
                    await thief.send(f"{SUBSCRIPTION}.{name}", path="/subscription/")
                await thief.settle()
            await thief.until("찾을 수 없어요")
            assert "현대카드" not in thief.everything()
            assert not [wanted for wanted in ids if wanted in thief.everything()]

    assert everything(server) == before


async def test_other_customers_card_cannot_be_charged(server: Server, victim: Customer) -> None:
    before = everything(server)
    methods = [row[0] for row in server.rows("SELECT id FROM payment_method")]

    async with stranger(server.url, cookie=cookie_of_a_visit(server.url)) as thief:
        await confirm(thief, methods[-1])
        await thief.until("결제된 금액은 없어요")
        assert "현대카드" not in thief.everything()

    assert everything(server) == before


async def test_invalid_arguments_change_nothing(server: Server, victim: Customer) -> None:
    before = everything(server)
    calls = [(f"{SUBSCRIPTION}.{name}", "subscription_id") for name in ACTIONS]
    calls += [(f"{SUBSCRIPTION}.change_method", "method_id"), (f"{REGISTER}.choose", "method_id")]

    async with stranger(server.url, cookie=victim.cookie) as visitor:
        await visitor.hydrate("/subscription/")
        for name, argument in calls:
            for value in NONSENSE:
                await visitor.send(name, {argument: value}, path="/subscription/")
            await visitor.settle()
        for name in CONFIRMATIONS[:2]:
            await visitor.send(f"{SUBSCRIPTION}.{name}", path="/subscription/")
        await visitor.settle()
        assert "Traceback" not in visitor.everything()

    assert everything(server) == before


async def test_state_variables_of_the_subscription_page_cannot_be_set(
    server: Server, victim: Customer
) -> None:
    before = everything(server)

    async with stranger(server.url, cookie=victim.cookie) as visitor:
        await visitor.hydrate("/subscription/")
        for var in ("cancel", "change", "method", "_asked", "panel", "rows"):
            payload = {"var_name": var, "value": 1}
            await visitor.send(f"{SUBSCRIPTION}.setvar", payload, path="/subscription/")
        await visitor.send(f"{SUBSCRIPTION}._do", {"request": "x"}, path="/subscription/")
        await visitor.settle()

    assert everything(server) == before


async def test_stranger_cannot_set_an_email_address(server: Server, victim: Customer) -> None:
    before = everything(server)

    for cookie in ("", cookie_of_a_visit(server.url)):
        async with stranger(server.url, cookie=cookie) as thief:
            await thief.hydrate("/subscription/")
            for form in ({"email": "thief@example.com"}, *NONSENSE):
                await thief.send(f"{EMAIL}.load", path="/subscription/")
                await thief.send(f"{EMAIL}.save", {"form": form}, path="/subscription/")
            await thief.settle()

    assert everything(server) == before


async def test_invalid_email_addresses_are_refused(server: Server, victim: Customer) -> None:
    before = everything(server)

    async with stranger(server.url, cookie=victim.cookie) as visitor:
        await visitor.hydrate("/subscription/")
        for value in ("x" * 2000, "\x00", "'; --", ["a@b.com"], {"a": "a@b.com"}, True):
            await visitor.send(f"{EMAIL}.load", path="/subscription/")
            await visitor.send(f"{EMAIL}.save", {"form": {"email": value}}, path="/subscription/")
        await visitor.until("이메일 주소가 맞는지")

    assert everything(server) == before
