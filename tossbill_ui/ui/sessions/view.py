"""View rows of the page of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tossbill_ui.customers import sessions
from tossbill_ui.customers.models import StoredSession, Via
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.sessions import text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.view_rows import ABSENT, BLANK, flat

# The number of sessions in the prerendered page; the state adds the rest.
PAINTED = 3
# The first that a name contains: browsers name those that they descend from, too.
BROWSERS = (
    ("KAKAOTALK", "KakaoTalk"),
    ("NAVER(", "NAVER"),
    ("Whale/", "Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg", "Edge"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class SessionRow:
    """One session; by default one that is not shown.

    ``here`` and ``end`` are the test ids of parts that not every session has.
    """

    id: str = ABSENT
    testid: str = ABSENT
    device: str = BLANK
    used: str = BLANK
    since: str = BLANK
    here: str = ABSENT
    end: str = ABSENT


async def rows(rt: Runtime, session: Session | None) -> tuple[SessionRow, ...]:
    """Return the sessions of the caller's customer, their own first.

    Raises:
        NeedsSignIn: The caller's session is limited to a task.
    """
    if session is None:
        return ()
    actor = actor_of(session)
    found = await sessions.of_customer(rt, actor, customer_id=session.customer_id)
    own_first = sorted(found, key=lambda row: row.id != session.id)
    return tuple(_row(row, is_here=row.id == session.id) for row in own_first)


def _row(row: StoredSession, *, is_here: bool) -> SessionRow:
    way = text.WAYS[Via(row.via)]()
    return SessionRow(
        id=row.id,
        testid="session-row",
        device=device(row.user_agent),
        used=text.USED(at=wording.moment(row.last_seen_at)),
        since=text.SINCE(
            way=text.ONE_TASK(way=way) if row.task else way, at=wording.moment(row.created_at)
        ),
        here="session-here" if is_here else ABSENT,
        end="session-end",
    )


def device(user_agent: str) -> str:
    """Return a browser and its system as a person would name them: ``iPhone의 Safari``."""
    browser, system = (
        next((name for mark, name in known if mark in user_agent), "")
        for known in (BROWSERS, SYSTEMS)
    )
    if browser and system:
        return text.BROWSER_ON(browser=browser, system=system)
    return browser or system or text.UNKNOWN()


def painted(found: Sequence[SessionRow]) -> tuple[SessionRow, ...]:
    """Return the rows of the prerendered page, padded with hidden ones."""
    return (*found, *[SessionRow()] * PAINTED)[:PAINTED]


def phase(found: Sequence[SessionRow]) -> str:
    """Return which part of the page shows."""
    return "rows" if found else "empty"


def others(found: Sequence[SessionRow]) -> str:
    """Return the test id of the button that ends all other sessions, if there are any."""
    return "session-end-others" if len(found) > 1 else ABSENT


def slots(found: Sequence[SessionRow]) -> dict[str, str]:
    """Return the slots of the prerendered page."""
    filling = {"phase": phase(found), "end_others": others(found)}
    for number, row in enumerate(painted(found)):
        filling |= flat(row, f"session{number}_")
    return filling
