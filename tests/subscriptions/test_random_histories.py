"""The money is right for any sequence of actions by customers, operators, time and Toss.

Generated histories run on the real services, with invariants checked after every step.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,  # pyright: ignore[reportUnknownVariableType]
)

from tests.conftest import NOON
from tests.support.actors import KIM
from tests.support.money import (
    assert_charges_after_cancellation_are_refunded,
    assert_ledgers_agree,
    assert_paid_once,
    assert_refunds_within_charges,
)
from tests.support.shop import Shop, open_shop
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.customers.session import actor_of, new_session
from tossbill_ui.payments.models import Payment
from tossbill_ui.subscriptions.actions import (
    cancel,
    change_method,
    change_plan,
    pause,
    price_increase,
    review,
)
from tossbill_ui.subscriptions.actions.refund import refund_payment
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.models import Subscription

PLANS = st.sampled_from(["basic", "pro", "basic-yearly"])
PERSONAS = st.sampled_from(
    ["approve", "approve_check", "approves_after_1", "approves_once", "monthly_limit", "stolen"]
)
FAULTS = st.lists(
    st.tuples(
        st.sampled_from(["charge", "cancel", "lookup"]),
        st.sampled_from(
            ["error_500_before", "error_500_after", "reset_before", "reset_after", "bad_json"]
        ),
        st.integers(1, 3),
    ),
    max_size=3,
)
WHICH = st.integers(0, 5)
MOST_SUBSCRIPTIONS = 4


class History(RuleBasedStateMachine):
    """One customer's history with a shop; each example opens its own shop."""

    folder: Path
    empty_database: Path

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._session = new_session()
        self._ids: list[str] = []
        self._shop: Shop = self._run(
            self._stack.enter_async_context(open_shop(self.folder, self._database(), NOON))
        )

    def teardown(self) -> None:
        self._run(self._stack.aclose())
        self._runner.close()
        for file in self.folder.iterdir():
            file.unlink()

    def _database(self) -> str:
        copied = shutil.copy(self.empty_database, self.folder / "shop.db")
        return f"sqlite+aiosqlite:///{copied}"

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    def _try(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something that may be refused, and wait for the tasks it starts."""

        async def both() -> None:
            with suppress(
                TossbillError
            ):  # refused: the customer sees a message, and nothing has changed
                await work
            await self._shop.rt.tasks.drain(seconds=120)

        self._run(both())

    def _one(self, which: int) -> str:
        return self._ids[which % len(self._ids)]

    @initialize(plan=PLANS)
    def begin_with_approval(self, plan: str) -> None:
        self.begin(plan, "approve")

    @precondition(lambda self: len(self._ids) < MOST_SUBSCRIPTIONS)
    @rule(plan=PLANS, persona=PERSONAS)
    def begin(self, plan: str, persona: str) -> None:
        async def both() -> None:
            card = await self._shop.card(self._session, persona)
            self._ids.append(await self._shop.begin(self._session, plan, card, again=True))

        self._try(both())

    @precondition(lambda self: self._ids)
    @rule(which=WHICH, plan=PLANS, now=st.booleans())
    def change_plan(self, which: int, plan: str, now: bool) -> None:
        rt, session, chosen = self._shop.rt, self._session, self._one(which)

        async def now_or_later() -> None:
            shown = await change_plan.preview(rt, actor_of(session), chosen, plan_code=plan)
            if now:
                await change_plan.change_now(
                    rt,
                    actor_of(session),
                    chosen,
                    plan_code=plan,
                    expected_charge_krw=shown.charge_krw,
                )
            else:
                await change_plan.change_at_period_end(
                    rt, actor_of(session), chosen, plan_code=plan
                )

        self._try(now_or_later())

    @precondition(lambda self: self._ids)
    @rule(which=WHICH, now=st.booleans())
    def end_subscription(self, which: int, now: bool) -> None:
        rt, session, chosen = self._shop.rt, self._session, self._one(which)

        async def now_or_later() -> None:
            shown = await cancel.preview(rt, actor_of(session), chosen)
            if now:
                await cancel.cancel_now(
                    rt, actor_of(session), chosen, expected_refund_krw=shown.refund_krw
                )
            else:
                await cancel.cancel_at_period_end(rt, actor_of(session), chosen)

        self._try(now_or_later())

    @precondition(lambda self: self._ids)
    @rule(
        which=WHICH,
        do=st.sampled_from([cancel.undo, pause.pause, pause.resume, change_method.pay_now]),
    )
    def other_action(self, which: int, do: Any) -> None:
        self._try(do(self._shop.rt, actor_of(self._session), self._one(which)))

    @precondition(lambda self: self._ids)
    @rule(which=WHICH, accepts=st.booleans())
    def answer_trial_question(self, which: int, accepts: bool) -> None:
        self._run(announce_trials(self._shop.rt))
        self._try(
            price_increase.record_decision(
                self._shop.rt, actor_of(self._session), self._one(which), accepts=accepts
            )
        )

    @precondition(lambda self: self._ids)
    @rule(which=WHICH, persona=PERSONAS)
    def change_card(self, which: int, persona: str) -> None:
        async def both() -> None:
            card = await self._shop.card(self._session, persona)
            await change_method.change_method(
                self._shop.rt, actor_of(self._session), self._one(which), payment_method_id=card
            )

        self._try(both())

    @precondition(lambda self: self._ids)
    @rule(which=WHICH, amount_krw=st.none() | st.integers(1, 30_000))
    def refund(self, which: int, amount_krw: int | None) -> None:
        payments: list[Payment] = self._run(self._shop.rows(Payment))
        if payments:
            chosen = payments[which % len(payments)].id
            self._try(
                refund_payment(self._shop.rt, KIM, chosen, amount_krw=amount_krw, reason="asked")
            )

    @rule(found=FAULTS)
    def toss_has_faults(self, found: list[tuple[str, str, int]]) -> None:
        rules = [
            {"endpoint": endpoint, "kind": kind, "count": count} for endpoint, kind, count in found
        ]
        self._run(self._shop.faults(*rules))

    @rule(days=st.integers(1, 40), is_running=st.booleans())
    def days_pass(self, days: int, is_running: bool) -> None:
        """Let days pass with the engine running daily, or down until the last day."""
        until = self._today() + timedelta(days=days)
        self._run(self._shop.run_daily_until(until) if is_running else self._shop.go_to(until))
        self._run(self._shop.run())

    @rule(minutes=st.sampled_from([1, 10, 60, 600]))
    def minutes_pass(self, minutes: int) -> None:
        self._shop.wait(timedelta(minutes=minutes))
        self._run(self._shop.run())

    @rule()
    def operator_approves(self) -> None:
        async def approve_all() -> None:
            open_reviews = await review.open_reviews(self._shop.rt)
            for row in open_reviews.subscriptions:
                await review.approve(self._shop.rt, KIM, row.id)
            await self._shop.run()

        self._try(approve_all())

    def _today(self) -> date:
        return (self._shop.clock.now() + timedelta(hours=9)).date()

    @invariant()
    def money_is_right(self) -> None:
        payments: list[Payment] = self._run(self._shop.rows(Payment))
        moved = self._run(self._shop.control("GET", "ledger"))["entries"]
        assert_paid_once(payments, moved)
        assert_refunds_within_charges(moved)
        assert_ledgers_agree(payments, moved)
        assert_charges_after_cancellation_are_refunded(
            self._run(self._shop.rows(Subscription)), payments
        )


def test_money_is_right_in_any_history(
    tmp_path: Path, empty_database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    History.folder = tmp_path / "shop"
    History.folder.mkdir()
    History.empty_database = empty_database
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
