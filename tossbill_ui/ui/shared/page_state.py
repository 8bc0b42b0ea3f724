"""State shared by every page: the caller, live updates, the language, a clean start."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event

from tossbill_ui import runtime
from tossbill_ui.core.actor import Actor
from tossbill_ui.customers.language import choose
from tossbill_ui.customers.session import Session, actor_of, from_socket
from tossbill_ui.ui.shared.tabs import is_open
from tossbill_ui.ui.shared.text import speak

# A notification from another process can get lost.
LOOK_AGAIN_SECONDS = 15.0
# Pages whose query names what is open on them: moving between two of them is no new page.
IN_PLACE = ({"/history", "/history/"}, {"/subscription", "/subscription/"})


class PageState(rx.State):
    """The page that a tab shows; never sent to the browser."""

    _address: str = ""


def session_of(state: BaseState) -> Session | None:
    """Return the caller's session, as it was stored when the websocket was opened."""
    return from_socket(runtime.current().signer, state.router.headers.cookie)


def caller_of(state: rx.State) -> Actor:
    """Return the caller as an actor, as every service expects it."""
    return actor_of(session_of(state))


async def updates(state: rx.State) -> AsyncGenerator[None]:
    """Yield at once and whenever this customer's data may have changed, until the tab closes.

    A tab has one follower per page: when a page is reloaded, or a stranger repeats the event, the
    new follower replaces the one before. Close the iterator if you leave it early.
    """
    async with state:
        actor, tab = caller_of(state), state.router.session.client_token
    page = state.get_full_name()
    with runtime.current().pubsub.follow(actor.customer_id, tab=tab, page=page) as follower:
        if not is_open(tab):
            return
        while not follower.is_over:
            yield
            await follower.wait(seconds=LOOK_AGAIN_SECONDS)


def query_of(state: rx.State) -> dict[str, str]:
    """Return the query parameters of the page's address; untrusted until checked."""
    return dict(state.router.url.query_parameters)


class InLanguage(Middleware):
    """Makes an event use the language of its page."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Choose as the page itself did, from the headers that the websocket was opened with."""
        headers, default = state.router.headers, runtime.current().settings.tossbill_locale
        speak(choose(headers.cookie, headers.accept_language, default=default))
        return None


class FreshPages(Middleware):
    """Starts every page from its defaults.

    A tab's state outlives its pages, so a tab's second registration would flash the result of the
    first, and a reloaded page its old content. A reconnect keeps what is shown.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Reset our states when a tab hydrates a newly loaded page or another address."""
        if event.name.endswith(".hydrate_and_load"):
            page = await state.get_state(PageState)
            address = str(event.router_data.get("asPath", ""))
            moved = page._address != address and not _chooses(page._address, address)
            # Only a page's first hydrate sends the hashes of its build; a reconnect does not.
            if moved or event.payload.get("hashes"):
                for substate in state.substates.values():
                    substate.reset()
                page._address = address
        return None


def _chooses(before: str, now: str) -> bool:
    """Whether the browser moves between two filter choices, or between two panels."""
    paths = {before.partition("?")[0], now.partition("?")[0]}
    return any(paths <= page for page in IN_PLACE)
