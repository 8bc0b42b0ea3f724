"""The log of recent API calls, for the panel.

Kept in memory, so that it costs a call next to nothing and may be lost at a restart. The ledger is
the record.
"""

import re
import shlex
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tossbill_sandbox.store.clock import Clock

LENGTH = 200
# Browser scripts with an address like a call's.
_SCRIPTS = {"/v1/payment", "/v1/payment-widget", "/v1/brandpay"}
MAX_BODY = 4096
# The one header that Toss does not send; `hints.py` has its texts.
HINT_HEADER = "x-tossbill-hint"
# The headers of contract §5, §6 and §7 that affect the response.
_LOGGED_HEADERS = (
    "content-type",
    "idempotency-key",
    "tosspayments-test-code",
    "accept-language",
)
# JSON may escape a character of a name.
_ESCAPED = re.compile(r"\\u00([0-7][0-9a-fA-F])")
# Payment keys and ids have letters, - or _ around their digits.
_DIGITS = re.compile(r"(?<![\w-])\d(?:(?:[ +-]|%20|%2[dD])?\d){12,18}(?![\w-])", re.ASCII)
# What is kept of a long body may end within a number.
_CUT_OFF = re.compile(r"\d(?:[ +-]?\d)*[ +-]?$", re.ASCII)
_CARD_DETAILS = re.compile(
    r'(?P<name>"(?:cardNumber|cardExpirationYear|cardExpirationMonth|cardPassword'
    r'|customerIdentityNumber|customerBirthday)"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|[^\s",}]+)'
)


@dataclass(slots=True, kw_only=True)
class Call:
    """One logged call, completed while it is in progress."""

    id: int
    at: datetime
    method: str
    url: str
    path: str
    headers: Mapping[str, str]
    request: bytearray = field(default_factory=bytearray)
    response: bytearray = field(default_factory=bytearray)
    status: int | None = None
    milliseconds: int = 0
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it for the panel; an aborted call has no status or a truncated body."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "method": self.method,
            "path": _masked(self.path),
            "status": self.status,
            "milliseconds": self.milliseconds,
            "request": _text(self.request),
            "response": _text(self.response),
            "hint": self.hint,
            "curl": self.curl(),
        }

    def curl(self) -> str:
        """Return a command that repeats the call; the secret key comes from the environment."""
        parts = [
            "curl",
            "-X",
            self.method,
            shlex.quote(_masked(self.url)),
            "-u",
            '"$TOSS_SECRET_KEY:"',
        ]
        for name in _LOGGED_HEADERS:
            if name in self.headers:
                parts += ["-H", shlex.quote(f"{name}: {_masked(self.headers[name])}")]
        if self.request:
            parts += ["--data-raw", shlex.quote(_text(self.request))]
        return " ".join(parts)


class RequestLog:
    """Records requests whose path has ``/v1`` and their responses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: deque[Call] = deque(maxlen=LENGTH)
        self.count = 0

    def newest(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest calls, newest first."""
        return [call.to_json() for call in list(self._calls)[: -limit - 1 : -1]]

    def around(self, app: ASGIApp) -> ASGIApp:
        """Wrap an app with the log."""

        async def logged(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
            # With what stands before /v1 by mistake, such as a second slash.
            is_call = "/v1/" in path and path.removeprefix("/js") not in _SCRIPTS
            if scope["type"] != "http" or not is_call:
                await app(scope, receive, send)
                return
            await self._record(app, scope, receive, send)

        return logged

    async def _record(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        call = self._begin(scope)
        began = time.monotonic()

        async def receive_logged() -> Message:
            message = await receive()
            _keep(call.request, message)
            return message

        async def send_logged(message: Message) -> None:
            call.status = message.get("status", call.status)
            call.hint = Headers(raw=message.get("headers", [])).get(HINT_HEADER, call.hint)
            _keep(call.response, message)
            await send(message)

        try:
            await app(scope, receive_logged, send_logged)
        finally:
            call.milliseconds = round((time.monotonic() - began) * 1000)
            self.count += 1

    def _begin(self, scope: Scope) -> Call:
        headers = Headers(scope=scope)
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        query = scope.get("query_string", b"").decode("latin-1")
        path = f"{path}?{query}" if query else path
        self.count += 1
        call = Call(
            id=self.count,
            at=self._clock.now(),
            method=scope["method"],
            url=f"{scope['scheme']}://{headers.get('host', 'localhost')}{path}",
            path=path.removeprefix(scope.get("root_path", "")),
            headers=headers,
        )
        self._calls.append(call)
        return call


def _keep(body: bytearray, message: Message) -> None:
    body += message.get("body", b"")[: MAX_BODY - len(body)]


def _text(body: bytearray) -> str:
    """Return a body without the details of a card, which may be cut off at the end."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        # Cut off within a character, or no text.
        if len(body) < MAX_BODY or error.start < len(body) - 3:
            return f"({len(body)} bytes)"
        text = body[: error.start].decode()
    if len(body) == MAX_BODY:
        text = _CUT_OFF.sub("********", text)
    if "\0" in text:
        return f"({len(body)} bytes)"
    text = _ESCAPED.sub(lambda found: _unescaped(found[0], found[1]), text)
    return _masked(_CARD_DETAILS.sub(r'\g<name>"********"', text))


def _unescaped(escape: str, digits: str) -> str:
    character = chr(int(digits, 16))
    return character if character.isalnum() else escape


def _masked(text: str) -> str:
    """Return a text without what may be the number of a card, of any scheme and length."""
    return _DIGITS.sub(lambda found: _hidden(found[0]), text)


def _hidden(found: str) -> str:
    digits = re.sub(r"%20|%2[dD]|\D", "", found)
    return "********" if digits[0] in "3456789" and len(set(digits)) > 1 else found
