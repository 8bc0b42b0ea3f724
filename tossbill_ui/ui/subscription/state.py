"""The subscription page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import (
    cancel,
    change_method,
    change_plan,
    pause,
    price_increase,
)
from tossbill_ui.subscriptions.reading import view as reading
from tossbill_ui.ui.components.notice import NOTICE
from tossbill_ui.ui.shared.page_state import caller_of, looks
from tossbill_ui.ui.subscription import (
    cancel_view,
    change_text,
    change_view,
    price_increase_view,
    text,
    view,
)
from tossbill_ui.ui.subscription.cancel_view import CancelView
from tossbill_ui.ui.subscription.change_view import ChangeView, PlanChoice
from tossbill_ui.ui.subscription.notice import NOTHING_TOLD, Told, refusal
from tossbill_ui.ui.subscription.price_increase_view import PriceView
from tossbill_ui.ui.subscription.rows import SubscriptionRow
from tossbill_ui.ui.subscription.view import MethodPanel

Find = Callable[[Runtime, Actor, str], Awaitable[object]]
Wish = Callable[[Runtime, Actor, str], Awaitable[object]]


class SubscriptionState(rx.State):
    """The customer's subscriptions; ``panel`` is the question that is open about one of them.

    Those that no slot has room for stand in ``more``.
    """

    rows: list[SubscriptionRow] = view.painted([])
    more: list[SubscriptionRow] = []
    phase: str = "loading"
    panel: str = "none"
    cancel: CancelView = cancel_view.NO_CANCEL
    method: MethodPanel = view.NO_METHODS
    plans: list[PlanChoice] = []
    change: ChangeView = change_view.NO_CHANGE
    price: PriceView = price_increase_view.NO_PRICE
    # Nothing can be pressed before the state is there, nor twice.
    busy: bool = True
    # What came of the last press, and of which subscription it speaks, or the page.
    notice: str = ""
    notice_of: str = ""
    focus: str = "body"
    turn: int = 0
    _told: Told = NOTHING_TOLD
    _asked: str = ""

    @rx.event(background=True)
    async def load(self) -> None:
        """Show the subscriptions and follow them until the tab goes away, which ends this event."""
        async for _ in looks(self):
            async with self:
                await self._show()
                if self.busy:
                    self.busy = False

    @rx.event
    async def ask_cancel(self, subscription_id: str) -> None:
        """Compute both ways of canceling and show them."""
        await self._ask("cancel", "cancel", cancel_view.cancel_view, subscription_id)

    @rx.event
    async def ask_method(self, subscription_id: str) -> None:
        """Show which other methods there are."""
        await self._ask("method", "method", view.method_panel, subscription_id)

    @rx.event
    async def ask_plan(self, subscription_id: str) -> None:
        """Show which other plans there are."""
        await self._ask("plan", "plans", change_view.plan_choices, subscription_id)

    @rx.event
    async def choose_plan(self, plan_code: str) -> None:
        """Compute both ways of changing to a plan and show them."""
        find = partial(change_view.change_view, plan_code=str(plan_code))
        await self._ask("change", "change", find, self._asked)

    @rx.event
    async def change_plan_now(self) -> AsyncGenerator[None]:
        """Change for the amount that the page shows."""
        plan_code, charge_krw = self.change["plan_code"], self.change["charge_krw"]

        async def wish(rt: Runtime, actor: Actor, asked: str) -> None:
            await change_plan.change_now(
                rt, actor, asked, plan_code=plan_code, expected_charge_krw=charge_krw
            )

        async for _ in self._do(wish, Told(self._asked, change_text.DONE(), change_text.CHANGED())):
            yield

    @rx.event
    async def change_plan_later(self) -> AsyncGenerator[None]:
        plan_code = self.change["plan_code"]

        async def wish(rt: Runtime, actor: Actor, asked: str) -> None:
            await change_plan.change_at_period_end(rt, actor, asked, plan_code=plan_code)

        async for _ in self._do(wish, Told(self._asked, change_text.DONE_LATER())):
            yield

    @rx.event
    async def keep_plan(self, subscription_id: str) -> AsyncGenerator[None]:
        async def wish(rt: Runtime, actor: Actor, asked: str) -> None:
            seen = await reading.subscription(rt, actor, asked)
            await change_plan.change_at_period_end(rt, actor, asked, plan_code=seen.plan.code)

        async for _ in self._do(wish, Told(str(subscription_id), change_text.DONE_KEPT())):
            yield

    @rx.event
    async def ask_price(self, subscription_id: str) -> None:
        """Show both answers to what was asked about the next price."""
        await self._ask("price", "price", price_increase_view.price_view, subscription_id)

    @rx.event
    async def accept_price(self) -> AsyncGenerator[None]:
        async for _ in self._answer(Told(self._asked, self.price["yes_done"]), accepts=True):
            yield

    @rx.event
    async def refuse_price(self) -> AsyncGenerator[None]:
        async for _ in self._answer(Told(self._asked, self.price["no_done"]), accepts=False):
            yield

    @rx.event
    def keep(self) -> None:
        """Go back to where the question was asked."""
        if self.panel != "none":
            self._look_at(view.opener(self.panel, self._asked))
        self.panel, self._asked, self._told = "none", "", NOTHING_TOLD
        self._say()

    @rx.event
    async def cancel_at_period_end(self) -> AsyncGenerator[None]:
        async for _ in self._do(
            cancel.cancel_at_period_end, Told(self._asked, text.DONE_CANCELED())
        ):
            yield

    @rx.event
    async def cancel_now(self) -> AsyncGenerator[None]:
        """End the subscription for the refund that the page shows."""
        refund_krw = self.cancel["refund_krw"]

        async def wish(rt: Runtime, actor: Actor, asked: str) -> None:
            await cancel.cancel_now(rt, actor, asked, expected_refund_krw=refund_krw)

        async for _ in self._do(wish, Told(self._asked, text.DONE_ENDED())):
            yield

    @rx.event
    async def undo(self, subscription_id: str) -> AsyncGenerator[None]:
        async for _ in self._do(cancel.undo, Told(str(subscription_id), text.DONE_UNDONE())):
            yield

    @rx.event
    async def pause(self, subscription_id: str) -> AsyncGenerator[None]:
        async for _ in self._do(pause.pause, Told(str(subscription_id), text.DONE_PAUSED())):
            yield

    @rx.event
    async def resume(self, subscription_id: str) -> AsyncGenerator[None]:
        async for _ in self._do(pause.resume, Told(str(subscription_id), text.DONE_RESUMED())):
            yield

    @rx.event
    async def pay_now(self, subscription_id: str) -> AsyncGenerator[None]:
        wanted = str(subscription_id)
        paid = await view.when_paid(runtime.current(), caller_of(self), wanted)
        told = Told(wanted, text.DONE_PAYING(), paid, text.STILL_REFUSED())
        async for _ in self._do(change_method.pay_now, told):
            yield

    @rx.event
    async def change_method(self, method_id: str) -> AsyncGenerator[None]:
        """Charge another method from now on; what is owed is charged at once."""
        wanted = str(method_id)
        offered = {choice["method_id"] for choice in self.method["choices"]}

        async def wish(rt: Runtime, actor: Actor, asked: str) -> None:
            if wanted not in offered:
                raise NotFound("That method was not offered.")
            await change_method.change_method(rt, actor, asked, payment_method_id=wanted)

        told = Told(self._asked, text.DONE_METHOD())
        if self.method["is_owed"]:
            paid = self.method["when_paid"]
            told = Told(self._asked, text.DONE_METHOD_PAYING(), paid, text.STILL_REFUSED())
        async for _ in self._do(wish, told):
            yield

    async def _answer(self, told: Told, *, accepts: bool) -> AsyncGenerator[None]:
        async def wish(rt: Runtime, actor: Actor, asked: str) -> None:
            await price_increase.record_decision(rt, actor, asked, accepts=accepts)

        async for _ in self._do(wish, told):
            yield

    async def _do(self, wish: Wish, told: Told) -> AsyncGenerator[None]:
        """Meet a wish; whose subscription it is and whether it may be so, the service decides.

        Args:
            wish: What to do.
            told: What is said when it is done, and of which subscription.
        """
        if self.busy:
            return
        self.busy, self._told = True, NOTHING_TOLD
        self._say()
        yield
        try:
            await wish(runtime.current(), caller_of(self), told.of)
        except (Conflict, NotFound) as refused:
            told = refusal(refused, told.of)
        finally:
            self.busy = False
        self.panel, self._asked = "none", ""
        await self._show()
        self._tell(told)

    async def _ask(self, panel: str, field: str, find: Find, subscription_id: str) -> None:
        """Find out what a question is about and ask it; a stranger's id is told so.

        Args:
            panel: The question's name.
            field: Which of our variables holds what was found.
            find: How to find it.
            subscription_id: Of which subscription, as the browser says.
        """
        wanted = str(subscription_id)
        try:
            found = await find(runtime.current(), caller_of(self), wanted)
        except (NotFound, Conflict) as refused:
            self._tell(refusal(refused))
            return
        setattr(self, field, found)
        self.panel, self._asked, self._told = panel, wanted, NOTHING_TOLD
        self._say()
        self._look_at("main h1")

    def _tell(self, told: Told) -> None:
        """Say what came of a press, where it belongs, and take the reader there."""
        self._told = told.first_seen([*self.rows, *self.more])
        self._say()
        self._look_at(NOTICE if self._told.of else view.heading(told.of))

    def _say(self) -> None:
        self.notice, self.notice_of = self._told.words, self._told.of

    def _look_at(self, target: str) -> None:
        self.focus, self.turn = target, self.turn + 1

    async def _show(self) -> None:
        found = await view.rows(runtime.current(), caller_of(self))
        rows, more = view.painted(found), found[view.PAINTED :]
        if (rows, more) != (self.rows, self.more):
            self.rows, self.more = rows, more
            self._told = self._told.seen_again(found)
            self._say()
        # What is assigned is sent, changed or not.
        if self.phase != view.phase(found):
            self.phase = view.phase(found)
