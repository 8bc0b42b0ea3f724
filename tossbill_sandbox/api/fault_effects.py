"""Effects of fault rules on a response: lost, delayed, truncated or corrupted."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

import httpx
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tossbill_sandbox.api.response import SandboxResponse, refusal
from tossbill_sandbox.store.faults import Rule

Wait = Callable[[float], Awaitable[None]]
DRIP_SECONDS = 0.2
# Longer than the 60 s that Toss may take for a charge (contract §4.3).
SILENCE_SECONDS = 90
HUGE_BYTES = 4 * 1024 * 1024
# The name in ``scope["state"]`` under which a server offers a function that closes a connection.
CLOSE = "close_connection"
_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>502</body></html>"


class ConnectionCut(httpx.RemoteProtocolError):
    """Aborts a response.

    An in-process client on ``httpx.ASGITransport`` gets the same error that a broken connection
    raises.
    """


class CutResponse(Response):
    """A response that announces more bytes than it sends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the start of a response, then abort."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1024")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        await _cut(scope, receive, "A fault rule cut the connection.")


class SilentResponse(Response):
    """No response: the connection stays open until the client disconnects or the time is up."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds or SILENCE_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then abort."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                while (await receive())["type"] != "http.disconnect":
                    pass
        await _cut(scope, receive, "A fault rule withheld the response.")


async def _cut(scope: Scope, receive: Receive, reason: str) -> None:
    """Close the connection; a server that offers no way to may send its own 500 first."""
    close = scope.get("state", {}).get(CLOSE)
    if close is None:
        raise ConnectionCut(reason)
    close()
    while (await receive())["type"] != "http.disconnect":
        pass


def instead(rule: Rule | None, language: str, trace_id: str) -> Response | None:
    """Return the response that replaces the request's effect, if the rule strikes before it."""
    match rule.kind if rule else None:
        case "reset_before":
            return CutResponse()
        case "no_answer_before":
            return SilentResponse(rule.delay_seconds if rule else 0)
        case "error_500_before":
            code = "COMMON_ERROR"
        case "conflict_409":
            code = "IDEMPOTENT_REQUEST_PROCESSING"
        case "too_many_429":
            code = "TOO_MANY_REQUESTS"
        case "refuse":
            code = (rule and rule.code) or "COMMON_ERROR"
        case _:
            return None
    return refusal(code, language).to_response(trace_id=trace_id)


async def wait_before(rule: Rule | None, wait: Wait) -> None:
    """Delay the effect if the rule says so; meanwhile the request counts as in progress."""
    if rule and rule.kind == "delay_before":
        await wait(rule.delay_seconds)


async def distort(
    rule: Rule | None, answer: SandboxResponse, response: Response, wait: Wait
) -> Response:
    """Return the response as the client receives it; the effect is already committed."""
    if rule is None:
        return response
    match rule.kind:
        case "delay_after":
            await wait(rule.delay_seconds)
            return response
        case "reset_after":
            return CutResponse()
        case "error_500_after":
            trace_id = response.headers["x-tosspayments-trace-id"]
            return refusal("COMMON_ERROR", "ko").to_response(trace_id=trace_id)
        case "no_answer_after":
            return SilentResponse(rule.delay_seconds)
        case "html":
            return Response(_GATEWAY_PAGE, status_code=502, media_type="text/html")
        case "slow_drip":
            return _drip(answer, rule.delay_seconds)
        case _:
            return _other_body(rule.kind, answer) or response


def _other_body(kind: str, answer: SandboxResponse) -> Response | None:
    match kind:
        case "bad_json":
            body = answer.body[: len(answer.body) // 2] or b'{"mId":"toss'
        case "wrong_shape":
            body = b'{"mId":"tossbillbox","result":"OK"}'
        case "huge_body":
            body = _with(answer, "padding", "x" * HUGE_BYTES)
        case "wrong_customer_key":
            body = _with(answer, "customerKey", "somebody-else")
        case _:
            return None
    return Response(body, media_type="application/json")


def _with(answer: SandboxResponse, name: str, value: str) -> bytes:
    """Return a body with a field changed, which is in the first row if it is a list."""
    payload: Any = json.loads(answer.body or b"{}")
    if isinstance(payload, list):
        [first, *rest] = cast("list[dict[str, Any]]", payload) or [{}]
        return json.dumps([{**first, name: value}, *rest]).encode()
    return json.dumps({**payload, name: value}).encode()


def _drip(answer: SandboxResponse, seconds: float) -> Response:
    async def bytes_one_by_one() -> AsyncIterator[bytes]:
        sent = 0
        while sent < len(answer.body) and sent * DRIP_SECONDS < seconds:
            yield answer.body[sent : sent + 1]
            sent += 1
            await asyncio.sleep(DRIP_SECONDS)
        yield answer.body[sent:]

    return StreamingResponse(
        bytes_one_by_one(),
        status_code=answer.status,
        headers={"content-length": str(len(answer.body))},
        media_type="application/json",
    )
