"""The route that signs a browser in as a customer of the demo, in sandbox mode only."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tossbill_ui import runtime
from tossbill_ui.core.settings import Mode, Settings
from tossbill_ui.customers import demo_link
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.session import set_session_cookie

FIRST_PAGE = "/subscription/"


async def sign_in(request: Request) -> Response:
    """Set the session of the link's customer and open their subscriptions; 404 for other links."""
    rt = runtime.current()
    link, browser = request.query_params.get("link", ""), request.headers.get("user-agent", "")
    session = await demo_link.sign_in(rt, link, user_agent=browser)
    if session is None:
        return Response(status_code=404)
    response = RedirectResponse(rt.settings.public_url + FIRST_PAGE, status_code=303)
    response.headers.update(NO_STORE)
    set_session_cookie(request, response, session)
    return response


def demo_routes(settings: Settings) -> list[Route]:
    """Return the route in sandbox mode, and none in any other."""
    if settings.mode is not Mode.SANDBOX:
        return []
    return [Route(demo_link.PATH, sign_in, methods=["GET"])]
