"""Forms that a browser posts by itself, without a script: whether they are ours, and their fields.

The fields are wrapped as secrets here, before anything else sees them.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from pydantic import SecretStr
from starlette.requests import Request

from tossbill_ui.core.settings import Settings

FORM_TYPE = "application/x-www-form-urlencoded"
BODY_BYTES, MOST_FIELDS = 4096, 16


def is_ours(request: Request, settings: Settings) -> bool:
    """Whether a browser says that one of our own pages sent the form.

    A page with a form keeps its origin from being ``null`` by its ``Referrer-Policy``. A browser
    that names no origin says at least that the page was of the same one. Reflex's dev server sends
    pages from another port of the same site.
    """
    origins = {settings.public_url, settings.backend_url}
    sites = {"same-origin", "same-site"} if len(origins) > 1 else {"same-origin"}
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    is_told = origin is not None or site is not None
    return is_told and (origin is None or origin in origins) and (site is None or site in sites)


async def fields(request: Request) -> dict[str, SecretStr] | None:
    """Read the form; None if it is none, or is larger than ours can be."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != FORM_TYPE:
        return None
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                return None
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return {name: SecretStr(value) for name, value in pairs}


async def own_fields(request: Request, settings: Settings) -> dict[str, SecretStr] | None:
    """Return the fields of a form that one of our own pages sent; None for any other request."""
    return await fields(request) if is_ours(request, settings) else None
