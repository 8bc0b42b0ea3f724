"""A return in another browser: whose account is asked about, and what becomes of the answer.

The page is plain HTML: it works without a script, and that browser has no session (ADR-0045).
"""

from __future__ import annotations

from dataclasses import replace

from tossbill_ui.core.actor import customer
from tossbill_ui.core.errors import Conflict, NotAllowed, NotFound
from tossbill_ui.customers import masked
from tossbill_ui.payment_methods import confirmation
from tossbill_ui.payment_methods.confirmation import Proof, Stage, Waiting
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.prerender import Moved, Post, Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading import registered
from tossbill_ui.subscriptions.reading import view as reading
from tossbill_ui.ui.registration import callback, confirm_html, confirm_text, result_view
from tossbill_ui.ui.registration.confirm_address import (
    AMOUNT,
    BUSY,
    CHANGED,
    NOTE,
    address,
    carried,
    kind_of,
    proof_of,
)
from tossbill_ui.ui.registration.confirm_html import Question
from tossbill_ui.ui.registration.result_view import ResultView
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.plain_page import shops_page
from tossbill_ui.ui.shared.text import Text, speak

WAIT_SECONDS = 0.8
AGAIN_SECONDS = 2
NOTES = {CHANGED: confirm_text.CHANGED, BUSY: confirm_text.BUSY}
ENDED: dict[Stage, tuple[str, Text, Text]] = {
    Stage.UNANSWERED: ("nothing", confirm_text.OVER_TITLE, confirm_text.OVER_BODY),
    Stage.REPLACED: ("already_used", confirm_text.REPLACED_TITLE, confirm_text.REPLACED_BODY),
    Stage.CLOSED: ("not_shown", confirm_text.CLOSED_TITLE, confirm_text.CLOSED_BODY),
}


async def show(rt: Runtime, visit: Visit, stylesheet: str) -> str:
    """Return the page for the browser that came back: the question, or the result.

    Args:
        rt: The process's runtime.
        visit: The visit; its query is untrusted.
        stylesheet: The address of the stylesheet of our pages.
    """
    speak(visit.language)
    proof, kind = proof_of(visit.query, visit.caller), kind_of(visit.query)
    try:
        found = await confirmation.waiting(rt, visit.session, proof)
    except NotAllowed as refused:
        shown = result_view.problem(refused.code)
        return _page(rt, shown.title, confirm_html.result(shown, then=""), stylesheet)
    if found.stage is Stage.ASKED:
        asked = await _question(rt, found, proof, kind, NOTES.get(visit.query.get(NOTE, "")))
        return _page(rt, asked.title, confirm_html.question(asked), stylesheet)
    shown, then, is_final = await _result(rt, found, kind)
    content = confirm_html.result(shown, then=then)
    return _page(rt, shown.title, content, stylesheet, again=not is_final)


def _page(rt: Runtime, title: str, content: str, stylesheet: str, *, again: bool = False) -> str:
    """Return the page; without a script it follows its result by being loaded again."""
    seconds = AGAIN_SECONDS if again else None
    return shops_page(rt.settings, title, content, stylesheet=stylesheet, again_in=seconds)


async def _question(
    rt: Runtime, found: Waiting, proof: Proof, kind: str, note: Text | None
) -> Question:
    owed = await _owed(rt, found.registration)
    plan = await registered.wanted_plan(rt, found.registration)
    name = wording.plan_text(plan).name if plan else ""
    amount = wording.won(owed)
    facts = [
        (confirm_text.ACCOUNT, masked.who(found.owner) or confirm_text.UNKNOWN()),
        (confirm_text.NUMBER, masked.account_number(found.owner.id)),
    ]
    is_change = found.registration.subscription_id is not None
    if name:
        facts.append((confirm_text.METHOD_OF if is_change else confirm_text.PLAN, name))
    facts.append((confirm_text.STARTED, wording.moment(found.registration.created_at)))
    facts.append((confirm_text.TODAY, amount))
    warning = confirm_text.WARNING_OTHER if found.is_of_another else confirm_text.WARNING
    return Question(
        title=confirm_text.TITLE.of(kind)(),
        facts=facts,
        warning=warning(),
        consent=_consent(name if is_change else "", owed),
        yes=confirm_text.YES_OWED(amount=amount) if owed else confirm_text.YES.of(kind)(),
        hidden=carried(proof, kind) | {AMOUNT: str(owed)},
        note=note() if note else "",
    )


def _consent(plan: str, owed: int) -> str:
    if not plan:
        return confirm_text.CONSENT()
    if owed:
        return confirm_text.CONSENT_OWED(amount=wording.won(owed), plan=plan)
    return confirm_text.CONSENT_CHANGE(plan=plan)


async def _owed(rt: Runtime, registration: Registration) -> int:
    """Return what registering charges at once: what its subscription owes, if it is for one."""
    if registration.subscription_id is None:
        return 0
    owner = customer(registration.customer_id)
    try:
        seen = await reading.subscription(rt, owner, registration.subscription_id)
    except NotFound:
        return 0
    return seen.payable.amount_krw if seen.payable else 0


async def _result(rt: Runtime, found: Waiting, kind: str) -> tuple[ResultView, str, bool]:
    """Return the result, what to do now, and whether it is final."""
    if found.stage in ENDED:
        view, title, body = ENDED[found.stage]
        return replace(result_view.nothing(), view=view, title=title(), body=body()), "", True
    query = {"registration": found.registration.id, "kind": kind}
    owner = customer(found.owner.id)
    shown, is_final = await callback.outcome_view(rt, owner, query, seconds=WAIT_SECONDS)
    if shown.view == "issued" and found.registration.subscription_id is None:
        number = masked.account_number(found.owner.id)
        shown = replace(shown, body=confirm_text.DONE_BODY(number=number))
    then = confirm_text.CONTINUE if is_final else confirm_text.FOLLOWS
    return shown, then(), is_final


async def take_answer(rt: Runtime, post: Post) -> Moved:
    """Take the answer, and lead back to the page, which shows what became of it."""
    form = {name: value.get_secret_value() for name, value in post.fields.items()}
    proof, kind = proof_of(form, post.caller), kind_of(form)
    try:
        note = await _take(rt, post, proof, form)
    except NotAllowed as refused:
        return Moved(f"/success/?problem={refused.code}")
    return Moved(address(rt.settings, proof, kind, note=note))


async def _take(rt: Runtime, post: Post, proof: Proof, form: dict[str, str]) -> str:
    """Take the answer; return why the question has to be asked again, if it has."""
    if form.get("answer") == "no":
        await confirmation.decline(rt, post.session, proof)
    if form.get("answer") != "yes":
        return ""
    found = await confirmation.waiting(rt, post.session, proof)
    if form.get(AMOUNT) != str(await _owed(rt, found.registration)):
        return CHANGED
    try:
        await confirmation.confirm(rt, post.session, proof)
    except Conflict:
        return BUSY
    return ""
