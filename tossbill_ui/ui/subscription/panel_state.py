"""The panels of the subscription page: opened, closed, and kept in step with the address."""

from __future__ import annotations

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.ui.components.notice import NOTICE
from tossbill_ui.ui.shared import panel_address
from tossbill_ui.ui.shared.brand import BrandState, address
from tossbill_ui.ui.shared.page_state import caller_of, query_of
from tossbill_ui.ui.shared.panel_address import NO_PANEL, PanelAddress, PanelName
from tossbill_ui.ui.subscription import panel_view, view
from tossbill_ui.ui.subscription.cancel_view import CancelView
from tossbill_ui.ui.subscription.change_view import ChangeView, PlanChoice
from tossbill_ui.ui.subscription.notice import NO_RESULT, ResultNotice, refusal
from tossbill_ui.ui.subscription.pause_view import PauseView
from tossbill_ui.ui.subscription.price_increase_view import PriceView
from tossbill_ui.ui.subscription.rows import SubscriptionRow
from tossbill_ui.ui.subscription.view import MethodPanel

# The variable that holds the content of a panel, where it has another name.
FIELDS = {PanelName.PLAN: "plans", PanelName.PAUSE: "pausing"}
TITLE = "main h1"


class PanelState(rx.State, mixin=True):
    """The open panel, and the notice of the last press.

    ``query`` is the panel's address, and each ``move`` a step in the browser's history. The rows
    beyond the prerendered ones are in ``more``.
    """

    rows: tuple[SubscriptionRow, ...] = view.painted([])
    more: tuple[SubscriptionRow, ...] = ()
    panel: str = "none"
    query: str = ""
    move: int = 0
    # Whether the page still shows what the server has filled in.
    painting: bool = True
    cancel: CancelView = CancelView()
    method: MethodPanel = MethodPanel()
    plans: tuple[PlanChoice, ...] = ()
    change: ChangeView = ChangeView()
    price: PriceView = PriceView()
    pausing: PauseView = PauseView()
    # The result of the last press, and where it is shown: a subscription's id, or the page.
    notice: str = ""
    notice_of: str = ""
    focus: str = "body"
    turn: int = 0
    _result: ResultNotice = NO_RESULT
    _asked: str = ""
    _at: PanelAddress = NO_PANEL

    @rx.event
    async def ask_cancel(self, subscription_id: str) -> None:
        """Compute both ways of canceling and show them."""
        await self._ask(PanelName.CANCEL, subscription_id)

    @rx.event
    async def ask_method(self, subscription_id: str):  # noqa: ANN201
        """Show which other methods there are; without any, lead to registering one."""
        if not await self._open(PanelAddress(PanelName.METHOD, str(subscription_id))):
            return None
        if not self.method.choices:
            self._close()
            return rx.redirect(self.method.register_href)
        await self._arrive()
        return None

    @rx.event
    async def ask_plan(self, subscription_id: str) -> None:
        """Show which other plans there are."""
        await self._ask(PanelName.PLAN, subscription_id)

    @rx.event
    async def choose_plan(self, plan_code: str) -> None:
        """Compute both ways of changing to a plan and show them."""
        await self._ask(PanelName.CHANGE, self._asked, str(plan_code))

    @rx.event
    async def ask_pause(self, subscription_id: str) -> None:
        """Show what pausing does to the days that are paid for."""
        await self._ask(PanelName.PAUSE, subscription_id)

    @rx.event
    async def ask_price(self, subscription_id: str) -> None:
        """Show both answers to the question about the next price."""
        await self._ask(PanelName.PRICE, subscription_id)

    @rx.event
    async def keep(self) -> None:
        """Close the question and return to the button that opened it."""
        await self._leave()
        await self._move()

    @rx.event
    async def step(self) -> None:
        """Follow the address after a step in the browser's history."""
        await self._follow(panel_address.from_query(query_of(self)))
        await self._move()

    async def _ask(self, panel: str, subscription_id: str, plan_code: str = "") -> None:
        """Open a panel, and give it an address.

        Args:
            panel: One of `PanelName`.
            subscription_id: The subscription's id, as sent by the browser.
            plan_code: With ``change``, the new plan, as sent by the browser.
        """
        asked = PanelAddress(panel, str(subscription_id), plan_code)
        if await self._open(asked):
            await self._arrive()

    async def _arrive(self) -> None:
        self._focus_on(TITLE)
        await self._move()

    async def _open(self, asked: PanelAddress) -> bool:
        """Load the content of a panel and open it, or say why it does not open."""
        try:
            found = await panel_view.content(runtime.current(), caller_of(self), asked)
            refused = None
        except (NotFound, Conflict) as error:
            found, refused = None, error
        if found is None:
            self._notify(refusal(refused))
            return False
        setattr(self, FIELDS.get(PanelName(asked.panel), asked.panel), found)
        self.panel, self._asked, self._at = asked.panel, asked.subscription_id, asked
        self._result = NO_RESULT
        self._show_notice()
        return True

    async def _follow(self, asked: PanelAddress) -> None:
        """Open or close the panel as the address says, after a load or the back button."""
        if asked == self._at:
            return
        if not asked.panel:
            await self._leave()
        elif not await self._open(asked):
            self._close()
        elif not self.painting:
            self._focus_on(TITLE)
        self.query = self._at.text

    async def _leave(self) -> None:
        if self.panel != "none":
            self._focus_on(view.opener(self.panel, self._asked))
        self._close()
        self._result = NO_RESULT
        self._show_notice()

    def _close(self) -> None:
        self.panel, self._asked, self._at = "none", "", NO_PANEL

    async def _move(self) -> None:
        """Make the browser's address, and the language switch, name the open panel."""
        if self.query != self._at.text:
            self.query, self.move = self._at.text, self.move + 1
        brand = await self.get_state(BrandState)
        brand._stay_at(address("/subscription/", self._at.query))

    def _notify(self, told: ResultNotice) -> None:
        """Show the result of a press where it belongs, and move the focus there."""
        self._result = told.first_seen([*self.rows, *self.more])
        self._show_notice()
        self._focus_on(NOTICE if self._result.of else view.heading(told.of))

    def _show_notice(self) -> None:
        self.notice, self.notice_of = self._result.words, self._result.of

    def _focus_on(self, target: str) -> None:
        self.focus, self.turn = target, self.turn + 1
