"""The event log, for programs that pull it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from tossbill_ui import runtime
from tossbill_ui.api.routing import needs, new_router
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.core.text import clean
from tossbill_ui.events.types import EventType
from tossbill_ui.resources import events
from tossbill_ui.resources.events import EventPage, Wanted
from tossbill_ui.resources.lists import MOST, USUAL

# The last number that both databases have.
LAST = 2**63 - 1

router = new_router("Events")


class EventPart(BaseModel):
    """The events that are wanted; unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    after: int = Field(default=0, ge=0, le=LAST)
    """The number `next` of the part before; 0 begins at the beginning."""

    limit: int = Field(default=USUAL, ge=1, le=MOST)
    """How many events."""

    types: str = Field(default="", max_length=2000, examples=["payment.charged,refund.done"])
    """Only of these types, separated by commas."""


@router.get("/events", dependencies=[needs(ApiScope.READ)])
async def pull_events(part: Annotated[EventPart, Query()]) -> EventPage:
    """Read the event log in order, from any number on; none is missed."""
    rt = runtime.current()
    async with rt.db.read() as db:
        wanted = Wanted(after=part.after, limit=part.limit, types=_types(part.types))
        return await events.pull(rt, db, wanted)


def _types(text: str) -> list[EventType]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in set(EventType)]:
        raise InvalidRequest(f"There is no such type of events: {clean(unknown[0], limit=60)}")
    return [EventType(name) for name in names]
