"""View rows of the registration page, with or without a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.core.text import is_code
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.registration import WindowCall
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import subscribe
from tossbill_ui.subscriptions.actions.subscribe import Quote, Terms
from tossbill_ui.subscriptions.reading.methods import OfferedMethod, offered_methods
from tossbill_ui.subscriptions.terms.pricing import amount_of
from tossbill_ui.ui.plans import text as plans_text
from tossbill_ui.ui.registration import card_text, plan_text, text
from tossbill_ui.ui.registration.ways import NEW_METHOD, Ways
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import PayChoice, method_label, note
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.shared.view_rows import BLANK

ONLY_CARDS = Ways()


@dataclass(frozen=True)
class RegisterView:
    """The content of the page.

    ``view`` is ``ready`` (Toss's window is next), ``confirm`` (a charge is next) or ``stopped``.
    """

    view: str
    testid: str
    has_plan: str
    has_methods: str
    title: str
    body: str
    today: str
    next_label: str
    next: str
    plan: str
    setup: str
    consent: str
    method: str
    pay: str
    press: str
    press_account: str
    accounts: str
    card_form: str
    action: str
    action_href: str


def _view(view: str, title: str, body: str, **parts: str) -> RegisterView:
    return RegisterView(
        view=view,
        testid=parts.get("testid", "register"),
        has_plan="yes" if parts.get("plan") else "no",
        has_methods="yes" if parts.get("method") else "no",
        title=title,
        body=body,
        today=parts.get("today") or wording.won(0),
        next_label=parts.get("next_label") or text.REGISTER_STORED(),
        next=parts.get("next") or text.REGISTER_STORED_VALUE(),
        plan=parts.get("plan") or BLANK,
        setup=parts.get("setup") or BLANK,
        consent=parts.get("consent") or text.REGISTER_CONSENT(),
        method=parts.get("method") or BLANK,
        pay=parts.get("pay") or BLANK,
        press=parts.get("press") or text.REGISTER_BUTTON(),
        press_account=parts.get("press_account") or text.REGISTER_ACCOUNT(),
        accounts=parts.get("accounts", "no"),
        card_form=parts.get("card_form", "no"),
        action=parts.get("action") or BLANK,
        action_href=parts.get("action_href", "/"),
    )


def ready(title: str, body: str, **parts: str) -> RegisterView:
    """Return a page on which Toss's window is next."""
    return _view("ready", title, body, **parts)


def method_only(ways: Ways = ONLY_CARDS) -> RegisterView:
    """Return the page that registers a payment method and nothing else."""
    title = text.REGISTER_TITLE_EITHER if ways.accounts else text.REGISTER_TITLE
    body = card_text.BODY if ways.card_form else text.REGISTER_BODY
    stored = text.REGISTER_STORED_EITHER if ways.accounts else text.REGISTER_STORED_VALUE
    return _view("ready", title(), body(), next=stored(), **ways.parts())


def under_way() -> RegisterView:
    """Return the page for a customer whose last registration is unresolved."""
    title, body = text.REGISTER_UNDER_WAY, text.REGISTER_UNDER_WAY_BODY
    return stopped("registration-under-way", title, body, text.TO_HISTORY, "/history/")


def gone() -> RegisterView:
    """Return the page for a plan that is not on offer."""
    return stopped("plan-gone", plan_text.GONE_TITLE, plan_text.GONE_BODY, plans_text.TO_PLANS, "/")


def subscribed() -> RegisterView:
    """Return the page for a plan that the customer is already on."""
    title, body = plan_text.SUBSCRIBED_TITLE, plan_text.SUBSCRIBED_BODY
    return stopped("plan-subscribed", title, body, plans_text.TO_SUBSCRIPTION, "/subscription/")


def stopped(testid: str, title: Text, body: Text, action: Text, href: str) -> RegisterView:
    """Return a page on which nothing can be registered now, with the way on."""
    return _view("stopped", title(), body(), testid=testid, action=action(), action_href=href)


@dataclass(frozen=True)
class Opened:
    """The page for a customer.

    Attributes:
        view: The content.
        call: Opens Toss's window; None where it must not open.
        choices: The customer's methods, the default first, if there is a plan.
        chosen: The proposed one; empty if none of them works, so that a new one is next.
        confirm: The content once one is chosen.
        terms: The terms that a press on the page accepts.
    """

    view: RegisterView
    call: WindowCall | None = None
    choices: tuple[PayChoice, ...] = ()
    chosen: str = ""
    confirm: RegisterView | None = None
    terms: Terms | None = None


async def opened(rt: Runtime, session: Session, plan_code: str, *, wanted: str = "") -> Opened:
    """Return the page, with a registration started, so that the first press opens the window.

    Args:
        rt: The process's runtime.
        session: The customer's session.
        plan_code: Untrusted; empty to register a payment method only.
        wanted: The id of the method to propose, for example one just registered. Untrusted.
    """
    actor, quote = actor_of(session), None
    if plan_code:
        try:
            quote = await _quote(rt, actor, plan_code)
        except NotFound:
            return Opened(gone())
        if quote.is_subscribed:
            return Opened(subscribed())
    try:
        call = await registration.start(rt, session, plan_code=plan_code)
    except Conflict:
        return Opened(under_way())
    if quote is None:
        return Opened(method_only(Ways.of(rt.settings)), call)
    offered = await offered_methods(rt, actor)
    return _opened(quote, call, offered, wanted, Ways.of(rt.settings))


def _opened(
    quote: Quote,
    call: WindowCall,
    offered: Sequence[OfferedMethod],
    wanted: str,
    ways: Ways,
) -> Opened:
    """Propose a method that works; without one, or if asked to, a new one is registered next."""
    choices = _choices(offered)
    working = [choice for one, choice in zip(offered, choices, strict=True) if one.works]
    wants_new = wanted == NEW_METHOD and ways.card_form
    if working and not wants_new:
        first = next((choice for choice in working if choice.method_id == wanted), working[0])
        shown = _confirm(quote, first.label, ways)
        return Opened(shown, call, choices, first.method_id, shown, quote.terms)
    new = plan_text.NEW_METHOD() if choices else ""
    shown = _register_first(quote, new, ways)
    confirm = _confirm(quote, new, ways)
    return Opened(shown, call, choices, confirm=confirm, terms=quote.terms)


def _choices(offered: Sequence[OfferedMethod]) -> tuple[PayChoice, ...]:
    all_methods = [one.method for one in offered]
    return tuple(
        PayChoice(one.method.id, method_label(one.method), note(one, all_methods))
        for one in offered
    )


async def _quote(rt: Runtime, actor: Actor, plan_code: str) -> Quote:
    if not is_code(plan_code):
        raise NotFound("No plan has such a code.")
    return await subscribe.quote(rt, actor, plan_code)


def _confirm(quote: Quote, method: str, ways: Ways) -> RegisterView:
    """Return the page that charges a method, or starts a trial with it."""
    texts = wording.plan_text(quote.offer.plan)
    price, today = wording.price(quote.offer.price), wording.won(quote.charge_krw)
    consent = plan_text.CONSENT_TRIAL if quote.trial_ends_on else plan_text.CONSENT_PAID
    start = plan_text.TRY if quote.trial_ends_on else plan_text.PAY
    day = wording.day_of(quote.next_charge_at)
    return _with_plan(
        quote,
        "confirm",
        plan_text.CONFIRM_TITLE(name=texts.name),
        texts.description or plan_text.CONFIRM_BODY(),
        consent=consent(amount=today, price=price, day=day),
        method=method,
        pay=start(amount=today),
        **ways.parts(),
    )


def _register_first(quote: Quote, method: str, ways: Ways) -> RegisterView:
    """Return the page that registers a method before anything can be charged."""
    title = plan_text.EITHER_FIRST_TITLE if ways.accounts else plan_text.CARD_FIRST_TITLE
    return _with_plan(
        quote,
        "ready",
        title(name=wording.plan_text(quote.offer.plan).name),
        plan_text.CARD_FIRST_BODY(),
        consent=text.REGISTER_CONSENT(),
        method=method,
        **ways.parts(),
    )


def _with_plan(quote: Quote, view: str, title: str, body: str, **parts: str) -> RegisterView:
    texts, price = wording.plan_text(quote.offer.plan), wording.price(quote.offer.price)
    day, is_trial = wording.day_of(quote.next_charge_at), quote.trial_ends_on is not None
    on_day = plan_text.ON_DAY_IF if is_trial else plan_text.ON_DAY
    return _view(
        view,
        title,
        body,
        today=wording.won(quote.charge_krw),
        next_label=(plan_text.TRIAL_ENDS if is_trial else plan_text.NEXT)(),
        next=on_day(day=day, amount=wording.won(amount_of(quote.offer.price).due_krw)),
        plan=f"{texts.name} {price} {plans_text.PRICE_WITH_TAX()}",
        setup=texts.setup_text,
        **parts,
    )
