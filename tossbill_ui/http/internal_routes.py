"""Routes that only this machine may read: metrics and, in the sandbox, mail to customers."""

from __future__ import annotations

import hmac
import ipaddress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tossbill_ui import metrics, runtime
from tossbill_ui.core.settings import Mode
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.notices.mailbox import newest

LETTERS = 100


def is_local(request: Request) -> bool:
    """Whether the request comes from this machine, and not through a proxy for someone else.

    Both the client's address and the host name must be local. A proxy that sets no
    ``X-Forwarded-For``, or another site's page whose host name resolves to this machine (DNS
    rebinding), has a local address but another host name.
    """
    names = (request.client.host if request.client else "", request.url.hostname or "")
    return all(_is_loopback(name) for name in names)


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


async def metrics_page(request: Request) -> Response:
    """Return the metrics, to this machine or to a caller with the token."""
    rt = runtime.current()
    token = rt.settings.tossbill_metrics_token.get_secret_value()
    given = request.headers.get("authorization", "")
    has_token = token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if not (has_token or is_local(request)):
        return Response(status_code=404)
    return Response(await metrics.text(rt), media_type=metrics.CONTENT_TYPE, headers=NO_STORE)


async def mailbox(request: Request) -> Response:
    """Return the newest notices as JSON, in sandbox mode only."""
    rt = runtime.current()
    if rt.settings.mode is not Mode.SANDBOX or not is_local(request):
        return Response(status_code=404)
    letters = [
        notice.model_dump(
            mode="json",
            include={"id", "kind", "status", "subject", "body", "address", "created_at"},
        )
        for notice in await newest(rt, limit=LETTERS)
    ]
    return JSONResponse({"letters": letters}, headers=NO_STORE)


ROUTES = [
    Route("/mailbox", mailbox, methods=["GET"]),
    Route("/metrics", metrics_page, methods=["GET"]),
]
