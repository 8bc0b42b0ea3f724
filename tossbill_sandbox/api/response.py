"""An API response, independent of HTTP."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tossbill_sandbox import hints
from tossbill_sandbox.errors import ERRORS
from tossbill_sandbox.store.request_log import HINT_HEADER

# As recorded from a real response (contract §4.8), less content-length, which Starlette adds.
_HEADERS = {
    "cache-control": "no-cache, no-store, max-age=0, must-revalidate",
    "pragma": "no-cache",
    "expires": "0",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=31536000",
    "server": "was",
    "access-control-allow-methods": "POST, GET, OPTIONS, DELETE",
    "access-control-allow-headers": (
        "authorization, content-type, tosspayments-test-code, tosspayments-mid, idempotency-key"
    ),
}


@dataclass(frozen=True, slots=True)
class SandboxResponse:
    """A status and the exact bytes of a body; a replay has the same ones.

    Attributes:
        status: The HTTP status.
        body: The body.
        trace_id: A replay's own, "new, original"; other responses take their request's.
        charged: The payment that a charge has approved, but not its replay.
        hint: The sandbox's own, one of ``hints.HINTS``.
    """

    status: int
    body: bytes
    trace_id: str | None = None
    hint: str = ""
    charged: str | None = None

    def to_response(self, *, trace_id: str, idempotency_key: str | None = None) -> Response:
        """Add Toss's headers; an Idempotency-Key is echoed (contract §4.8)."""
        headers = {**_HEADERS, "x-tosspayments-trace-id": self.trace_id or trace_id}
        if idempotency_key is not None:
            headers["idempotency-key"] = idempotency_key
        if self.hint:
            headers[HINT_HEADER] = hints.HINTS[self.hint]
        return Response(
            self.body, status_code=self.status, headers=headers, media_type="application/json"
        )


def success(payload: Mapping[str, Any] | Sequence[Any] | None) -> SandboxResponse:
    """Build a 200 with JSON, or with an empty body for None (contract §4.4)."""
    return SandboxResponse(200, b"" if payload is None else _encode(payload))


def refusal(code: str, language: str, hint: str = "") -> SandboxResponse:
    """Build one of Toss's errors: a flat code and message (contract §5)."""
    text = ERRORS[code]
    message = (text.en or text.ko) if language == "en" else text.ko
    body = _encode({"code": code, "message": message})
    return SandboxResponse(text.status, body, hint=hint)


def language_of(request: Request) -> str:
    """Return ``en`` if the client prefers English, otherwise ``ko`` (contract §5)."""
    preferred = request.headers.get("accept-language", "").strip().lower()
    return "en" if preferred.startswith("en") else "ko"


def _encode(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
