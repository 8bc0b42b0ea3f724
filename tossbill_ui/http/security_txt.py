"""``/.well-known/security.txt``: where to report a vulnerability of this shop (RFC 9116)."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tossbill_ui import runtime
from tossbill_ui.core.settings import Settings

PATH = "/.well-known/security.txt"
# Read anew with each request, so it says what holds; RFC 9116 recommends less than a year.
VALID_FOR = timedelta(days=180)


def security_txt(settings: Settings, now: datetime) -> str:
    """Return the file; an empty string if the shop has named no contact.

    Args:
        settings: The settings, with the contact.
        now: The machine's time; it expires on a whole day, so that it changes once a day.
    """
    contact = settings.tossbill_security_contact
    if not contact:
        return ""
    uri = contact if ":" in contact else f"mailto:{contact}"
    lines = {
        "Contact": uri,
        "Expires": f"{now + VALID_FOR:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages": "ko, en",
        "Canonical": f"{settings.public_url}{PATH}",
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


async def _send(request: Request) -> Response:
    rt = runtime.current()
    text = security_txt(rt.settings, rt.machine.now())
    return PlainTextResponse(text) if text else Response(status_code=404)


ROUTES = [Route(PATH, _send, methods=["GET"])]
