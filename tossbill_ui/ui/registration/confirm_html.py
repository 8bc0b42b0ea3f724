"""The HTML of the question in the browser that came back, and of its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tossbill_ui.ui.components.mark import STROKES
from tossbill_ui.ui.registration import confirm_text, text
from tossbill_ui.ui.registration.confirm_address import PATH
from tossbill_ui.ui.registration.result_view import ResultView
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.shared.view_rows import BLANK

# A bar at the bottom of the screen would cover the warning, which is to be read first.
AT_THE_END = "position:static"


@dataclass(frozen=True, kw_only=True)
class Question:
    """The question.

    Attributes:
        facts: Whose account it is, what it is for, and when it was started: names and values.
        hidden: The fields that the form carries.
        note: Why it is asked again; empty if it is not.
    """

    title: str
    facts: Sequence[tuple[Text, str]]
    warning: str
    consent: str
    yes: str
    hidden: Mapping[str, str]
    note: str = ""


def question(shown: Question) -> str:
    """Return the element ``main`` of the question."""
    pairs = "".join(
        f"<div><dt>{escape(name())}</dt><dd>{escape(value)}</dd></div>"
        for name, value in shown.facts
    )
    note = f'<p class="notice" role="alert">{escape(shown.note)}</p>' if shown.note else ""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in shown.hidden.items()
    )
    return f"""<main class="content" data-testid="confirm" data-view="asked">
<h1 class="title">{escape(shown.title)}</h1>
<p class="lead">{escape(confirm_text.BODY())}</p>
{note}
<dl class="receipt">{pairs}</dl>
<div class="alert" data-tone="amber">
<strong>{escape(confirm_text.WARNING_TITLE())}</strong><p>{escape(shown.warning)}</p>
</div>
<form method="post" action="{PATH}" class="bottom" style="{AT_THE_END}">{hidden}
<p class="fine">{escape(shown.consent)}</p>
{_answer("yes", shown.yes, "primary", "confirm-here")}
{_answer("no", confirm_text.NO(), "", "confirm-no")}
<p class="fine">{escape(confirm_text.UNTIL())}</p>
</form>
</main>"""


def _answer(value: str, words: str, weight: str, testid: str) -> str:
    return (
        f'<button name="answer" value="{value}" class="{f"button {weight}".strip()}"'
        f' data-testid="{testid}">{escape(words)}</button>'
    )


def result(shown: ResultView, *, then: str) -> str:
    """Return the element ``main`` of a result; it leads to no page, which would need a session.

    Args:
        shown: The result.
        then: What to do now.
    """
    strokes = "".join(
        f'<path d="{d}" pathlength="1" class="{name}"/>' for name, d in STROKES.items()
    )
    return f"""<main class="content" data-testid="confirm">
<section class="result" data-view="{escape(shown.view)}" data-has="{escape(shown.has)}"
 data-testid="{escape(shown.testid)}">
<div class="mark" aria-hidden="true"><svg viewBox="0 0 56 56">{strokes}</svg></div>
<h1 class="title">{escape(shown.title)}</h1>
<p class="lead">{escape(shown.body)}</p>
{_method(shown)}{_reason(shown)}
<p class="lead">{escape(then)}</p>
</section>
</main>"""


def _method(shown: ResultView) -> str:
    if shown.method_label == BLANK:
        return ""
    return f"""<div class="card part method_label method">
<strong class="method-label" data-testid="method-label">{escape(shown.method_label)}</strong>
<span class="method-detail">{escape(shown.method_detail)}</span>
</div>"""


def _reason(shown: ResultView) -> str:
    pairs = ((text.CODE_LABEL, shown.code, "code"), (text.MESSAGE_LABEL, shown.message, "message"))
    rows = "".join(
        f'<div class="part {part}"><dt>{escape(name())}</dt><dd>{escape(value)}</dd></div>'
        for name, value, part in pairs
        if value != BLANK
    )
    return f'<dl class="reason">{rows}</dl>' if rows else ""
