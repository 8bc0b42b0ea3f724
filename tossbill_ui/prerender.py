"""What a page or a file must know before it is sent, agreed between `http` and `ui`.

`http` serves the HTML that the build prerendered; `ui` knows which words belong in it. They may
not import each other, so they meet here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tossbill_ui.customers.language import Language
from tossbill_ui.customers.session import Session
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True)
class Visit:
    """One GET of a page.

    Attributes:
        session: Who came; ``None`` when the browser brought no cookie of ours.
        query: The address's parameters, last one wins; a stranger's until checked.
        language: In which the page is written.
    """

    session: Session | None
    query: Mapping[str, str]
    language: Language = "ko"


@dataclass(frozen=True)
class Filling:
    """What goes into the prerendered page.

    Attributes:
        slots: Text by slot name; escaped when it is put in, readable by whoever sees the page.
        scripts: Addresses the page's own script will load, for the browser to fetch at once.
    """

    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    scripts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moved:
    """Go to another address of ours instead, so that this one leaves no trace in the history."""

    path: str


@dataclass(frozen=True)
class Download:
    """A file that is written while it is sent.

    Attributes:
        name: What the browser saves it as, plain letters; nothing where it is to be looked at.
        parts: Its text, piece by piece.
        media_type: What it is.
    """

    name: str
    parts: AsyncGenerator[str]
    media_type: str = "text/csv"


FirstPaint = Callable[[Runtime, Visit], Awaitable[Filling | Moved]]
MakeDownload = Callable[[Runtime, Visit], Download]
