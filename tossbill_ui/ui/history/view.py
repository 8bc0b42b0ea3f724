"""The content of the history page, the same for `first_paint` and for the state."""

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
ONE_PLUS_ALL = 2


@dataclass(frozen=True)
class PageContent:
    """The content of the screen.

    Attributes:
        first: The cursor of the first line; None without lines.
        last: The cursor of the last line; None without lines.
        shown: The state's variables by name.
    """

    first: Cursor | None
    last: Cursor | None
    shown: dict[str, Any]


async def page_content(rt: Runtime, actor: Actor, choice: Choice, page: Page) -> PageContent:
    """Return the content of the page around a page of lines."""
    offered = await options(rt, actor, choice)
    entries = page.entries
    return PageContent(
        first=entries[0].cursor if entries else None,
        last=entries[-1].cursor if entries else None,
        shown={
            "months": months(entries),
            "phase": phase(choice, has_lines=bool(entries)),
            "problem": text.WRONG_ORDER() if choice.is_upside_down else "",
            "periods": offered.periods,
            "subscriptions": offered.subscriptions,
            "many": "yes" if len(offered.subscriptions) > ONE_PLUS_ALL else "no",
            "chart": chart(await spending.last_months(rt, actor)),
            "csv": address_of(rt, CSV_PATH, choice),
            "paper": address_of(rt, PAPER_PATH, choice),
            "printed": _on_screen(page, printed(rt, choice, offered)),
        },
    )


def _on_screen(page: Page, words: str) -> str:
    """Add for the printout that only one page of the lines is printed."""
    if not (page.has_newer or page.has_older):
        return words
    return f"{words} · {text.PRINTED_SCREEN(count=len(page.entries))}"


def printed(rt: Runtime, choice: Choice, offered: Options) -> str:
    """Describe the chosen filters for the printout."""
    labels = {option.value: option.label for option in offered.subscriptions}
    parts = [
        text.PRINTED(day=wording.full_day(today(rt))),
        text.TOPICS[choice.topic]() if choice.topic != ALL else "",
        labels.get(choice.subscription, "") if choice.subscription != ALL else "",
        period_name(choice),
    ]
    return " · ".join(part for part in parts if part)


def phase(choice: Choice, *, has_lines: bool) -> str:
    """Return ``rows``, ``empty`` without any history, or ``none`` without matching lines."""
    if has_lines:
        return "rows"
    return "empty" if choice.is_all else "none"


def address_of(rt: Runtime, path: str, choice: Choice) -> str:
    """Return the address of the same lines as a file or a printout."""
    query = f"?{urlencode(choice.query)}" if choice.query else ""
    return f"{rt.settings.backend_url}{path}{query}"
