"""View rows of a registration for a subscription: before the window, and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import PaymentStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import change_method
from tossbill_ui.subscriptions.reading import view as reading
from tossbill_ui.subscriptions.reading.registered import MethodChange
from tossbill_ui.subscriptions.reading.view import SubscriptionView
from tossbill_ui.ui.plans import text as plans_text
from tossbill_ui.ui.plans.view import register_path
from tossbill_ui.ui.registration import card_text, change_text, text, view
from tossbill_ui.ui.registration.result_view import ResultView
from tossbill_ui.ui.registration.view import Opened, RegisterView
from tossbill_ui.ui.registration.ways import Ways
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.shared.text.declines import decline

SUBSCRIPTION = "subscription"
TO_SUBSCRIPTION = "/subscription/"


def change_path(subscription_id: str, *, method: str = "") -> str:
    """Return the path to register a method at that a subscription is changed to."""
    wanted = {"method": method} if method else {}
    return f"/register/?{urlencode({'for': SUBSCRIPTION, SUBSCRIPTION: subscription_id, **wanted})}"


def path_of(query: Mapping[str, str]) -> str:
    """Return the path of the registration page without anything that it does not know."""
    if query.get("for") == SUBSCRIPTION:
        return change_path(query.get(SUBSCRIPTION, ""))
    return register_path(query.get("plan", ""), query.get("method", ""))


def asked_for_cookies(query: Mapping[str, str]) -> bool:
    """Whether this visit should have brought the session cookie that the last one set."""
    return query.get("cookies") == "asked"


def path_with_cookies(query: Mapping[str, str]) -> str:
    """Return the page's path for a visit that has to bring the session cookie."""
    path = path_of(query)
    return f"{path}{'&' if '?' in path else '?'}cookies=asked"


def no_cookies(query: Mapping[str, str]) -> Opened:
    """Return the page for a browser that keeps no cookies, and so cannot come back from Toss."""
    title, body = text.NO_COOKIES_TITLE, text.NO_COOKIES_BODY
    return Opened(view.stopped("no-cookies", title, body, text.OPEN_AGAIN, path_of(query)))


async def opened(rt: Runtime, session: Session, query: Mapping[str, str]) -> Opened:
    """Return the registration page for its query, which is untrusted."""
    if query.get("for") == SUBSCRIPTION:
        return await opened_for(rt, session, query.get(SUBSCRIPTION, ""))
    return await view.opened(rt, session, query.get("plan", ""), wanted=query.get("method", ""))


async def opened_for(rt: Runtime, session: Session, subscription_id: str) -> Opened:
    """Return the page that changes a subscription to a new method, with a registration started."""
    try:
        seen = await reading.subscription(rt, actor_of(session), subscription_id)
        call = await change_method.register_for(rt, session, subscription_id)
    except NotFound:
        return Opened(_stopped("subscription-gone", change_text.GONE_TITLE, change_text.GONE_BODY))
    except Conflict as refused:
        return Opened(_refused(refused.code))
    return Opened(_ready(seen, Ways.of(rt.settings)), call)


def _refused(code: str) -> RegisterView:
    if code == "under_way":
        return view.under_way()
    if code == "payment_open":
        return _stopped("payment-open", change_text.WAITS_TITLE, change_text.WAITS_BODY)
    return _stopped("subscription-gone", change_text.GONE_TITLE, change_text.GONE_BODY)


def _stopped(testid: str, title: Text, body: Text) -> RegisterView:
    return view.stopped(testid, title, body, plans_text.TO_SUBSCRIPTION, TO_SUBSCRIPTION)


def _ready(seen: SubscriptionView, ways: Ways) -> RegisterView:
    is_owed = seen.payable is not None
    amount = wording.won(seen.payable.amount_krw if seen.payable else 0)
    plan = wording.plan_text(seen.plan).name
    title = change_text.TITLE_OWED if is_owed else change_text.TITLE
    consent = change_text.CONSENT_OWED if is_owed else change_text.CONSENT
    press = change_text.PRESS_OWED if is_owed else change_text.PRESS
    return view.ready(
        title(amount=amount),
        (card_text.BODY_CHANGE if ways.card_form else change_text.BODY)(),
        today=amount,
        plan=f"{plan} {wording.price(seen.price)} {plans_text.PRICE_WITH_TAX()}",
        consent=consent(amount=amount, plan=plan),
        press=press.card(amount=amount),
        press_account=press.account(amount=amount),
        **ways.parts(),
    )


def result(shown: ResultView, change: MethodChange, method: PaymentMethod) -> ResultView:
    """Return the page of an issued method, with what became of its subscription."""
    kind, plan = method.kind, wording.plan_text(change.plan).name
    shown = replace(
        shown, action=plans_text.TO_SUBSCRIPTION(), action_href=TO_SUBSCRIPTION, has=_alone(shown)
    )
    if not change.is_changed:
        return replace(shown, body=change_text.NOT_CHANGED_BODY(plan=plan))
    done = replace(shown, title=change_text.DONE.of(kind)())
    if change.payment is None:
        return replace(done, body=change_text.DONE_BODY(plan=plan))
    amount = wording.won(change.payment.amount_krw)
    match change.payment.status:
        case PaymentStatus.DONE:
            return replace(done, body=change_text.DONE_PAID(amount=amount))
        case PaymentStatus.PENDING:
            body = change_text.PAYING_BODY(amount=amount)
            return replace(done, view="working", testid="registration-working", body=body)
        case PaymentStatus.UNKNOWN:
            body = change_text.DOUBT_BODY.of(kind)(amount=amount)
            return replace(done, view="doubt", testid="registration-in-doubt", body=body)
        case _:
            return _declined(done, change, kind, amount)


def _declined(shown: ResultView, change: MethodChange, kind: str, amount: str) -> ResultView:
    code = (change.payment.failure_code if change.payment else "") or ""
    return replace(
        shown,
        view="failed",
        testid="change-refused",
        title=change_text.REFUSED.of(kind)(),
        body=change_text.REFUSED_BODY(reason=decline(code, kind), amount=amount),
        action=change_text.ANOTHER(),
        action_href=change_path(change.subscription_id),
        second=plans_text.TO_SUBSCRIPTION(),
        second_href=TO_SUBSCRIPTION,
        has=f"{shown.has} second",
    )


def _alone(shown: ResultView) -> str:
    """Return the parts of the page without a second way on."""
    return " ".join(part for part in shown.has.split() if part != "second")
