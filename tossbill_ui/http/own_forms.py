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

    Every browser names the origin of a POST: a page with a form keeps it from being ``null`` by its
    ``Referrer-Policy``. Reflex's dev server sends pages from another port of the same site.
    """
    origins = {settings.public_url, settings.backend_url}
    sites = {"same-origin", "same-site"} if len(origins) > 1 else {"same-origin"}
    return (
        request.headers.get("origin") in origins
        and request.headers.get("sec-fetch-site", "same-origin") in sites
    )


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
