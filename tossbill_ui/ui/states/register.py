"""The registration page."""

from __future__ import annotations

import logging
from urllib.parse import parse_qsl, urlsplit

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.errors import Conflict
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.registration import CODE_LENGTH, MESSAGE_LENGTH, WindowCall
from tossbill_ui.ui import returning
from tossbill_ui.ui.components.toss_billing import NO_CALL, BillingCall
from tossbill_ui.ui.states.page import session_of

log = logging.getLogger(__name__)


def billing_call(call: WindowCall) -> BillingCall:
    """Return what the browser may know of a call."""
    return BillingCall(
        sdk_url=call.sdk_url,
        client_key=call.client_key,
        customer_key=call.customer_key,
        success_url=call.success_url,
        fail_url=call.fail_url,
    )


class RegisterState(rx.State):
    """What opens Toss's window, and what came of it."""

    view: str = "ready"
    call: BillingCall = NO_CALL

    @rx.event
    async def load(self):  # noqa: ANN201 - Reflex reads events from what is returned
        session = session_of(self)
        if session is None:
            return session_needed("/register/")
        try:
            call = await registration.start(runtime.current(), session)
        except Conflict:
            self.view = "under_way"
            return None
        self.call = billing_call(call)
        return None

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
    async def rejected(self, code: str, message: str):  # noqa: ANN201
        """Go where Toss's own redirect would have gone."""
        query = _own_fail_query(self.call)
        query |= {"code": str(code)[:CODE_LENGTH], "message": str(message)[:MESSAGE_LENGTH]}
        moved = await returning.take_failure(runtime.current(), session_of(self), query)
        return rx.redirect(moved or "/fail/")


def _own_fail_query(call: BillingCall) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(call["fail_url"]).query))


def session_needed(path: str) -> rx.event.EventSpec:
    """Return the way to a session cookie: only an HTTP answer can set one."""
    settings = runtime.current().settings
    return rx.redirect(f"{settings.backend_url}/session?next={path}")
