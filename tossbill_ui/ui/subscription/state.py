"""State of the subscription page."""

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
from tossbill_ui.ui.shared.page_state import caller_of, updates
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
from tossbill_ui.ui.subscription.notice import NO_RESULT, ResultNotice, refusal
from tossbill_ui.ui.subscription.price_increase_view import PriceView
from tossbill_ui.ui.subscription.rows import SubscriptionRow
from tossbill_ui.ui.subscription.view import MethodPanel

Find = Callable[[Runtime, Actor, str], Awaitable[object]]
Request = Callable[[Runtime, Actor, str], Awaitable[object]]


class SubscriptionState(rx.State):
    """The customer's subscriptions; ``panel`` is the open question about one of them.

    Those beyond the prerendered ones are in ``more``.
    """

    rows: tuple[SubscriptionRow, ...] = view.painted([])
    more: tuple[SubscriptionRow, ...] = ()
    phase: str = "loading"
    panel: str = "none"
    cancel: CancelView = CancelView()
    method: MethodPanel = MethodPanel()
    plans: tuple[PlanChoice, ...] = ()
    change: ChangeView = ChangeView()
    price: PriceView = PriceView()
    # Disables the buttons until the state has loaded, and against a second press.
    busy: bool = True
    # The result of the last press, and where it is shown: a subscription's id, or the page.
    notice: str = ""
    notice_of: str = ""
    focus: str = "body"
    turn: int = 0
    _result: ResultNotice = NO_RESULT
    _asked: str = ""

    @rx.event(background=True)
    async def load(self) -> None:
        """Show the subscriptions and follow them until the tab closes, which ends this event."""
        async for _ in updates(self):
            async with self:
                await self._show()
                if self.busy:
                    self.busy = False

    @rx.event
    async def ask_cancel(self, subscription_id: str) -> None:
        """Compute both ways of canceling and show them."""
        await self._ask("cancel", "cancel", cancel_view.cancel_view, subscription_id)

    @rx.event
    async def ask_method(self, subscription_id: str):  # noqa: ANN201
        """Show which other methods there are; without any, lead to registering one."""
        await self._ask("method", "method", view.method_panel, subscription_id)
        if self.panel != "method" or self.method.choices:
            return None
        self.panel = "none"
        return rx.redirect(self.method.register_href)

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
        plan_code, charge_krw = self.change.plan_code, self.change.charge_krw

        async def request(rt: Runtime, actor: Actor, asked: str) -> None:
            await change_plan.change_now(
                rt, actor, asked, plan_code=plan_code, expected_charge_krw=charge_krw
            )

        async for _ in self._do(
            request, ResultNotice(self._asked, change_text.DONE(), change_text.CHANGED())
        ):
            yield

    @rx.event
    async def change_plan_later(self) -> AsyncGenerator[None]:
        plan_code = self.change.plan_code

        async def request(rt: Runtime, actor: Actor, asked: str) -> None:
            await change_plan.change_at_period_end(rt, actor, asked, plan_code=plan_code)

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
    async def ask_price(self, subscription_id: str) -> None:
        """Show both answers to the question about the next price."""
        await self._ask("price", "price", price_increase_view.price_view, subscription_id)

    @rx.event
    async def accept_price(self) -> AsyncGenerator[None]:
        async for _ in self._answer(ResultNotice(self._asked, self.price.yes_done), accepts=True):
            yield

    @rx.event
    async def refuse_price(self) -> AsyncGenerator[None]:
        async for _ in self._answer(ResultNotice(self._asked, self.price.no_done), accepts=False):
            yield

    @rx.event
    def keep(self) -> None:
        """Close the question and return to the button that opened it."""
        if self.panel != "none":
            self._focus_on(view.opener(self.panel, self._asked))
        self.panel, self._asked, self._result = "none", "", NO_RESULT
        self._show_notice()

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
    async def pause(self, subscription_id: str) -> AsyncGenerator[None]:
        async for _ in self._do(
            pause.pause, ResultNotice(str(subscription_id), text.DONE_PAUSED())
        ):
            yield

    @rx.event
    async def resume(self, subscription_id: str) -> AsyncGenerator[None]:
        async for _ in self._do(
            pause.resume, ResultNotice(str(subscription_id), text.DONE_RESUMED())
        ):
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
        self.panel, self._asked = "none", ""
        await self._show()
        self._notify(told)

    async def _ask(self, panel: str, field: str, find: Find, subscription_id: str) -> None:
        """Load the content of a question and open it; an id of another customer is refused.

        Args:
            panel: The question's name.
            field: The state variable that holds the content.
            find: Loads the content.
            subscription_id: The subscription's id, as sent by the browser.
        """
        wanted = str(subscription_id)
        try:
            found = await find(runtime.current(), caller_of(self), wanted)
        except (NotFound, Conflict) as refused:
            self._notify(refusal(refused))
            return
        setattr(self, field, found)
        self.panel, self._asked, self._result = panel, wanted, NO_RESULT
        self._show_notice()
        self._focus_on("main h1")

    def _notify(self, told: ResultNotice) -> None:
        """Show the result of a press where it belongs, and move the focus there."""
        self._result = told.first_seen([*self.rows, *self.more])
        self._show_notice()
        self._focus_on(NOTICE if self._result.of else view.heading(told.of))

    def _show_notice(self) -> None:
        self.notice, self.notice_of = self._result.words, self._result.of

    def _focus_on(self, target: str) -> None:
        self.focus, self.turn = target, self.turn + 1

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
