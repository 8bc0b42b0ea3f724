"""The route that switches the language."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tossbill_ui import runtime
from tossbill_ui.core.language import Language, as_language
from tossbill_ui.customers import language
from tossbill_ui.http.safe_redirect import own_path


def language_of(request: Request) -> Language:
    """Return the language for a request."""
    headers, settings = request.headers, runtime.current().settings
    return language.choose(
        headers.get("cookie", ""),
        headers.get("accept-language", ""),
        default=settings.tossbill_locale,
    )


async def change_language(request: Request) -> Response:
    """Store the chosen language in a cookie and redirect back to the page."""
    settings = runtime.current().settings
    response = RedirectResponse(settings.public_url + own_path(request), status_code=303)
    if wanted := as_language(request.query_params.get("to", "")):
        remember_choice(response, wanted)
    return response


def remember_choice(response: Response, wanted: Language) -> None:
    """Store a chosen language for all later pages."""
    _set_cookie(response, language.COOKIE_NAME, wanted, max_age=language.COOKIE_SECONDS)


def set_page_language(response: Response, wanted: Language) -> None:
    """Store the page's language for its later requests, until the browser closes."""
    _set_cookie(response, language.PAGE_COOKIE_NAME, wanted, max_age=None)


def _set_cookie(response: Response, name: str, wanted: Language, *, max_age: int | None) -> None:
    response.set_cookie(
        name,
        wanted,
        max_age=max_age,
        path="/",
        secure=runtime.current().settings.is_https,
        httponly=True,
        samesite="lax",
    )
