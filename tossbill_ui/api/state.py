"""The state of a customer: what they may use now."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

from fastapi import Request, Response

from tossbill_ui import runtime
from tossbill_ui.api.references import Ref
from tossbill_ui.api.routing import needs, new_router
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.resources import states
from tossbill_ui.resources.states import State

MayRead = needs(ApiScope.READ)
CACHE = "private, max-age=30"
NOT_MODIFIED = 304

router = new_router("Customers")


@router.get(
    "/customers/{ref}/state",
    dependencies=[MayRead],
    response_model=State,
    responses={NOT_MODIFIED: {"description": "It is as `If-None-Match` says."}},
)
async def get_state(ref: Ref, request: Request) -> Response:
    """Tell what a customer may use now.

    A customer whom nobody knows may use nothing, which is no error: `unknown_customer`. The answer
    may be kept for 30 seconds; send its `ETag` with `If-None-Match` to ask whether it has changed.
    """
    found = await states.state_of(runtime.current(), unquote(ref))
    body = found.model_dump_json().encode()
    etag = f'"{hashlib.blake2s(body, digest_size=8).hexdigest()}"'
    headers = {"etag": etag, "cache-control": CACHE}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
