"""Faults by rule: what goes wrong on the wire, before or after the effect.

A fault never changes what happens, only what the caller gets to hear of it. Every kind that is
not named "before" (nor ``conflict_409``) strikes when the effect and its idempotent answer are
committed.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any, cast

import httpx
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tossbill_ui.sandbox.answers import Answer, refusal

ENDPOINTS = frozenset({"issue", "delete", "lookup", "webhook"})
# What can happen to a webhook on its way; whoever delivers it asks ``take`` for "webhook".
WEBHOOK_KINDS = frozenset({"duplicate", "late", "out_of_order", "lost"})
KINDS = WEBHOOK_KINDS | frozenset(
    {
        "delay_before",
        "delay_after",
        "reset_before",
        "reset_after",
        "error_500_before",
        "error_500_after",
        "conflict_409",
        "html",
        "bad_json",
        "wrong_shape",
        "huge_body",
        "slow_drip",
        "wrong_customer_key",
    }
)
DRIP_SECONDS = 0.2
HUGE_BYTES = 4 * 1024 * 1024
_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>502</body></html>"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; the first that still counts and fits the endpoint strikes.

    Attributes:
        endpoint: ``issue``, ``delete`` or ``lookup``.
        kind: One of ``KINDS``.
        count: How often it strikes; None is always.
        delay_ms: How long a delay lasts, or a slow answer drips.
    """

    endpoint: str
    kind: str
    count: int | None = None
    delay_ms: int = 0

    def __post_init__(self) -> None:
        """Refuse what no rule can be."""
        if self.endpoint not in ENDPOINTS:
            raise ValueError(f"endpoint must be one of {sorted(ENDPOINTS)}")
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {sorted(KINDS)}")
        if self.count is not None and self.count < 0:
            raise ValueError("count must be null or not negative")
        if self.delay_ms < 0:
            raise ValueError("delay_ms must not be negative")

    @property
    def delay_seconds(self) -> float:
        """The delay in seconds."""
        return self.delay_ms / 1000


class ConnectionCut(httpx.RemoteProtocolError):
    """Breaks off an answer.

    A server that runs the app closes the socket; a caller that runs it in-process through
    ``httpx.ASGITransport`` gets the very error a cut connection gives.
    """


class CutResponse(Response):
    """An answer that promises more bytes than ever come."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the start of an answer, then break off."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1024")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionCut("The connection was cut, as a fault rule asked.")


def parse(text: bytes) -> list[Rule]:
    """Read a JSON list of rules.

    Raises:
        ValueError: It is not a list of rules; the message says why.
    """
    try:
        return [Rule(**rule) for rule in cast("list[dict[str, Any]]", json.loads(text))]
    except TypeError as error:
        raise ValueError(f"expected a list of rules: {error}") from error


def replace(connection: sqlite3.Connection, rules: list[Rule]) -> None:
    """Put these rules in place of all there were."""
    connection.execute("DELETE FROM fault")
    connection.executemany(
        "INSERT INTO fault (endpoint, kind, remaining, delay_ms) VALUES (?, ?, ?, ?)",
        [(rule.endpoint, rule.kind, rule.count, rule.delay_ms) for rule in rules],
    )


def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the rules with what is left of their counts."""
    return [asdict(_rule(row)) for row in connection.execute("SELECT * FROM fault ORDER BY 1")]


def take(connection: sqlite3.Connection, endpoint: str) -> Rule | None:
    """Return the rule that strikes this request and count it down."""
    row = connection.execute(
        "SELECT * FROM fault WHERE endpoint = ? AND (remaining IS NULL OR remaining > 0)"
        " ORDER BY position LIMIT 1",
        (endpoint,),
    ).fetchone()
    if row is None:
        return None
    connection.execute(
        "UPDATE fault SET remaining = remaining - 1 WHERE position = ?", (row["position"],)
    )
    return _rule(row)


def instead(rule: Rule | None, language: str) -> Response | None:
    """Return what a rule answers in place of doing anything, if it is of that kind."""
    match rule.kind if rule else None:
        case "reset_before":
            return CutResponse()
        case "error_500_before":
            return refusal("COMMON_ERROR", language).to_response()
        case "conflict_409":
            return refusal("IDEMPOTENT_REQUEST_PROCESSING", language).to_response()
        case _:
            return None


async def distort(rule: Rule | None, answer: Answer, response: Response) -> Response:
    """Return what arrives of an answer that is committed already."""
    if rule is None:
        return response
    match rule.kind:
        case "delay_after":
            await asyncio.sleep(rule.delay_seconds)
            return response
        case "reset_after":
            return CutResponse()
        case "error_500_after":
            return refusal("COMMON_ERROR", "ko").to_response()
        case "html":
            return Response(_GATEWAY_PAGE, status_code=502, media_type="text/html")
        case "slow_drip":
            return _drip(answer, rule.delay_seconds)
        case _:
            return _other_body(rule.kind, answer) or response


def _other_body(kind: str, answer: Answer) -> Response | None:
    payload: dict[str, Any] = json.loads(answer.body or b"{}")
    match kind:
        case "bad_json":
            body = answer.body[: len(answer.body) // 2] or b'{"mId":"toss'
        case "wrong_shape":
            body = b'{"mId":"tossbillbox","result":"OK"}'
        case "huge_body":
            body = json.dumps({**payload, "padding": "x" * HUGE_BYTES}).encode()
        case "wrong_customer_key":
            body = json.dumps({**payload, "customerKey": "somebody-else"}).encode()
        case _:
            return None
    return Response(body, media_type="application/json")


def _drip(answer: Answer, seconds: float) -> Response:
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


def _rule(row: sqlite3.Row) -> Rule:
    return Rule(row["endpoint"], row["kind"], row["remaining"], row["delay_ms"])
