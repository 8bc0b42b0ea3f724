"""State of the success and failure pages."""

from __future__ import annotations

from contextlib import aclosing

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.ui.registration import callback, result_view
from tossbill_ui.ui.registration.result_view import ResultView
from tossbill_ui.ui.shared.page_state import caller_of, query_of, session_of, updates


class ResultState(rx.State):
    """The status of a registration."""

    shown: ResultView = result_view.working()

    @rx.event(background=True)
    async def load_success(self):  # noqa: ANN201 - Reflex reads events from what is yielded
        """Show the registration and follow it until it is final.

        In production the HTTP layer has already taken the authKey; with the dev server, which
        serves pages from another port, it arrives here.
        """
        async with self:
            session, actor, query = session_of(self), caller_of(self), query_of(self)
        if moved := await callback.take_success(runtime.current(), session, query):
            yield rx.redirect(moved, replace=True)
            return
        async with aclosing(updates(self)) as changes:
            async for _ in changes:
                view, ended = await callback.outcome_view(
                    runtime.current(), actor, query, seconds=0
                )
                async with self:
                    self.shown = view
                if ended:
                    return

    @rx.event
    async def load_failure(self):  # noqa: ANN201
        session, query = session_of(self), query_of(self)
        if moved := await callback.take_failure(runtime.current(), session, query):
            return rx.redirect(moved, replace=True)
        actor = caller_of(self)
        self.shown, _ = await callback.outcome_view(runtime.current(), actor, query, seconds=0)
        return None
