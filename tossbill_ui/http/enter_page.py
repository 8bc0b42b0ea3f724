"""Sends the pages to come in by: plain HTML that no cache keeps and no search engine lists."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tossbill_ui.core.language import as_language
from tossbill_ui.core.settings import Settings
from tossbill_ui.http.error_page import stylesheet_of
from tossbill_ui.http.language import language_of, remember_choice
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.security import POLICY, content_security_policy
from tossbill_ui.http.session import session_of
from tossbill_ui.prerender import EnterFrame, EnterView, RenderEnter

# Under `no-referrer` a browser would send the forms with the origin `null`.
HEADERS = NO_STORE | {"referrer-policy": "same-origin", "x-robots-tag": "noindex, nofollow"}
# The styles under Reflex's dev server, which has no stylesheet of all of them.
STYLES = "fonts tokens base frame controls parts enter shown"


class Pages:
    """Draws the pages for a request.

    Args:
        settings: The shop's settings.
        client_dir: The build's files for browsers.
        render: Writes the HTML.
    """

    def __init__(self, settings: Settings, client_dir: Path, render: RenderEnter) -> None:
        self._settings, self._render = settings, render
        built = stylesheet_of(client_dir)
        loose = [f"{settings.public_url}/styles/{name}.css" for name in STYLES.split()]
        self._stylesheets = [built] if built else loose

    async def show(self, request: Request, view: EnterView, *, return_url: str = "") -> Response:
        """Return a page as the response to a request.

        Args:
            request: The request.
            view: What the page shows.
            return_url: The page of the shop to go back to, instead of the one of the session.
        """
        chosen = as_language(request.query_params.get("lang", ""))
        session = await session_of(request)
        frame = EnterFrame(
            language=chosen or language_of(request),
            address=_address(request),
            stylesheets=self._stylesheets,
            return_url=return_url or (session.return_url if session else ""),
        )
        response = HTMLResponse(self._render(self._settings, frame, view), headers=HEADERS)
        if chosen:
            remember_choice(response, chosen)
        if self._settings.backend_url != self._settings.public_url:
            response.headers[POLICY] = _policy_of_dev_server(self._settings)
        return response


def _address(request: Request) -> str:
    """Return the path and query of a request, without the language that it chose."""
    query = [(name, value) for name, value in request.query_params.items() if name != "lang"]
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0]
    return f"{path}?{urlencode(query)}".rstrip("?")


def _policy_of_dev_server(settings: Settings) -> str:
    """Return a policy that allows the styles and pages of the dev server's other port."""
    pages = f"{urlsplit(settings.public_url).scheme}://{urlsplit(settings.public_url).netloc}"
    policy = content_security_policy(settings)
    for source in ("style-src 'self'", "form-action 'self'"):
        policy = policy.replace(source, f"{source} {pages}")
    return f"{policy}; font-src 'self' {pages}"
