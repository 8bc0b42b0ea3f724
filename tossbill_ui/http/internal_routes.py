"""Routes that are not for customers: metrics and, in the sandbox, mail to customers."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tossbill_ui import metrics, runtime
from tossbill_ui.core.settings import Mode
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.this_machine import is_local
from tossbill_ui.notices.mailbox import newest

LETTERS = 100


async def metrics_page(request: Request) -> Response:
    """Return the metrics to a caller with the token, and in sandbox mode to this machine."""
    rt = runtime.current()
    token = rt.settings.tossbill_metrics_token.get_secret_value()
    given = request.headers.get("authorization", "")
    has_token = token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if not (has_token or _is_local_sandbox(request)):
        return Response(status_code=404)
    return Response(await metrics.text(rt), media_type=metrics.CONTENT_TYPE, headers=NO_STORE)


async def mailbox(request: Request) -> Response:
    """Return the newest notices as JSON, in sandbox mode and to this machine only."""
    rt = runtime.current()
    if not _is_local_sandbox(request):
        return Response(status_code=404)
    letters = [
        notice.model_dump(
            mode="json",
            include={"id", "kind", "status", "subject", "body", "address", "created_at"},
        )
        for notice in await newest(rt, limit=LETTERS)
    ]
    return JSONResponse({"letters": letters}, headers=NO_STORE)


def _is_local_sandbox(request: Request) -> bool:
    return runtime.current().settings.mode is Mode.SANDBOX and is_local(request)


ROUTES = [
    Route("/mailbox", mailbox, methods=["GET"]),
    Route("/metrics", metrics_page, methods=["GET"]),
]
