"""What the history page shows at one moment: the same for `first_paint` and for the state."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.reading import spending
from tossbill_ui.subscriptions.reading.timeline import Page
from tossbill_ui.subscriptions.reading.timeline_sources import Cursor
from tossbill_ui.ui.history import text
from tossbill_ui.ui.history.chart import chart
from tossbill_ui.ui.history.filters import ALL, Choice, Options, options, period_name
from tossbill_ui.ui.history.rows import months
from tossbill_ui.ui.shared import wording

log = logging.getLogger(__name__)

CSV_PATH, PAPER_PATH = "/history.csv", "/history/print"
ONE_BESIDE_ALL = 2


@dataclass(frozen=True)
class Seen:
    """What is on the screen.

    Attributes:
        first: The cursor of the first line, None without lines.
        last: That of the last one.
        shown: The page's variables by name.
    """

    first: Cursor | None
    last: Cursor | None
    shown: dict[str, Any]


async def seen(rt: Runtime, actor: Actor, choice: Choice, page: Page) -> Seen:
    """Return what the page shows beside and around a page of lines."""
    offered = await options(rt, actor, choice)
    entries = page.entries
    return Seen(
        first=entries[0].cursor if entries else None,
        last=entries[-1].cursor if entries else None,
        shown={
            "months": months(entries),
            "phase": phase(choice, has_lines=bool(entries)),
            "problem": text.WRONG_ORDER() if choice.is_upside_down else "",
            "periods": offered.periods,
            "subscriptions": offered.subscriptions,
            "many": "yes" if len(offered.subscriptions) > ONE_BESIDE_ALL else "no",
            "chart": chart(await spending.last_months(rt, actor)),
            "csv": address_of(rt, CSV_PATH, choice),
            "paper": address_of(rt, PAPER_PATH, choice),
            "printed": _on_screen(page, printed(rt, choice, offered)),
        },
    )


def _on_screen(page: Page, words: str) -> str:
    """Say on paper that a page of lines was printed, where there are more."""
    if not (page.has_newer or page.has_older):
        return words
    return f"{words} · {text.PRINTED_SCREEN(count=len(page.entries))}"


def printed(rt: Runtime, choice: Choice, offered: Options) -> str:
    """Say on paper what the screen says by its buttons."""
    labels = {option["value"]: option["label"] for option in offered.subscriptions}
    parts = [
        text.PRINTED(day=wording.full_day(today(rt))),
        text.TOPICS[choice.topic]() if choice.topic != ALL else "",
        labels.get(choice.subscription, "") if choice.subscription != ALL else "",
        period_name(choice),
    ]
    return " · ".join(part for part in parts if part)


def phase(choice: Choice, *, has_lines: bool) -> str:
    """Return ``rows``, ``empty`` for who has nothing yet, or ``none`` for a choice without."""
    if has_lines:
        return "rows"
    return "empty" if choice.is_all else "none"


def address_of(rt: Runtime, path: str, choice: Choice) -> str:
    """Return where the same lines are as a file, or on paper."""
    query = f"?{urlencode(choice.query)}" if choice.query else ""
    return f"{rt.settings.backend_url}{path}{query}"
