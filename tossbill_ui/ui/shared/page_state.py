"""Who is calling, and what every page shows."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event

from tossbill_ui import runtime
from tossbill_ui.core.actor import Actor
from tossbill_ui.customers.language import choose
from tossbill_ui.customers.session import Session, actor_of, from_cookie_header
from tossbill_ui.ui.shared.text import speak

# A notice from another process can get lost.
LOOK_AGAIN_SECONDS = 15.0
HISTORY = {"/history", "/history/"}


class PageState(rx.State):
    """Which page a tab shows; the browser sees none of it."""

    _address: str = ""


def session_of(state: rx.State) -> Session | None:
    """Return who calls, by the signed cookie the websocket was opened with."""
    return from_cookie_header(runtime.current().signer, state.router.headers.cookie)


def caller_of(state: rx.State) -> Actor:
    """Return who calls, as every service asks for it."""
    return actor_of(session_of(state))


async def looks(state: rx.State) -> AsyncGenerator[None]:
    """Come at once, and whenever this customer's rows may have changed; a page looks each time.

    A tab has one follower of each page: a page that is loaded again, or an event that a stranger
    repeats, takes the place of the one before.
    """
    async with state:
        actor, tab = caller_of(state), state.router.session.client_token
    key = f"{tab} {state.get_full_name()}"
    with runtime.current().pubsub.follow(actor.customer_id, key=key) as follower:
        while not follower.is_over:
            yield
            await follower.wait(seconds=LOOK_AGAIN_SECONDS)


def query_of(state: rx.State) -> dict[str, str]:
    """Return the page's address parameters; a stranger's until checked."""
    return dict(state.router.url.query_parameters)


class InLanguage(Middleware):
    """Has what an event of a page says said in the language of that page."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Choose as the page itself did, by the headers the websocket was opened with."""
        headers, default = state.router.headers, runtime.current().settings.tossbill_locale
        speak(choose(headers.cookie, headers.accept_language, default=default))
        return None


class FreshPages(Middleware):
    """Starts every page from its defaults.

    A tab's state outlives its pages, so the second registration of a tab would flash the first
    one's result, and a page loaded again what it showed before. A reconnect keeps what is shown.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Reset our states when a tab hydrates a page that was loaded, or is at another address."""
        if event.name.endswith(".hydrate_and_load"):
            page = await state.get_state(PageState)
            address = str(event.router_data.get("asPath", ""))
            moved = page._address != address and not _chooses(page._address, address)
            # Only a page's first hydrate sends what it was built with; a reconnect does not.
            if moved or event.payload.get("hashes"):
                for substate in state.substates.values():
                    substate.reset()
                page._address = address
        return None


def _chooses(before: str, now: str) -> bool:
    """Whether the history goes back or forth between what was chosen on it."""
    return {before.partition("?")[0], now.partition("?")[0]} <= HISTORY
