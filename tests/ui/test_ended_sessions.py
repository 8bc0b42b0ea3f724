"""An event of a session that has ended is refused, even before its socket is closed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from reflex.state import StateUpdate
from reflex_base.event import Event

from tests.payment_methods.flow import register
from tossbill_ui import runtime, tossbill_ui
from tossbill_ui.core.actor import operator
from tossbill_ui.customers import sessions
from tossbill_ui.customers.session import (
    SOCKET_COOKIE_NAME,
    Session,
    new_session,
    seal_for_socket,
)
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.shared.ended_sessions import OfNoEndedSession

EVENT = Event(name="any", payload={})


def tab_of(rt: Runtime, session: Session | None) -> Any:
    sealed = seal_for_socket(rt.signer, session) if session else "none"
    headers = SimpleNamespace(cookie=f"{SOCKET_COOKIE_NAME}={sealed}")
    return SimpleNamespace(router=SimpleNamespace(headers=headers))


async def test_event_passes_until_its_session_ends(rt: Runtime, session: Session) -> None:
    runtime.install(rt)
    await register(rt, session)
    check, tab = OfNoEndedSession(), tab_of(rt, session)
    assert await check.preprocess(tossbill_ui.app, tab, EVENT) is None

    await sessions.revoke(rt, operator("kim"), session.id)

    assert await check.preprocess(tossbill_ui.app, tab, EVENT) == StateUpdate()
    for other in (new_session(), None):
        assert await check.preprocess(tossbill_ui.app, tab_of(rt, other), EVENT) is None


def test_app_asks_before_every_event() -> None:
    assert any(isinstance(each, OfNoEndedSession) for each in tossbill_ui.app._middlewares)
