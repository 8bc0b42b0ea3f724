"""The open panel before any script runs: one layout that any panel fits into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.shared.panel_address import PanelAddress, PanelName
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.shared.view_rows import ABSENT, BLANK, flat
from tossbill_ui.ui.subscription import change_text, panel_view, price_increase_text, text
from tossbill_ui.ui.subscription.cancel_view import CancelView
from tossbill_ui.ui.subscription.change_view import ChangeView, PlanChoice
from tossbill_ui.ui.subscription.notice import refusal
from tossbill_ui.ui.subscription.pause_view import PauseView
from tossbill_ui.ui.subscription.price_increase_view import PriceView
from tossbill_ui.ui.subscription.view import MethodPanel

# The number of methods or plans in the prerendered panel; the state adds the rest.
OPTIONS = 4
LEAVE: dict[str, Text] = {
    PanelName.CANCEL: text.KEEP,
    PanelName.METHOD: text.METHOD_KEEP,
    PanelName.PLAN: change_text.LEAVE,
    PanelName.CHANGE: change_text.LEAVE,
    PanelName.PRICE: price_increase_text.LATER,
    PanelName.PAUSE: text.KEEP,
}


@dataclass(frozen=True)
class PaintedCard:
    """A choice with its amount; by default one that is not shown."""

    testid: str = ABSENT
    when: str = BLANK
    amount: str = BLANK
    how: str = BLANK
    press: str = BLANK


@dataclass(frozen=True)
class PaintedOption:
    """A method or a plan; by default one that is not shown."""

    testid: str = ABSENT
    label: str = BLANK
    note: str = BLANK
    note_testid: str = ABSENT


@dataclass(frozen=True)
class PaintedPanel:
    """A panel, or the sentence that says why it does not open; by default neither."""

    panel: str = "none"
    title: str = BLANK
    body: str = BLANK
    body_testid: str = ABSENT
    leave: str = BLANK
    register_href: str = "/register/"
    refused: str = BLANK
    refused_testid: str = ABSENT
    card0: PaintedCard = PaintedCard()
    card1: PaintedCard = PaintedCard()
    option0: PaintedOption = PaintedOption()
    option1: PaintedOption = PaintedOption()
    option2: PaintedOption = PaintedOption()
    option3: PaintedOption = PaintedOption()


async def slots(rt: Runtime, actor: Actor, asked: PanelAddress) -> dict[str, str]:
    """Return the slots of the panel that an address names."""
    return flat(await painted(rt, actor, asked), "painted_")


async def painted(rt: Runtime, actor: Actor, asked: PanelAddress) -> PaintedPanel:
    """Return the panel that an address names, or why it does not open."""
    if not asked.panel:
        return PaintedPanel()
    try:
        found, refused = await panel_view.content(rt, actor, asked), None
    except (NotFound, Conflict) as error:
        found, refused = None, error
    if found is None:
        words = refusal(refused).words
        return PaintedPanel(refused=words, refused_testid="panel-refused")
    return replace(_of(found), panel=asked.panel, leave=LEAVE[asked.panel]())


def _of(found: object) -> PaintedPanel:
    match found:
        case CancelView():
            wait = _card(found.wait_when, found.wait_refund, text.CANCEL_WAIT_HOW(), found.wait)
            now = _card(text.CANCEL_NOW_WHEN(), found.now_refund, found.now_how, found.now)
            return _cards(found.title, [wait, now] if found.can_wait else [now])
        case ChangeView():
            now = _card(change_text.NOW_WHEN(), found.now_amount, found.now_how, found.now)
            later = _card(found.later_when, found.later_amount, found.later_how, found.later)
            return _cards(found.title, [now, later])
        case PriceView():
            yes = _card(found.yes_when, found.yes_amount, found.yes_how, found.yes)
            no = _card(found.no_when, found.no_amount, found.no_how, found.no)
            return _cards(found.title, [yes, no])
        case PauseView():
            card = _card(found.when, found.amount, found.how, text.PAUSE_NOW())
            return _cards(found.title, [card])
        case MethodPanel():
            options = [(choice.label, choice.note) for choice in found.choices]
            shown = _options(text.METHOD_TITLE(), found.body, options)
            return replace(shown, register_href=found.register_href)
        case _:
            return _plans(found)


def _plans(found: object) -> PaintedPanel:
    plans: Sequence[PlanChoice] = found if isinstance(found, tuple) else ()
    body = change_text.CHOOSE_BODY() if plans else change_text.NONE()
    return _options(change_text.CHOOSE(), body, [(each.name, each.price) for each in plans])


def _card(when: str, amount: str, how: str, press: str) -> PaintedCard:
    return PaintedCard(testid="painted-choice", when=when, amount=amount, how=how, press=press)


def _cards(title: str, cards: Sequence[PaintedCard]) -> PaintedPanel:
    shown: dict[str, Any] = {f"card{at}": card for at, card in enumerate(cards)}
    return PaintedPanel(title=title, **shown)


def _options(title: str, body: str, options: Sequence[tuple[str, str]]) -> PaintedPanel:
    shown: dict[str, Any] = {
        f"option{at}": PaintedOption(
            "painted-option", label, note or BLANK, "option-note" if note else ABSENT
        )
        for at, (label, note) in enumerate(options[:OPTIONS])
    }
    return PaintedPanel(title=title, body=body, body_testid="painted-body", **shown)
