"""The content of each page before any script runs, for the prerendered HTML."""

from __future__ import annotations

import json
from dataclasses import replace

from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import actor_of
from tossbill_ui.prerender import Filling, FirstPaint, Moved, Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.history import first_paint as history_first_paint
from tossbill_ui.ui.home import view as home_view
from tossbill_ui.ui.methods import view as methods_view
from tossbill_ui.ui.registration import callback, card_view, change_view
from tossbill_ui.ui.registration.result_view import ResultView
from tossbill_ui.ui.registration.state import window_call
from tossbill_ui.ui.sessions import view as sessions_view
from tossbill_ui.ui.shared import panel_address
from tossbill_ui.ui.shared.brand import UNKNOWN, address, brand_slots, owner_mark
from tossbill_ui.ui.shared.share_card import share_slots
from tossbill_ui.ui.shared.text import speak
from tossbill_ui.ui.shared.view_rows import flat
from tossbill_ui.ui.subscription import panel_paint
from tossbill_ui.ui.subscription import view as subscription_view
from tossbill_ui.ui.titles import TITLES

# Long enough for most of Toss's responses, short enough that nobody sees a blank page.
WAIT_SECONDS = 0.8


async def home(rt: Runtime, visit: Visit) -> Filling:
    """Return the customer's subscriptions in short, and the plans on offer."""
    return Filling(slots=await home_view.slots(rt, actor_of(visit.session)))


async def register(rt: Runtime, visit: Visit) -> Filling | Moved:
    """Start a registration, so that the first press opens the window."""
    if visit.session is None:
        return Filling()
    if waits := await callback.waiting_path(rt, visit.session, visit.query):
        return Moved(waits)
    if visit.is_first and change_view.asked_for_cookies(visit.query):
        return Filling(slots=flat(change_view.no_cookies(visit.query).view, "register_"))
    opened = await card_view.opened(rt, visit.session, visit.query)
    form = card_view.slots(rt.settings, opened, visit.query)
    slots = flat(opened.view, "register_") | form
    call = window_call(rt.settings, opened)
    if call is None:
        return Filling(slots=slots)
    return Filling(slots=slots | {"call": json.dumps(call)}, scripts=(call["sdk_url"],))


async def methods(rt: Runtime, visit: Visit) -> Filling:
    """Return the customer's payment methods."""
    return Filling(slots=methods_view.slots(await methods_view.rows(rt, actor_of(visit.session))))


async def subscription(rt: Runtime, visit: Visit) -> Filling:
    """Return the status of each subscription, and the panel that the address names."""
    actor = actor_of(visit.session)
    rows = subscription_view.slots(await subscription_view.rows(rt, actor))
    panel = await panel_paint.slots(rt, actor, panel_address.from_query(visit.query))
    return Filling(slots=rows | panel)


async def sessions(rt: Runtime, visit: Visit) -> Filling:
    """Return the sessions of the customer."""
    return Filling(slots=sessions_view.slots(await sessions_view.rows(rt, visit.session)))


async def success(rt: Runtime, visit: Visit) -> Filling | Moved:
    """Issue the billing key at once, and return the result if it comes quickly."""
    if moved := await callback.take_success(rt, visit.session, visit.query, caller=visit.caller):
        return Moved(moved, await callback.next_session(rt, visit.session, visit.query))
    actor = actor_of(visit.session)
    view, _ = await callback.outcome_view(rt, actor, visit.query, seconds=WAIT_SECONDS)
    return _slots(view)


async def fail(rt: Runtime, visit: Visit) -> Filling | Moved:
    """Record that the window failed or was canceled, and return the reason."""
    if moved := await callback.take_failure(rt, visit.session, visit.query):
        return Moved(moved)
    actor = actor_of(visit.session)
    view, _ = await callback.outcome_view(rt, actor, visit.query, seconds=0)
    return _slots(view)


def _slots(view: ResultView) -> Filling:
    return Filling(slots=flat(view, ""))


async def history(rt: Runtime, visit: Visit) -> Filling:
    """Return the newest lines and the chart."""
    return Filling(slots=await history_first_paint.slots(rt, actor_of(visit.session), visit.query))


PAINTS: dict[str, FirstPaint] = {
    "/": home,
    "/register/": register,
    "/success/": success,
    "/fail/": fail,
    "/history/": history,
    "/methods/": methods,
    "/subscription/": subscription,
    "/subscription/sessions/": sessions,
}


def first_paints(settings: Settings) -> dict[str, FirstPaint]:
    """Return the first paint of every page by its path, with the shop's name and the mode."""
    return {path: _framed(paint, settings, path) for path, paint in PAINTS.items()}


def not_found_paint(settings: Settings) -> FirstPaint:
    """Return the first paint of the not-found page; its language switch leads to the start page."""

    async def nothing(rt: Runtime, visit: Visit) -> Filling:
        return Filling()

    return _framed(nothing, settings, "404", home="/")


def _framed(paint: FirstPaint, settings: Settings, path: str, *, home: str = "") -> FirstPaint:
    async def painted(rt: Runtime, visit: Visit) -> Filling | Moved:
        speak(visit.language)
        filling = await paint(rt, visit)
        if isinstance(filling, Moved):
            return filling
        frame = brand_slots(settings, address(home or path, visit.query), visit.session)
        # The cookie of a first visit may be refused: then the connection has nobody's session.
        owner = UNKNOWN if visit.is_first else owner_mark(rt, visit.session)
        frame |= {"owner": owner}
        frame |= {"page_title": TITLES[path]()} | share_slots(settings, TITLES[path]())
        return replace(filling, slots={**frame, **filling.slots})

    return painted
