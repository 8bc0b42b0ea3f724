"""The filters of the history, as text shared by the page, its address and its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

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
from tossbill_ui.ui.shared.view_rows import BLANK

ALL, DAYS = "all", "days"
ONE_DAY, ONE_MONTH = timedelta(days=1), Interval(Unit.MONTH)
MONTHS_OFFERED = 12
# The years that a date input accepts here, well beyond the life of any shop.
YEARS = range(2000, 2200)
FIRST_DAY = date(YEARS[0], 1, 1)


@dataclass(frozen=True)
class Option:
    """An option of a filter; by default the one that selects everything, not yet named."""

    value: str = ALL
    label: str = BLANK


@dataclass(frozen=True)
class Choice:
    """The chosen filters; every field is validated.

    Attributes:
        topic: ``all`` or a `Topic`.
        period: ``all``, a year (``2026``), a month (``2026-11``), or ``days``.
        since_on: With ``days``, the first day in ISO format, or empty.
        until_on: With ``days``, the last day in ISO format, or empty.
        subscription: ``all`` or an id.
    """

    topic: str = ALL
    period: str = ALL
    since_on: str = ""
    until_on: str = ""
    subscription: str = ALL

    @property
    def is_all(self) -> bool:
        """Whether nothing is filtered out."""
        return self.wanted == Wanted()

    @property
    def is_upside_down(self) -> bool:
        """Whether the first day is later than the last."""
        return bool(self.since_on and self.until_on and self.since_on > self.until_on)

    @property
    def wanted(self) -> Wanted:
        """The filters as the service takes them."""
        first, after = self.span
        return Wanted(
            topic=Topic(self.topic) if self.topic != ALL else None,
            since=instant(first) if first else None,
            until=instant(after) if after else None,
            subscription_id=self.subscription if self.subscription != ALL else "",
        )

    @property
    def query(self) -> dict[str, str]:
        """The filters as query parameters, without those not chosen."""
        return {name: value for name, value in vars(self).items() if value not in (ALL, "")}

    def but(self, **changes: str) -> Choice:
        """Return a copy with some filters changed, validated."""
        return from_query({**vars(self), **changes})

    @property
    def span(self) -> tuple[date | None, date | None]:
        """The first day, and the day after the last."""
        if self.period == ALL:
            return None, None
        if self.period == DAYS:
            last = _day(self.until_on)
            return _day(self.since_on), last + ONE_DAY if last else None
        if first := _month(self.period):
            return first, ONE_MONTH.after(first, 1)
        return date(int(self.period), 1, 1), date(int(self.period) + 1, 1, 1)


def from_query(query: Mapping[str, str]) -> Choice:
    """Return the filters in an address; invalid ones are ignored."""
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
    """The options of one customer."""

    periods: tuple[Option, ...]
    subscriptions: tuple[Option, ...]


async def options(rt: Runtime, actor: Actor, chosen: Choice) -> Options:
    """Return the periods since the first line, newest first, and the subscriptions."""
    first_at = await timeline.first_at(rt, actor)
    now = today(rt)
    first_on = max(korean_day(first_at), FIRST_DAY) if first_at else now
    found = await timeline.subscriptions(rt, actor)
    every = Option(value=ALL, label=text.EVERY_SUBSCRIPTION())
    subscriptions = [
        Option(
            value=subscription.id,
            label=text.SINCE_DAY(
                plan=wording.plan_text(plan).name, day=wording.day(subscription.created_at)
            ),
        )
        for subscription, plan in found
    ]
    return Options(_periods(first_on, now, chosen), (every, *subscriptions))


def _periods(first_on: date, now: date, chosen: Choice) -> tuple[Option, ...]:
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
    if chosen.period not in {option.value for option in named}:
        named.insert(1, Option(value=chosen.period, label=period_name(chosen)))
    return tuple(named)


def period_name(chosen: Choice) -> str:
    """Return the name of the chosen period; empty for all time."""
    first, after = chosen.span
    if chosen.period == DAYS:
        days = [wording.date_of(first) if first else "", ""]
        days[1] = wording.date_of(after - ONE_DAY) if after else ""
        return text.FROM_TO(first=days[0], last=days[1]).strip()
    if first is None:
        return ""
    return wording.month(first) if _month(chosen.period) else wording.year(first)
