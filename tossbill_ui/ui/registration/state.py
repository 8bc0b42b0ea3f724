"""State of the registration page."""

from __future__ import annotations

import logging
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlsplit

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods.registration import CODE_LENGTH, MESSAGE_LENGTH
from tossbill_ui.subscriptions.actions import subscribe
from tossbill_ui.subscriptions.actions.subscribe import Terms
from tossbill_ui.ui.components.toss_billing import NO_CALL, BillingCall
from tossbill_ui.ui.registration import callback, card_view, change_view, plan_text, view
from tossbill_ui.ui.registration.card_view import CardFormView
from tossbill_ui.ui.registration.change_view import asked_for_cookies
from tossbill_ui.ui.registration.view import Opened, RegisterView
from tossbill_ui.ui.registration.ways import Ways
from tossbill_ui.ui.shared.methods import PayChoice
from tossbill_ui.ui.shared.page_state import caller_of, query_of, session_of, updates

log = logging.getLogger(__name__)


def window_call(settings: Settings, opened: Opened) -> BillingCall | None:
    """Return what the browser opens Toss's window with; None if the page does not open it."""
    call = opened.call
    if call is None or not Ways.of(settings).need_window:
        return None
    return BillingCall(
        sdk_url=call.sdk_url,
        client_key=call.client_key,
        customer_key=call.customer_key,
        success_url=call.success_url,
        fail_url=call.fail_url,
    )


class RegisterState(rx.State):
    """The call that opens Toss's window, and the press that starts a subscription."""

    shown: RegisterView = view.method_only()
    card: CardFormView = CardFormView()
    call: BillingCall = NO_CALL
    choices: tuple[PayChoice, ...] = ()
    chosen: str = ""
    # Disables the buttons until the state has loaded, and against a second press.
    busy: bool = True
    paying: bool = False
    notice: str = ""
    _query: dict[str, str] = {}
    _confirm: RegisterView | None = None
    _terms: Terms | None = None
    _registration_id: str = ""

    @rx.event
    async def load(self):  # noqa: ANN201 - Reflex reads events from what is returned
        session, self._query = session_of(self), query_of(self)
        if session is None and _can_give_session() and not asked_for_cookies(self._query):
            return session_needed(change_view.path_with_cookies(self._query))
        if waits := await callback.waiting_path(runtime.current(), session, self._query):
            return rx.redirect(waits)
        await self._open(session)
        return None

    @rx.event(background=True)
    async def follow(self):  # noqa: ANN201
        """Lead to the result once the registration comes back in another browser."""
        async with self:
            actor, plan = caller_of(self), query_of(self).get("plan", "")
        async with aclosing(updates(self)) as changes:
            async for _ in changes:
                async with self:
                    registration_id = self._registration_id
                if await callback.came_back_elsewhere(runtime.current(), actor, registration_id):
                    yield rx.redirect(callback.result_path(registration_id, plan))
                    return

    async def _open(self, session: Session | None) -> None:
        if session is None:
            opened = change_view.no_cookies(self._query)
        else:
            opened = await card_view.opened(runtime.current(), session, self._query)
        self.shown, self.choices = opened.view, opened.choices
        self.chosen, self._confirm, self._terms = opened.chosen, opened.confirm, opened.terms
        settings = runtime.current().settings
        self.card = card_view.form_view(settings, opened, self._query)
        self.call = window_call(settings, opened) or NO_CALL
        self._registration_id = opened.call.registration_id if opened.call else ""
        self.busy = self.paying = False

    @rx.event
    def choose(self, method_id: str) -> None:
        """Choose one of the offered methods; the press that follows charges it."""
        wanted = str(method_id)
        for choice in self.choices:
            if choice.method_id == wanted and not self.busy:
                self.chosen = wanted
                self.shown = replace(self._confirm or self.shown, method=choice.label)

    @rx.event
    async def pay(self):  # noqa: ANN201
        """Start the subscription shown on the page with the chosen method, on the terms shown."""
        session = session_of(self)
        if self.busy or session is None:
            return
        self.busy, self.paying, self.notice = True, True, ""
        yield
        try:
            await self._subscribe(session)
        except (Conflict, NotFound):
            # Also shows when the customer is on the plan already.
            await self._open(session)
            self.notice = plan_text.CHANGED()
        else:
            yield rx.redirect("/subscription/")

    async def _subscribe(self, session: Session) -> None:
        if self._terms is None or not self.chosen:
            raise NotFound("That was not offered.")
        await subscribe.subscribe(
            runtime.current(),
            actor_of(session),
            plan_code=self._query.get("plan", ""),
            payment_method_id=self.chosen,
            agreed=self._terms,
        )

    @rx.event
    def sdk_ready(self) -> None:
        log.debug("the SDK is ready")

    @rx.event
    def sdk_error(self, code: str, message: str) -> None:
        log.warning(
            "the SDK did not load",
            extra={"data": {"code": str(code)[:CODE_LENGTH], "why": str(message)[:MESSAGE_LENGTH]}},
        )

    @rx.event
    async def rejected(self, code: str, message: str, kind: str = "card"):  # noqa: ANN201
        """Redirect to where Toss's own redirect would have led."""
        query = _own_fail_query(self.call) | {"kind": str(kind)}
        query |= {"code": str(code)[:CODE_LENGTH], "message": str(message)[:MESSAGE_LENGTH]}
        moved = await callback.take_failure(runtime.current(), session_of(self), query)
        return rx.redirect(moved or "/fail/")


def _own_fail_query(call: BillingCall) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(call["fail_url"]).query))


def _can_give_session() -> bool:
    """Whether a visit to our routes can set the session cookie that the page could not.

    Only Reflex's dev server sends pages without it.
    """
    settings = runtime.current().settings
    return settings.backend_url != settings.public_url


def session_needed(path: str) -> rx.event.EventSpec:
    """Return the redirect that sets a session cookie, which only an HTTP response can."""
    settings = runtime.current().settings
    return rx.redirect(f"{settings.backend_url}/session?next={quote(path)}")
