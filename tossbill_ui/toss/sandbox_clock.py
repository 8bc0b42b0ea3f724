"""The sandbox's time, which people move; in sandbox mode it is ours too."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from tossbill_ui.core.clock import Clock
from tossbill_ui.core.errors import TossbillError

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5.0
LOOK_SECONDS = 1.0
# While the app itself starts, so does the sandbox in it.
LOOK_AGAIN_SECONDS = 0.05


class ClockAway(TossbillError):
    """The sandbox does not say what time it is, so nothing that depends on it may be done."""

    code = "clock_away"


class Reading(BaseModel):
    """What the sandbox says of its clock.

    Attributes:
        now: Its present.
        stopped: Whether it stands still.
        target: Where it is sent, if it is on its way.
        next: When the next thing is due, for the sandbox or for whoever follows it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    now: AwareDatetime
    stopped: bool
    target: AwareDatetime | None
    next: AwareDatetime | None


class SandboxClock:
    """Tells the sandbox's time as of the last look or word; without one, the machine's.

    Leases, time-outs and back-off never ask it: they stand on the machine's clock.

    Args:
        base_url: The sandbox's API.
        transport: How to get there; over a socket if not given.
    """

    def __init__(self, base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{base_url}/_control", transport=transport, timeout=TIMEOUT_SECONDS
        )
        self._offset = timedelta(0)
        self._stopped_at: datetime | None = None

    def now(self) -> datetime:
        """Return the instant now, UTC-aware."""
        return self._stopped_at or datetime.now(UTC) + self._offset

    def take(self, now: datetime, stopped: bool) -> None:
        """Hear the present from a sandbox in the same process, and whether it stands still."""
        self._offset = now - datetime.now(UTC)
        self._stopped_at = now if stopped else None

    async def refresh(self) -> None:
        """Look what time it is.

        Raises:
            ClockAway: The sandbox does not answer; time goes on as it was.
        """
        await self._ask("GET", "clock")

    async def follow(self, *, next_at: datetime | None, step_to: datetime | None = None) -> Reading:
        """Tell the sandbox what is due next here, move its clock if asked to, and look at it.

        Raises:
            ClockAway: The sandbox does not answer, or does not go there.
        """
        body = {
            "next": next_at.isoformat() if next_at else None,
            "at": step_to.isoformat() if step_to else None,
        }
        return await self._ask("POST", "clock/follow", body)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def _ask(
        self, method: str, path: str, body: dict[str, str | None] | None = None
    ) -> Reading:
        try:
            answer = await self._http.request(method, path, json=body)
            reading = Reading.model_validate_json(answer.raise_for_status().content)
        except (httpx.HTTPError, ValidationError) as error:
            raise ClockAway(f"The sandbox's clock does not answer: {error!r}") from None
        self.take(reading.now, reading.stopped)
        return reading


async def until_known(clock: Clock) -> None:
    """Return when a clock has said what time it is; one that nobody moves knows it already."""
    while True:
        try:
            await clock.refresh()
        except ClockAway as away:
            log.debug("%s", away.message)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        else:
            return


async def keep_up(clock: Clock) -> None:
    """Look again and again at a clock that others move; return at once for one that nobody does."""
    while isinstance(clock, SandboxClock):
        await until_known(clock)
        await asyncio.sleep(LOOK_SECONDS)
