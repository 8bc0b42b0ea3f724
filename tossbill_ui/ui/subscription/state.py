"""State of the subscription page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

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
from tossbill_ui.ui.shared import panel_address, wording
from tossbill_ui.ui.shared.page_state import caller_of, query_of, updates
from tossbill_ui.ui.subscription import change_text, text, view
from tossbill_ui.ui.subscription.notice import NO_RESULT, ResultNotice, refusal
from tossbill_ui.ui.subscription.panel_state import PanelState

Request = Callable[[Runtime, Actor, str], Awaitable[object]]


class SubscriptionState(PanelState, rx.State):
    """The customer's subscriptions, and what they can do with them."""

    phase: str = "loading"
    # Disables the buttons until the state has loaded, and against a second press.
    busy: bool = True

    @rx.event(background=True)
    async def load(self) -> None:
        """Open the panel of the address, show the subscriptions and follow them.

        It ends when the tab closes, or when the browser's history leads to another address.
        """
        async with self:
            await self._show()
            await self._follow(panel_address.from_query(query_of(self)))
            if self.painting:
                self.busy = self.painting = False
        async for _ in updates(self):
            async with self:
                await self._show()

    @rx.event
    async def change_plan_now(self) -> AsyncGenerator[None]:
        """Change for the amount that the page shows."""
        shown = self.change

        async def request(rt: Runtime, actor: Actor, asked: str) -> None:
            await change_plan.change_now(
                rt,
                actor,
                asked,
                plan_code=shown.plan_code,
                expected_charge_krw=shown.charge_krw,
                expected_refund_krw=shown.refund_krw,
            )

        back = wording.won(shown.refund_krw) if shown.refund_krw else ""
        done = change_text.CHANGED_BACK(amount=back) if back else change_text.CHANGED()
        async for _ in self._do(request, ResultNotice(self._asked, change_text.DONE(), done)):
            yield

    @rx.event
    async def change_plan_later(self) -> AsyncGenerator[None]:
        plan_code, planned_krw = self.change.plan_code, self.change.planned_krw

        async def request(rt: Runtime, actor: Actor, asked: str) -> None:
            await change_plan.change_at_period_end(
                rt, actor, asked, plan_code=plan_code, expected_krw=planned_krw
            )

        async for _ in self._do(request, ResultNotice(self._asked, change_text.DONE_LATER())):
            yield

    @rx.event
    async def keep_plan(self, subscription_id: str) -> AsyncGenerator[None]:
        async def request(rt: Runtime, actor: Actor, asked: str) -> None:
            seen = await reading.subscription(rt, actor, asked)
            await change_plan.change_at_period_end(rt, actor, asked, plan_code=seen.plan.code)

        async for _ in self._do(
            request, ResultNotice(str(subscription_id), change_text.DONE_KEPT())
        ):
            yield

    @rx.event
    async def accept_price(self) -> AsyncGenerator[None]:
        async for _ in self._answer(ResultNotice(self._asked, self.price.yes_done), accepts=True):
            yield

    @rx.event
    async def refuse_price(self) -> AsyncGenerator[None]:
        async for _ in self._answer(ResultNotice(self._asked, self.price.no_done), accepts=False):
            yield

    @rx.event
    async def cancel_at_period_end(self) -> AsyncGenerator[None]:
        async for _ in self._do(
            cancel.cancel_at_period_end, ResultNotice(self._asked, text.DONE_CANCELED())
        ):
            yield

    @rx.event
    async def cancel_now(self) -> AsyncGenerator[None]:
        """End the subscription for the refund that the page shows."""
        refund_krw = self.cancel.refund_krw

        async def request(rt: Runtime, actor: Actor, asked: str) -> None:
            await cancel.cancel_now(rt, actor, asked, expected_refund_krw=refund_krw)

        async for _ in self._do(request, ResultNotice(self._asked, text.DONE_ENDED())):
            yield

    @rx.event
    async def undo(self, subscription_id: str) -> AsyncGenerator[None]:
        async for _ in self._do(
            cancel.undo, ResultNotice(str(subscription_id), text.DONE_UNDONE())
        ):
            yield

    @rx.event
    async def pause(self) -> AsyncGenerator[None]:
        async for _ in self._do(pause.pause, ResultNotice(self._asked, text.DONE_PAUSED())):
            yield

    @rx.event
    async def resume(self, subscription_id: str) -> AsyncGenerator[None]:
        """Resume for the amount that the page shows."""
        wanted = str(subscription_id)
        shown = next((row.resume_krw for row in (*self.rows, *self.more) if row.id == wanted), 0)

        async def request(rt: Runtime, actor: Actor, asked: str) -> None:
            await pause.resume(rt, actor, asked, expected_krw=shown)

        said = text.DONE_PAYING() if shown else text.DONE_RESUMED()
        async for _ in self._do(request, ResultNotice(wanted, said)):
            yield

    @rx.event
    async def pay_now(self, subscription_id: str) -> AsyncGenerator[None]:
        wanted = str(subscription_id)
        paid = await view.when_paid(runtime.current(), caller_of(self), wanted)
        told = ResultNotice(wanted, text.DONE_PAYING(), paid, text.STILL_REFUSED())
        async for _ in self._do(change_method.pay_now, told):
            yield

    @rx.event
    async def change_method(self, method_id: str) -> AsyncGenerator[None]:
        """Change the payment method; an outstanding amount is charged at once."""
        wanted = str(method_id)
        offered = {choice.method_id for choice in self.method.choices}

        async def request(rt: Runtime, actor: Actor, asked: str) -> None:
            if wanted not in offered:
                raise NotFound("That method was not offered.")
            await change_method.change_method(rt, actor, asked, payment_method_id=wanted)

        told = ResultNotice(self._asked, text.DONE_METHOD())
        if self.method.is_owed:
            paid = self.method.when_paid
            told = ResultNotice(self._asked, text.DONE_METHOD_PAYING(), paid, text.STILL_REFUSED())
        async for _ in self._do(request, told):
            yield

    async def _answer(self, told: ResultNotice, *, accepts: bool) -> AsyncGenerator[None]:
        async def request(rt: Runtime, actor: Actor, asked: str) -> None:
            await price_increase.record_decision(rt, actor, asked, accepts=accepts)

        async for _ in self._do(request, told):
            yield

    async def _do(self, request: Request, told: ResultNotice) -> AsyncGenerator[None]:
        """Carry out a request; the service checks ownership and whether it is allowed.

        Args:
            request: The service call.
            told: The notice on success, with the subscription's id.
        """
        if self.busy:
            return
        self.busy, self._result = True, NO_RESULT
        self._show_notice()
        yield
        try:
            await request(runtime.current(), caller_of(self), told.of)
        except (Conflict, NotFound) as refused:
            told = refusal(refused, told.of)
        finally:
            self.busy = False
        self._close()
        await self._move()
        await self._show()
        self._notify(told)

    async def _show(self) -> None:
        found = await view.rows(runtime.current(), caller_of(self))
        rows, more = view.painted(found), found[view.PAINTED :]
        if (rows, more) != (self.rows, self.more):
            self.rows, self.more = rows, more
            self._result = self._result.seen_again(found)
            self._show_notice()
        # Reflex sends every assigned variable, changed or not.
        if self.phase != view.phase(found):
            self.phase = view.phase(found)
