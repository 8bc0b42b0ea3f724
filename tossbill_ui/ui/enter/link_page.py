"""The page of a link: whose account it opens, what for, and what that ends in this browser."""

from __future__ import annotations

from html import escape

from tossbill_ui.core.settings import Settings
from tossbill_ui.prerender import EnterFrame, LinkView
from tossbill_ui.ui.enter import text
from tossbill_ui.ui.enter.forms import button, form
from tossbill_ui.ui.enter.masking import account
from tossbill_ui.ui.shared.text.refusals import REFUSALS


def content(settings: Settings, frame: EnterFrame, view: LinkView) -> str:
    """Return the page's content in HTML."""
    brand = settings.tossbill_brand_name
    task = text.TASKS[view.target.task] if view.target.task else text.LINK_LEAD
    first, *more = account(view.whose)
    lines = "".join(f"<p>{escape(line)}</p>" for line in more)
    return f"""<h1 class="title">{escape(text.LINK_TITLE())}</h1>
<p class="lead">{escape(task(brand=brand))}</p>
<div class="card whose"><h2>{escape(text.ACCOUNT())}</h2>
<p class="sum"><strong data-testid="enter-whose">{escape(first)}</strong></p>{lines}</div>
{_leaves(view)}{_has(view)}<p class="fine not-mine">{escape(text.NOT_MINE())}</p>
{form(frame.address, view.hidden, "", _buttons(view))}"""


def alert(title: str, body: str) -> str:
    """Return a banner with what its reader must know first."""
    return (
        f'<div class="alert" data-tone="amber" role="note" data-testid="enter-note">'
        f"<strong>{escape(title)}</strong><p>{escape(body)}</p></div>"
    )


def _leaves(view: LinkView) -> str:
    if view.leaves is None:
        return ""
    who = account(view.leaves)[0]
    return alert(text.LEAVES_TITLE(who=who), text.LEAVES_BODY())


def _has(view: LinkView) -> str:
    """Return what becomes of what this browser has, and why it cannot be merged now."""
    if not view.loses:
        return ""
    if view.merge is None:
        return alert(text.HAS_TITLE(), text.LOSES_BODY())
    if view.merge:
        return alert(text.HAS_TITLE(), f"{REFUSALS[view.merge]()} {text.LOSES_BODY()}")
    return alert(text.HAS_TITLE(), text.HAS_BODY())


def _buttons(view: LinkView) -> str:
    """Return one button, or two of equal weight where there is a choice."""
    if view.merge is None:
        return button(text.CONTINUE(), weight="primary", testid="enter-continue")
    without = button(text.WITHOUT(), name="merge", value="no", testid="enter-continue")
    merge = button(text.MERGE(), name="merge", value="yes", testid="enter-merge")
    return without if view.merge else merge + without
