"""Counts open and remembered tabs, and names who pays for their events.

A tab's state stays in memory after its connection has ended, so that it can come back. A tab whose
state has been forgotten is loaded anew when it comes back.
"""

from __future__ import annotations

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex.utils.token_manager import LocalTokenManager
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

from tossbill_ui import runtime
from tossbill_ui.core import cpu
from tossbill_ui.core.cpu import Payer
from tossbill_ui.core.fair_share import FairShare


class OpenTabs(LocalTokenManager):
    """Reflex's list of connected tabs, which also ends what belongs to one that disconnects.

    Args:
        states: The memory of all tabs.
        sleeping: Counts the tabs that are remembered without a connection.
    """

    def __init__(self, states: StateManagerMemory, sleeping: FairShare[str]) -> None:
        super().__init__()
        self._states, self._sleeping = states, sleeping
        self._payers: dict[str, Payer | None] = {}

    async def link_token_to_sid(self, token: str, sid: str) -> str | None:
        """Count a tab as open; return its new token if another one is open under this one."""
        other = await super().link_token_to_sid(token, sid)
        tab = other or token
        self._sleeping.discard(tab)
        self._payers[tab] = cpu.payer()
        return other

    async def disconnect_token(self, token: str, sid: str) -> None:
        """End a tab's followers; its state sleeps, unless the caller has too many of those."""
        await super().disconnect_token(token, sid)
        runtime.current().pubsub.end(token)
        payer = self._payers.pop(token, None)
        caller = payer.key if payer else ""
        self._sleeping.add(caller, token)
        while (greedy := self._sleeping.too_greedy(caller)) is not None:
            self._forget(self._sleeping.oldest_of(greedy))

    def payer_of(self, tab: str) -> Payer | None:
        """Return who opened a tab's connection."""
        return self._payers.get(tab)

    def _forget(self, tab: str) -> None:
        self._sleeping.discard(tab)
        token = BaseStateToken(ident=tab, cls=rx.State)
        lock = self._states._states_locks.get(token.lock_key)
        if lock is None or not lock.locked():
            self._states._purge_token(token)


def limit_tabs(app: rx.App, *, each: int, in_all: int) -> None:
    """Limit the tabs that the app remembers without a connection; call before it starts.

    Args:
        app: The app, with its states in memory.
        each: What one caller may leave behind.
        in_all: What all callers may leave behind.
    """
    namespace, states = app.event_namespace, app.state_manager
    if namespace is None or not isinstance(states, StateManagerMemory):
        raise TypeError("Reflex no longer keeps its states where we limit them.")
    namespace._token_manager = OpenTabs(states, FairShare(each=each, in_all=in_all))


def is_open(tab: str) -> bool:
    """Whether a tab has a connection."""
    namespace = RegistrationContext.get().app.event_namespace
    return namespace is None or tab in namespace.token_to_sid


class Charged(Middleware):
    """Lets the caller who opened the connection pay for its events."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Charge this event's task from its beginning to its end."""
        tabs = getattr(app.event_namespace, "_token_manager", None)
        if isinstance(tabs, OpenTabs):
            cpu.charge_to(tabs.payer_of(state.router.session.client_token))
        return None
