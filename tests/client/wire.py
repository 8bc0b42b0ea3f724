"""An API that answers what a test says, and a clock that a test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

STATE: dict[str, Any] = {
    "customer_id": "c" * 32,
    "external_id": "42",
    "is_active": True,
    "reason": None,
    "access": [
        {
            "subscription_id": "5" * 32,
            "plan": "pro",
            "status": "past_due",
            "active": True,
            "until": "2026-12-01T15:00:00Z",
            "reason": "past_due",
            "added_later": 1,
        }
    ],
    "past_due": {
        "subscription_id": "5" * 32,
        "amount_krw": 29_000,
        "until": "2026-12-01T15:00:00Z",
    },
    "next_charge": {"subscription_id": "5" * 32, "on": "2026-12-24", "amount_krw": 29_000},
}
Answer = httpx.Response | Exception


def state(*, etag: str = '"1"', **facts: object) -> httpx.Response:
    return httpx.Response(200, json=STATE | facts, headers={"etag": etag})


def problem(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": "No.", "request_id": "r"})


@dataclass
class Api:
    """Answers one request after another, and remembers what was sent.

    Attributes:
        answers: What is still to be answered; the last one again and again.
    """

    answers: list[Answer]
    requests: list[httpx.Request] = field(default_factory=list[httpx.Request])
    seconds: float = 0.0
    slept: list[float] = field(default_factory=list[float])

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def options(self) -> dict[str, Any]:
        """The arguments for a client that speaks to it."""
        transport = httpx.MockTransport(self)
        return {"transport": transport, "now": self.now, "sleep": self.slept.append}

    @property
    def asynchronous(self) -> dict[str, Any]:
        """The arguments for an asynchronous client."""

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        return {**self.options, "sleep": sleep}

    def now(self) -> float:
        return self.seconds
