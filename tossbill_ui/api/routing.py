"""The way of a request through the API: its key, its command, its handler, its problem."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from tossbill_ui import runtime
from tossbill_ui.api.authentication import Gate, Program
from tossbill_ui.api.problems import (
    MEDIA_TYPE,
    REQUEST_ID,
    ApiProblem,
    Problem,
    request_id_of,
    respond_to,
)
from tossbill_ui.api_keys import commands
from tossbill_ui.api_keys.commands import Command
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.runtime import Runtime

Handler = Callable[[Request], Awaitable[Response]]

IDEMPOTENCY_KEY = "idempotency-key"
REPEATED = "idempotency-replayed"
LONGEST_KEY = 255
READING = frozenset({"GET", "HEAD"})
_HEADER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Any text of yours that names this command: it takes effect once, however "
    "often it is sent.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}
_BEARER = HTTPBearer(auto_error=False, description="An API key: `tossbill api-key add`.")
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": PROBLEM}}}}
    for PROBLEM in ["#/components/schemas/Problem"]
    for status, description in (
        ("4XX", "The request cannot be carried out; `code` says why."),
        ("5XX", "It is not known whether it was: send the same request again."),
    )
}


class ApiRoute(APIRoute):
    """A route that wants an API key, and for everything but reading an idempotency key."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 - FastAPI's
        if not set(options.get("methods") or ["GET"]) <= READING:
            extra: dict[str, Any] = options.get("openapi_extra") or {}
            extra["parameters"] = [*extra.get("parameters", []), _HEADER]
            options["openapi_extra"] = extra
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a request, which never raises."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await _answer(request, handler)
            except Exception as error:
                response = respond_to(request, error)
            response.headers[REQUEST_ID] = request_id_of(request)
            return response

        return handle


async def _answer(request: Request, handler: Handler) -> Response:
    gate: Gate = request.app.state.gate
    request.state.program = await gate.admit(request)
    if request.method in READING:
        return await handler(request)
    return await _carry_out(runtime.current(), request, handler)


async def _carry_out(rt: Runtime, request: Request, handler: Handler) -> Response:
    """Let a command take effect once (`commands`)."""
    command = request.state.command = await _begin(rt, request)
    try:
        response = await handler(request)
    except BaseException:
        await commands.give_up(rt, command)
        raise
    await commands.finish(rt, command)
    response.headers[REPEATED] = "true" if command.was_done else "false"
    return response


async def _begin(rt: Runtime, request: Request) -> Command:
    name = request.headers.get(IDEMPOTENCY_KEY, "")
    if not 0 < len(name) <= LONGEST_KEY:
        detail = f"Send an `Idempotency-Key` of 1 to {LONGEST_KEY} characters."
        raise ApiProblem(400, "idempotency_key_missing", detail)
    said = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    program: Program = request.state.program
    return await commands.begin(
        rt,
        key_id=program.key.id,
        idempotency_key=name,
        request_hash=hashlib.sha256(said + await request.body()).hexdigest(),
    )


def needs(scope: ApiScope) -> Any:  # noqa: ANN401 - FastAPI's type of a dependency
    """Return the dependency of a handler on a key with a scope; it gives the `Program`."""

    async def program_of(
        request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Program:
        program: Program = request.state.program
        program.require(scope)
        return program

    return Depends(program_of)


async def _command_of(request: Request) -> Command:
    return request.state.command


TheCommand = Annotated[Command, Depends(_command_of)]


def new_router(tag: str) -> APIRouter:
    """Return a router whose routes want an API key.

    Args:
        tag: The name of its part of the documentation.
    """
    return APIRouter(route_class=ApiRoute, tags=[tag], responses=PROBLEMS)


__all__ = ["Problem", "TheCommand", "needs", "new_router"]
