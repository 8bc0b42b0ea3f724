"""The sandbox's clock, which users can move; in sandbox mode the app uses it too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from tossbill_ui.core.clock import Clock
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.toss.body import UnreadableBody, read_body

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5.0
LOOK_SECONDS = 1.0
# Short, because the sandbox starts together with the app.
LOOK_AGAIN_SECONDS = 0.05


class ClockUnavailable(TossbillError):
    """The sandbox's clock cannot be read, so nothing that depends on its time may run."""

    code = "clock_away"


class Wait(NamedTuple):
    """What keeps the clock from moving on: a payment or refund without a known outcome.

    Attributes:
        order_id: Of the payment.
        until: When Toss is asked about it again, by the machine's clock.
    """

    order_id: str
    until: datetime

    def as_json(self) -> dict[str, str]:
        """Return it as the control API takes it."""
        return {"order_id": self.order_id, "until": self.until.isoformat()}


class Reading(BaseModel):
    """The state of the sandbox's clock.

    Attributes:
        now: Its current time.
        stopped: Whether it stands still.
        target: The time it was moved to, while it is on its way there.
        next: When something is due next, in the sandbox or in the app that follows it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    now: AwareDatetime
    stopped: bool
    target: AwareDatetime | None
    next: AwareDatetime | None


class SandboxClock:
    """The sandbox's time as last read or pushed; until then, the machine's time.

    Leases, timeouts and back-off do not use it: they use the machine's clock.

    Args:
        base_url: The URL of the sandbox's API.
        transport: Replaces the network.
    """

    def __init__(self, base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{base_url}/_control",
            headers={"Accept-Encoding": "identity"},
            transport=transport,
            timeout=TIMEOUT_SECONDS,
        )
        self._offset = timedelta(0)
        self._stopped_at: datetime | None = None

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        return self._stopped_at or datetime.now(UTC) + self._offset

    def take(self, now: datetime, stopped: bool) -> None:
        """Set the time pushed by a sandbox in the same process, and whether it stands still."""
        self._offset = now - datetime.now(UTC)
        self._stopped_at = now if stopped else None

    async def refresh(self) -> None:
        """Read the sandbox's time.

        Raises:
            ClockAway: The sandbox does not respond; the time continues from the last reading.
        """
        await self._request("GET", "clock")

    async def follow(
        self, *, next_at: datetime | None, waits: Wait | None, step_to: datetime | None = None
    ) -> Reading:
        """Report what the app has due and waits for, move the clock if requested, and read it.

        Raises:
            ClockAway: The sandbox does not respond, or refuses the move.
        """
        body = {
            "next": next_at.isoformat() if next_at else None,
            "at": step_to.isoformat() if step_to else None,
            "waits": waits.as_json() if waits else None,
        }
        return await self._request("POST", "clock/follow", body)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def _request(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> Reading:
        try:
            async with self._http.stream(method, path, json=body) as answer:
                reading = Reading.model_validate_json(await read_body(answer.raise_for_status()))
        except (httpx.HTTPError, UnreadableBody, ValidationError) as error:
            raise ClockUnavailable(f"The sandbox's clock does not respond: {error!r}") from None
        self.take(reading.now, reading.stopped)
        return reading


async def until_known(clock: Clock) -> None:
    """Wait until a clock's time is known; only the sandbox's clock has to be read first."""
    while True:
        try:
            await clock.refresh()
        except ClockUnavailable as error:
            log.debug("%s", error.message)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        else:
            return


async def keep_up(clock: Clock) -> None:
    """Read the sandbox's clock periodically, for ever; return at once for any other clock."""
    while isinstance(clock, SandboxClock):
        await until_known(clock)
        await asyncio.sleep(LOOK_SECONDS)
