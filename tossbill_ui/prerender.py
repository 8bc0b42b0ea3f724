"""The interface between `http` and `ui` for filling in pages and files before they are sent.

`http` serves the HTML that the build prerendered; `ui` knows the text for it. They may not import
each other, so both use these types.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr

from tossbill_ui.core.language import Language
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.invitations import Target, Whose
from tossbill_ui.customers.session import Session
from tossbill_ui.runtime import Runtime

# Pages that show a customer's own; the others can be read by anybody.
OF_A_CUSTOMER = frozenset(
    {"/register/", "/subscription/", "/subscription/sessions/", "/history/", "/methods/"}
)


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


@dataclass(frozen=True, kw_only=True)
class EnterFrame:
    """What the pages to come in by have in common.

    Attributes:
        language: The language of the page.
        address: Its path and query, where its forms are sent and its language switch leads.
        stylesheets: The addresses of the stylesheets of our pages.
        return_url: The page of the shop that this browser's session came from, if any.
    """

    language: Language
    address: str
    stylesheets: Sequence[str]
    return_url: str = ""


@dataclass(frozen=True, kw_only=True)
class LinkView:
    """The page of a link: whose it is, and what continuing does.

    Attributes:
        whose: Whom it signs in.
        target: What it leads to.
        leaves: Whom continuing logs out here.
        loses: Whether what this browser's customer has can be seen nowhere afterwards.
        merge: None unless that can be offered to be taken over; empty if it can be done now, else
            the code of why not.
        hidden: The fields that the form sends back.
    """

    whose: Whose
    target: Target
    leaves: Whose | None
    loses: bool
    merge: str | None
    hidden: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class AddressView:
    """The page that asks for a mail address.

    Attributes:
        why: Why the reader is here: one of the words in the address, or empty.
        problem: The code of what was wrong with what they sent; empty if nothing was.
        email: What they typed.
        next: Where to continue after the sign-in; a path of ours.
        loses: Whether this browser has something that it does not see any more afterwards.
    """

    why: str = ""
    problem: str = ""
    email: str = ""
    next: str
    loses: bool = False


@dataclass(frozen=True, kw_only=True)
class CodeView:
    """The page that asks for the code.

    Attributes:
        attempt: The attempt that it belongs to.
        problem: The code of what was wrong with what was sent; empty if nothing was.
        tries_left: After a wrong one, how many more may be typed.
        next: Where to continue after the sign-in; a path of ours.
    """

    attempt: str
    problem: str = ""
    tries_left: int = 0
    next: str


@dataclass(frozen=True, kw_only=True)
class ChoiceView:
    """The page that asks which of several customers with one address to be.

    Attributes:
        customers: Whose they are, by their ids.
        hidden: The fields that the form sends back.
    """

    customers: Mapping[str, Whose]
    hidden: Mapping[str, str]


EnterView = LinkView | AddressView | CodeView | ChoiceView
ShowPage = Callable[[Runtime, Visit, str], Awaitable[str]]
RenderEnter = Callable[[Settings, EnterFrame, EnterView], str]
FirstPaint = Callable[[Runtime, Visit], Awaitable[Filling | Moved]]
TakePost = Callable[[Runtime, Post], Awaitable[Moved]]
MakeDownload = Callable[[Runtime, Visit], Download]
