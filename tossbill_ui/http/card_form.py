"""Takes our own card form, which a browser posts by itself (ADR-0037).

The details are wrapped as secrets as they are read (`own_forms`), and are passed on within this
request; the answer is a redirect and repeats none of them.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tossbill_ui import runtime
from tossbill_ui.core.budgets import Buckets
from tossbill_ui.core.settings import Settings
from tossbill_ui.http.callers import caller_of
from tossbill_ui.http.own_forms import own_fields
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.session import session_of, set_session_cookie
from tossbill_ui.prerender import Post, TakePost
from tossbill_ui.runtime import Runtime

# Whoever tries stolen cards needs many attempts; fifteen people behind one address need one each.
CARDS_A_SECOND, CARD_BURST = 1 / 30, 20.0
REGISTRATIONS_REMEMBERED = 10_000
FOREIGN, CLOSED = "/success/?problem=foreign_form", "/success/?problem=form_closed"


def card_form_routes(settings: Settings, path: str, take: TakePost) -> list[Route]:
    """Return the route of the form; it takes none unless the shop has turned the form on.

    Args:
        settings: The shop's settings.
        path: The path that the form is sent to.
        take: Registers the card and returns the path to continue at.
    """
    cards = CardTries()

    async def post(request: Request) -> Response:
        rt = runtime.current()
        if not settings.has_card_form:  # turned off while a page with the form was open
            return _continue_at(rt, CLOSED)
        sent = await own_fields(request, rt.settings)
        if sent is None:
            return _continue_at(rt, FOREIGN)
        session, caller = await session_of(request), caller_of(request.scope)
        moved = await take(rt, Post(session, sent, caller, may_try=partial(cards.may_try, caller)))
        response = _continue_at(rt, moved.path)
        if moved.session:
            set_session_cookie(request, response, moved.session)
        return response

    return [Route(path, post, methods=["POST"])]


class CardTries:
    """Counts the cards that each caller tries.

    A registration takes one card, so it counts once, however often its form is sent: the second
    press must not read that nothing was registered while the first one registers the card.
    """

    def __init__(self) -> None:
        self._left = Buckets(CARDS_A_SECOND, CARD_BURST)
        self._counted: OrderedDict[str, None] = OrderedDict()

    def may_try(self, caller: str, registration_id: str) -> bool:
        """Count a registration unless it was counted; return whether its card may be tried."""
        if registration_id in self._counted:
            return True
        if not self._left.of(caller).take():
            return False
        self._counted[registration_id] = None
        if len(self._counted) > REGISTRATIONS_REMEMBERED:
            self._counted.popitem(last=False)
        return True


def _continue_at(rt: Runtime, path: str) -> Response:
    return RedirectResponse(rt.settings.public_url + path, status_code=303, headers=NO_STORE)
