"""Refuses the events of a session that has ended, until its websocket is closed (ADR-0044)."""

from __future__ import annotations

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from sqlalchemy.exc import SQLAlchemyError

from tossbill_ui import runtime
from tossbill_ui.customers import sessions
from tossbill_ui.ui.shared.page_state import session_of


class OfNoEndedSession(Middleware):
    """Asks the database before each event that a browser sends.

    A websocket knows its session as it was when it was opened; it is closed within seconds of the
    session's end, and nothing may be done or shown in these. Without a database the event may pass:
    it will fail by itself, and say so.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Let an event pass whose session counts; one that has ended changes nothing."""
        session = session_of(state)
        if session is None:
            return None
        try:
            async with runtime.current().db.read() as db:
                has_ended = await sessions.ended_among(db, {session.id: session.customer_id})
        except (SQLAlchemyError, OSError):
            return None
        return StateUpdate() if has_ended else None
