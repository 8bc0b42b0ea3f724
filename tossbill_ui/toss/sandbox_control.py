"""The sandbox's control API, for the demo: test cards, faults and the clock."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr

from tossbill_ui.core.errors import TossbillError
from tossbill_ui.toss.body import UnreadableBody, read_body
from tossbill_ui.toss.sandbox_clock import Reading

TIMEOUT_SECONDS = 30.0
LOOK_SECONDS = 0.2


class SandboxUnavailable(TossbillError):
    """The sandbox refused a call of its control API, or does not respond."""

    code = "sandbox_away"


class SandboxControl:
    """Calls the control API.

    Args:
        base_url: The URL of the sandbox's API.
        secret_key: The shop's key, whose customers get authKeys.
        transport: Replaces the network.
    """

    def __init__(
        self,
        base_url: str,
        *,
        secret_key: SecretStr,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{base_url}/_control",
            headers={"Accept-Encoding": "identity"},
            auth=(secret_key.get_secret_value(), ""),
            transport=transport,
            timeout=TIMEOUT_SECONDS,
        )

    async def card_number(self, persona: str) -> str:
        """Return the number of a test card by the name of its behavior."""
        cards = await self._call("GET", "personas")
        return next(card["number"] for card in cards if card["name"] == persona)

    async def authorize(self, *, customer_key: str, card_number: str) -> str:
        """Return the authKey that the window gives a customer who types in a card."""
        body = {"customerKey": customer_key, "cardNumber": card_number}
        return (await self._call("POST", "authorizations", body))["authKey"]

    async def add_faults(self, *rules: dict[str, object]) -> None:
        """Put fault rules before those that are set."""
        known = await self._call("GET", "faults")
        await self._call("POST", "faults", [*rules, *known])

    async def move_clock(self, to: datetime, *, within_seconds: float) -> None:
        """Move the clock forward, and wait until it and everything due on the way has arrived.

        Raises:
            SandboxUnavailable: It has not arrived in time.
        """
        await self._call("POST", "clock/set", {"at": to.isoformat()})
        try:
            async with asyncio.timeout(within_seconds):
                while await self._is_on_its_way():  # noqa: ASYNC110 - it can only be asked
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise SandboxUnavailable(
                "The sandbox's clock does not arrive: it waits for a payment that is not resolved, "
                "or for a worker. Try again in a few minutes."
            ) from None

    async def _is_on_its_way(self) -> bool:
        reading = Reading.model_validate(await self._call("GET", "clock"))
        return reading.target is not None

    async def aclose(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        try:
            async with self._http.stream(method, path, json=body) as answer:
                received = await read_body(answer)
            if answer.is_success:
                return json.loads(received)
        except (httpx.HTTPError, UnreadableBody, ValueError, RecursionError) as error:
            raise SandboxUnavailable(f"The sandbox does not respond: {error!r}") from None
        reason = received.decode(errors="replace")[:200]
        raise SandboxUnavailable(f"The sandbox refused {path}: {reason}")
