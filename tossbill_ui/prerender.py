"""The interface between `http` and `ui` for filling in pages and files before they are sent.

`http` serves the HTML that the build prerendered; `ui` knows the text for it. They may not import
each other, so both use these types.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from tossbill_ui.core.language import Language
from tossbill_ui.customers.session import Session
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True)
class Visit:
    """One GET of a page.

    Attributes:
        session: The visitor's session; ``None`` where no new one may begin.
        query: The query parameters, the last of each name; untrusted.
        language: The language of the page.
        is_first: Whether the browser sent no valid cookie of ours.
        caller: The network that the request came from; empty if unknown.
    """

    session: Session | None
    query: Mapping[str, str]
    language: Language = "ko"
    is_first: bool = False
    caller: str = ""


@dataclass(frozen=True)
class Filling:
    """The content for a prerendered page.

    Attributes:
        slots: Text by slot name; escaped when filled in, and visible to anyone who sees the page.
        scripts: URLs of scripts that the page will load, for the browser to preload.
    """

    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    scripts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moved:
    """A redirect to another of our URLs, so that this one is not kept in the browser's history.

    Attributes:
        path: Where to.
        session: The session to continue with, if it is another one.
    """

    path: str
    session: Session | None = None


def always(_registration_id: str) -> bool:
    """Return True: a form without a card tries none."""
    return True


@dataclass(frozen=True)
class Post:
    """A form that one of our pages sent, with details that must not be seen.

    Attributes:
        session: The visitor's session, if the browser sent one.
        fields: The form's fields by name; untrusted.
        caller: The network that the request came from; empty if unknown.
        may_try: Counts the registration that a card is about to be tried for, by its id and once,
            and says whether it may be.
    """

    session: Session | None
    fields: Mapping[str, SecretStr]
    caller: str
    may_try: Callable[[str], bool] = always


@dataclass(frozen=True)
class Download:
    """A file that is streamed while it is generated.

    Attributes:
        name: The file name for saving, in ASCII; empty if the browser should display the file.
        parts: The text, in parts.
        media_type: The media type.
    """

    name: str
    parts: AsyncGenerator[str]
    media_type: str = "text/csv"


ShowPage = Callable[[Runtime, Visit, str], Awaitable[str]]
FirstPaint = Callable[[Runtime, Visit], Awaitable[Filling | Moved]]
TakePost = Callable[[Runtime, Post], Awaitable[Moved]]
MakeDownload = Callable[[Runtime, Visit], Download]
