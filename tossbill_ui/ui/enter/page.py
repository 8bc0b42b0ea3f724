"""Writes the pages to come in by: of a link, for an address, for a code, and for a choice."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from tossbill_ui.core.settings import Settings
from tossbill_ui.prerender import (
    AddressView,
    ChoiceView,
    CodeView,
    EnterFrame,
    EnterView,
    LinkView,
)
from tossbill_ui.ui.enter import link_page, text
from tossbill_ui.ui.enter.forms import button, form, typed
from tossbill_ui.ui.enter.frame import framed, link
from tossbill_ui.ui.enter.masking import account
from tossbill_ui.ui.shared.text import Text, speak
from tossbill_ui.ui.shared.text.frame import TO_SHOP

PATH = "/enter/"


def render(settings: Settings, frame: EnterFrame, view: EnterView) -> str:
    """Return a page in HTML.

    Args:
        settings: The shop's settings.
        frame: What the pages have in common.
        view: What this one shows.
    """
    speak(frame.language)
    match view:
        case LinkView():
            title, content = text.LINK_TITLE(), link_page.content(settings, frame, view)
        case AddressView(why="other"):
            title, content = text.OTHER_TITLE(), _other(settings, view)
            frame = _at(frame, _here(why=view.why, next=view.next))
        case AddressView():
            title, content = _address(view, frame)
            frame = _at(frame, _here(why=view.why, next=view.next))
        case CodeView():
            title, content = text.CODE_TITLE(), _code(view, frame)
            frame = _at(frame, _here(attempt=view.attempt, next=view.next))
        case ChoiceView():
            title, content = text.CHOICE_TITLE(), _choice(view)
            given = view.hidden
            frame = _at(frame, _here(attempt=given["attempt"], next=given["next"]))
    return framed(settings, frame, title, content)


def _at(frame: EnterFrame, address: str) -> EnterFrame:
    """Return a frame whose language switch leads to the page, not to the form that was sent."""
    return EnterFrame(
        language=frame.language,
        address=address,
        stylesheets=frame.stylesheets,
        return_url=frame.return_url,
    )


def _here(**query: str) -> str:
    return f"{PATH}?{urlencode({name: value for name, value in query.items() if value})}"


def _head(title: Text, lead: Text) -> str:
    return f'<h1 class="title">{escape(title())}</h1>\n<p class="lead">{escape(lead())}</p>'


def _address(view: AddressView, frame: EnterFrame) -> tuple[str, str]:
    title, lead = text.WHY.get(view.why, (text.TITLE, text.LEAD))
    loses = link_page.alert(text.HAS_TITLE(), text.LOSES_FIRST()) if view.loses else ""
    field = typed(
        text.EMAIL,
        _problem(view.problem),
        name="email",
        value=view.email,
        inputmode="email",
        autocomplete="email",
        maxlength="254",
        **{"data-testid": "enter-email", "spellcheck": "false", "autocapitalize": "none"},
    )
    field += _at_the_shop(frame)
    send = button(text.SEND(), weight="primary", testid="enter-submit")
    return title(), _head(title, lead) + loses + form(PATH, {"next": view.next}, field, send)


def _other(settings: Settings, view: AddressView) -> str:
    onward = link(
        settings.public_url + view.next,
        escape(text.CONTINUE()),
        "button primary",
        **{"data-testid": "enter-continue"},
    )
    other = link(_here(next=view.next), escape(text.OTHER_ENTER()), "button second")
    head = _head(text.OTHER_TITLE, text.OTHER_BODY)
    return f'{head}\n<div class="bottom">{onward}{other}</div>'


def _at_the_shop(frame: EnterFrame) -> str:
    """Return the other way in, for whom no code arrives: a new link of the shop."""
    words = escape(text.ASK_SHOP())
    back = link(frame.return_url, escape(TO_SHOP())) if frame.return_url else ""
    return f'<p class="fine" data-testid="enter-ask-shop">{words} {back}</p>'


def _code(view: CodeView, frame: EnterFrame) -> str:
    field = typed(
        text.CODE,
        _problem(view.problem, left=view.tries_left),
        name="code",
        value="",
        inputmode="numeric",
        autocomplete="one-time-code",
        maxlength="20",
        **{"data-testid": "enter-code"},
    )
    field += _at_the_shop(frame)
    hidden = {"attempt": view.attempt, "next": view.next}
    enter = button(text.ENTER(), weight="primary", testid="enter-submit")
    again = link(_here(next=view.next), escape(text.AGAIN()), "button second")
    return _head(text.CODE_TITLE, text.CODE_LEAD) + form(PATH, hidden, field, enter + again)


def _choice(view: ChoiceView) -> str:
    buttons = "".join(
        button(words, name="customer", value=customer_id, testid="enter-customer")
        for customer_id, words in _labels(view).items()
    )
    head = _head(text.CHOICE_TITLE, text.CHOICE_LEAD)
    return head + form(PATH, view.hidden, "", buttons)


def _labels(view: ChoiceView) -> Mapping[str, str]:
    """Return what each account is called; those that look alike get a number."""
    labels = {each: " · ".join(account(whose)) for each, whose in view.customers.items()}
    seen = list(labels.values())
    return {
        each: f"{words} ({number})" if seen.count(words) > 1 else words
        for number, (each, words) in enumerate(labels.items(), start=1)
    }


def _problem(code: str, **values: object) -> str:
    return text.PROBLEMS[code](**values) if code in text.PROBLEMS else ""
