"""View rows of the registration page, with or without a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.core.text import is_code
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payment_methods.registration import WindowCall
from tossbill_ui.payment_methods.usable import usable_methods
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import subscribe
from tossbill_ui.subscriptions.actions.subscribe import Quote, Terms
from tossbill_ui.subscriptions.terms.pricing import amount_of
from tossbill_ui.ui.plans import text as plans_text
from tossbill_ui.ui.registration import plan_text, text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_label
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.shared.view_rows import BLANK


@dataclass(frozen=True)
class PayChoice:
    """A button for one payment method: to start a subscription, or to change it to the method."""

    method_id: str
    label: str


@dataclass(frozen=True)
class RegisterView:
    """The content of the page.

    ``view`` is ``ready`` (Toss's window is next), ``confirm`` (a charge is next) or ``stopped``.
    """

    view: str
    testid: str
    has_plan: str
    title: str
    body: str
    today: str
    next_label: str
    next: str
    plan: str
    setup: str
    consent: str
    pay: str
    accounts: str
    action: str
    action_href: str


def _view(view: str, title: str, body: str, **parts: str) -> RegisterView:
    return RegisterView(
        view=view,
        testid=parts.get("testid", "register"),
        has_plan="yes" if parts.get("plan") else "no",
        title=title,
        body=body,
        today=parts.get("today") or wording.won(0),
        next_label=parts.get("next_label") or text.REGISTER_STORED(),
        next=parts.get("next") or text.REGISTER_STORED_VALUE(),
        plan=parts.get("plan") or BLANK,
        setup=parts.get("setup") or BLANK,
        consent=parts.get("consent") or text.REGISTER_CONSENT(),
        pay=parts.get("pay") or BLANK,
        accounts=parts.get("accounts", "no"),
        action=parts.get("action") or BLANK,
        action_href=parts.get("action_href", "/"),
    )


def method_only(*, takes_accounts: bool = False) -> RegisterView:
    """Return the page that registers a payment method and nothing else."""
    if not takes_accounts:
        return _view("ready", text.REGISTER_TITLE(), text.REGISTER_BODY())
    return _view(
        "ready",
        text.REGISTER_TITLE_EITHER(),
        text.REGISTER_BODY(),
        next=text.REGISTER_STORED_EITHER(),
        accounts="yes",
    )


def under_way() -> RegisterView:
    """Return the page for a customer whose last registration is unresolved."""
    title, body = text.REGISTER_UNDER_WAY, text.REGISTER_UNDER_WAY_BODY
    return _stopped("registration-under-way", title, body, text.TO_HISTORY, "/history/")


def gone() -> RegisterView:
    """Return the page for a plan that is not on offer."""
    return _stopped(
        "plan-gone", plan_text.GONE_TITLE, plan_text.GONE_BODY, plans_text.TO_PLANS, "/"
    )


def subscribed() -> RegisterView:
    """Return the page for a plan that the customer is already on."""
    title, body = plan_text.SUBSCRIBED_TITLE, plan_text.SUBSCRIBED_BODY
    return _stopped("plan-subscribed", title, body, plans_text.TO_SUBSCRIPTION, "/subscription/")


def _stopped(testid: str, title: Text, body: Text, action: Text, href: str) -> RegisterView:
    return _view("stopped", title(), body(), testid=testid, action=action(), action_href=href)


@dataclass(frozen=True)
class Opened:
    """The page for a customer.

    Attributes:
        view: The content.
        call: Opens Toss's window; None where it must not open.
        choices: The customer's methods, newest first, if a charge is next.
        terms: The terms that a press on the page accepts.
    """

    view: RegisterView
    call: WindowCall | None = None
    choices: tuple[PayChoice, ...] = ()
    terms: Terms | None = None


async def opened(rt: Runtime, session: Session, plan_code: str) -> Opened:
    """Return the page, with a registration started, so that the first press opens the window.

    Args:
        rt: The process's runtime.
        session: The customer's session.
        plan_code: Untrusted; empty to register a payment method only.
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
        return Opened(method_only(takes_accounts=rt.settings.takes_accounts), call)
    choices = tuple(_choice(quote, method) for method in await usable_methods(rt, actor))
    shown = _with_plan(quote, choices, takes_accounts=rt.settings.takes_accounts)
    return Opened(shown, call, choices, quote.terms)


async def _quote(rt: Runtime, actor: Actor, plan_code: str) -> Quote:
    if not is_code(plan_code):
        raise NotFound("No plan has such a code.")
    return await subscribe.quote(rt, actor, plan_code)


def _choice(quote: Quote, method: PaymentMethod) -> PayChoice:
    start = plan_text.TRY_WITH if quote.trial_ends_on else plan_text.PAY_WITH
    label = start(method=wording.by(method_label(method)), amount=wording.won(quote.charge_krw))
    return PayChoice(method_id=method.id, label=label)


def _with_plan(quote: Quote, choices: Sequence[PayChoice], *, takes_accounts: bool) -> RegisterView:
    texts, price = wording.plan_text(quote.offer.plan), wording.price(quote.offer.price)
    first = plan_text.EITHER_FIRST_TITLE if takes_accounts else plan_text.CARD_FIRST_TITLE
    title = plan_text.CONFIRM_TITLE if choices else first
    day, is_trial = wording.day_of(quote.next_charge_at), quote.trial_ends_on is not None
    consent = plan_text.CONSENT_TRIAL if is_trial else plan_text.CONSENT_PAID
    on_day = plan_text.ON_DAY_IF if is_trial else plan_text.ON_DAY
    today = wording.won(quote.charge_krw)
    return _view(
        "confirm" if choices else "ready",
        title(name=texts.name),
        (texts.description or plan_text.CONFIRM_BODY()) if choices else plan_text.CARD_FIRST_BODY(),
        today=today,
        next_label=(plan_text.TRIAL_ENDS if is_trial else plan_text.NEXT)(),
        next=on_day(day=day, amount=wording.won(amount_of(quote.offer.price).due_krw)),
        plan=f"{texts.name} {price} {plans_text.PRICE_WITH_TAX()}",
        setup=texts.setup_text,
        consent=consent(amount=today, price=price, day=day) if choices else text.REGISTER_CONSENT(),
        pay=choices[0].label if choices else "",
        accounts="yes" if takes_accounts else "no",
    )
