"""What a reader of the history chose, as text that the page, its address and its file share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypedDict

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.calendar import Interval, Unit, instant, korean_day
from tossbill_ui.core.text import is_id
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.reading import timeline
from tossbill_ui.subscriptions.reading.timeline import Wanted
from tossbill_ui.subscriptions.reading.timeline_sources import Topic
from tossbill_ui.ui.history import text
from tossbill_ui.ui.shared import wording

ALL, DAYS = "all", "days"
ONE_DAY, ONE_MONTH = timedelta(days=1), Interval(Unit.MONTH)
MONTHS_OFFERED = 12
# What a date input can send, and a little more than any shop's life.
YEARS = range(2000, 2200)


class Option(TypedDict):
    """One thing to choose."""

    value: str
    label: str


# Before the state has looked; a slot needs some text all the same.
NO_OPTIONS = [Option(value=ALL, label="\u00a0")]


@dataclass(frozen=True)
class Choice:
    """What is chosen; each field is clean, whoever sent it.

    Attributes:
        topic: ``all`` or a `Topic`.
        period: ``all``, a year (``2026``), a month (``2026-11``), or ``days``.
        since_on: With ``days``, the first day in ISO form, or nothing.
        until_on: With ``days``, the last day in ISO form, or nothing.
        subscription: ``all`` or an id.
    """

    topic: str = ALL
    period: str = ALL
    since_on: str = ""
    until_on: str = ""
    subscription: str = ALL

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.wanted == Wanted()

    @property
    def is_upside_down(self) -> bool:
        """Whether the first day is later than the last."""
        return bool(self.since_on and self.until_on and self.since_on > self.until_on)

    @property
    def wanted(self) -> Wanted:
        """The same for the service."""
        first, after = self.span
        return Wanted(
            topic=Topic(self.topic) if self.topic != ALL else None,
            since=instant(first) if first else None,
            until=instant(after) if after else None,
            subscription_id=self.subscription if self.subscription != ALL else "",
        )

    @property
    def query(self) -> dict[str, str]:
        """The same for an address; what is not chosen is left out."""
        return {name: value for name, value in vars(self).items() if value not in (ALL, "")}

    def but(self, **changes: str) -> Choice:
        """Return the choice with some things chosen otherwise, cleaned."""
        return from_query({**vars(self), **changes})

    @property
    def span(self) -> tuple[date | None, date | None]:
        """The first day, and the one after the last."""
        if self.period == ALL:
            return None, None
        if self.period == DAYS:
            last = _day(self.until_on)
            return _day(self.since_on), last + ONE_DAY if last else None
        if first := _month(self.period):
            return first, ONE_MONTH.after(first, 1)
        return date(int(self.period), 1, 1), date(int(self.period) + 1, 1, 1)


def from_query(query: Mapping[str, str]) -> Choice:
    """Return what an address chooses; what makes no sense is not chosen."""
    topic, subscription = query.get("topic", ALL), query.get("subscription", ALL)
    chosen = Choice(
        topic=topic if topic in set(Topic) else ALL,
        period=_period(query.get("period", ALL)),
        subscription=subscription if is_id(subscription) else ALL,
    )
    if chosen.period != DAYS:
        return chosen
    since, until = _day(query.get("since_on", "")), _day(query.get("until_on", ""))
    return replace(
        chosen,
        since_on=since.isoformat() if since else "",
        until_on=until.isoformat() if until else "",
    )


def _period(value: str) -> str:
    is_year = value in {str(year) for year in YEARS}
    return value if value == DAYS or is_year or _month(value) else ALL


def _month(value: str) -> date | None:
    return _day(f"{value}-01") if len(value) == len("2026-11") else None


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.isoformat() == value and day.year in YEARS else None


@dataclass(frozen=True)
class Options:
    """What there is to choose from for one customer."""

    periods: list[Option] = field(default_factory=list[Option])
    subscriptions: list[Option] = field(default_factory=list[Option])


async def options(rt: Runtime, actor: Actor, chosen: Choice) -> Options:
    """Return every period with a line in it, newest first, and the subscriptions."""
    first_at = await timeline.first_at(rt, actor)
    now = today(rt)
    first_on = korean_day(first_at) if first_at else now
    found = await timeline.subscriptions(rt, actor)
    every = Option(value=ALL, label=text.EVERY_SUBSCRIPTION())
    subscriptions = [
        Option(
            value=subscription.id,
            label=text.SINCE_DAY(plan=plan.name, day=wording.day(subscription.created_at)),
        )
        for subscription, plan in found
    ]
    return Options(_periods(first_on, now, chosen), [every, *subscriptions])


def _periods(first_on: date, now: date, chosen: Choice) -> list[Option]:
    years = [date(year, 1, 1) for year in range(now.year, first_on.year - 1, -1)]
    this = now.replace(day=1)
    months = [ONE_MONTH.after(this, -number) for number in range(MONTHS_OFFERED)]
    months = [month for month in months if month >= first_on.replace(day=1)]
    named = [
        Option(value=ALL, label=text.ALL_TIME()),
        *(Option(value=f"{on:%Y-%m}", label=wording.month(on)) for on in months),
        *(Option(value=f"{on:%Y}", label=wording.year(on)) for on in years),
        Option(value=DAYS, label=text.DAYS()),
    ]
    if chosen.period not in {option["value"] for option in named}:
        named.insert(1, Option(value=chosen.period, label=period_name(chosen)))
    return named


def period_name(chosen: Choice) -> str:
    """Say which days are chosen; nothing for all of them."""
    first, after = chosen.span
    if chosen.period == DAYS:
        days = [wording.date_of(first) if first else "", ""]
        days[1] = wording.date_of(after - ONE_DAY) if after else ""
        return text.FROM_TO(first=days[0], last=days[1]).strip()
    if first is None:
        return ""
    return wording.month(first) if _month(chosen.period) else wording.year(first)
