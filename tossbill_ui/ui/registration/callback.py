"""The return from Toss's window, the same steps for `first_paint` and for the states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, NotAllowed
from tossbill_ui.core.text import is_code
from tossbill_ui.customers import masked
from tossbill_ui.customers.session import Session
from tossbill_ui.notices import address
from tossbill_ui.payment_methods import confirmation, registration, session_renewal
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods.models import Registration, RegistrationStatus
from tossbill_ui.payment_methods.outcome import Outcome
from tossbill_ui.payment_methods.ticket import Return
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import SubscriptionStatus
from tossbill_ui.subscriptions.reading import registered
from tossbill_ui.subscriptions.reading.view import subscriptions
from tossbill_ui.ui.plans import text as plans_text
from tossbill_ui.ui.plans import view as plans_view
from tossbill_ui.ui.registration import (
    change_view,
    confirm_address,
    confirm_text,
    plan_text,
    result_view,
)
from tossbill_ui.ui.registration.result_view import ResultView
from tossbill_ui.ui.registration.ways import NEW_METHOD
from tossbill_ui.ui.shared import view_rows

# Not charged again, so that the payment method cannot be changed.
OVER = (SubscriptionStatus.CANCELED, SubscriptionStatus.ENDED)
# The page's script adds it to the return address when it opens the window for an account.
ACCOUNT = "account"


async def take_success(
    rt: Runtime, session: Session | None, query: Mapping[str, str], *, caller: str = ""
) -> str | None:
    """Finish a registration that returned with an authKey; return where to continue without it.

    In another browser than the one that began, that is the question whether to register.
    """
    if "authKey" not in query:
        return None
    back = Return(
        registration_id=query.get("registration", ""),
        token=query.get("token", ""),
        auth_key=query["authKey"],
        customer_key=query.get("customerKey", ""),
        caller=caller,
    )
    try:
        proof = await registration.finish(rt, session, back)
    except (NotAllowed, Conflict) as refused:
        return f"/success/?{urlencode({'problem': refused.code, **_carried(query)})}"
    if proof is not None:
        return confirm_address.address(rt.settings, proof, confirm_address.kind_of(query))
    return f"/success/?{urlencode({'registration': back.registration_id, **_carried(query)})}"


async def next_session(
    rt: Runtime, session: Session | None, query: Mapping[str, str]
) -> Session | None:
    """Return the session to continue with after the customer's first method, if another one."""
    if session is None:
        return None
    return await session_renewal.successor(
        rt,
        session,
        registration_id=query.get("registration", ""),
        auth_key=query.get("authKey", ""),
    )


async def take_failure(
    rt: Runtime, session: Session | None, query: Mapping[str, str]
) -> str | None:
    """Record a return without a card; return where to continue without its token."""
    if "token" not in query:
        return None
    code, message = query.get("code", ""), query.get("message", "")
    try:
        await registration.end_in_window(
            rt,
            session,
            registration_id=query.get("registration", ""),
            token=query["token"],
            code=code,
            message=message,
        )
    except NotAllowed:
        shown = {
            "code": code[: view_rows.CODE_SHOWN],
            "message": message[: view_rows.MESSAGE_SHOWN],
        }
        return f"/fail/?{urlencode(shown | _carried(query))}"
    registration_id = query.get("registration", "")
    return f"/fail/?{urlencode({'registration': registration_id, **_carried(query)})}"


def _carried(query: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters to pass on: the wanted plan and the kind of method."""
    plan_code, kind = query.get("plan", ""), query.get("kind", "")
    return ({"plan": plan_code} if is_code(plan_code) else {}) | (
        {"kind": kind} if kind == ACCOUNT else {}
    )


async def outcome_view(
    rt: Runtime, actor: Actor, query: Mapping[str, str], *, seconds: float
) -> tuple[ResultView, bool]:
    """Return what the page shows, after waiting a while for a result, and whether it is final."""
    kind = query.get("kind", "card")
    if "problem" in query or "registration" not in query:
        return await _lead_on(rt, actor, _without_registration(query, kind), query), True
    try:
        outcome = await outcomes.wait(rt, actor, query["registration"], seconds=seconds)
    except NotAllowed:
        return result_view.not_shown(), True
    view = result_view.result(outcome, kind)
    if outcome.registration.status == RegistrationStatus.RETURNED:
        return _waiting(outcome.registration, view), outcome.is_final
    if outcome.registration.subscription_id:
        return await _for_subscription(rt, actor, outcome, view, seconds)
    method_id = outcome.method.id if outcome.method else ""
    return await _lead_on(rt, actor, view, query, method_id), outcome.is_final


def _without_registration(query: Mapping[str, str], kind: str) -> ResultView:
    if "problem" in query:
        return result_view.problem(query["problem"])
    if "code" in query:
        return result_view.failure(query["code"], query.get("message", ""), kind)
    return result_view.nothing()


async def _for_subscription(
    rt: Runtime, actor: Actor, outcome: Outcome, view: ResultView, seconds: float
) -> tuple[ResultView, bool]:
    """Return what became of the subscription, or lead back to its change without a method."""
    if outcome.method is None or view.view != "issued":
        path = change_view.change_path(outcome.registration.subscription_id or "")
        return _retry_at(view, path), outcome.is_final
    change = await registered.wait(rt, actor, outcome.registration, seconds=seconds)
    return change_view.result(view, change, outcome.method), change.is_final


def _waiting(waits: Registration, view: ResultView) -> ResultView:
    """Say which account the other browser asks about, and lead to another attempt here."""
    number = masked.account_number(waits.customer_id)
    path = view.action_href
    if waits.subscription_id:
        path = change_view.change_path(waits.subscription_id, method=NEW_METHOD)
    elif waits.plan_code:
        path = plans_view.register_path(waits.plan_code, NEW_METHOD)
    body = f"{view.body}\n{confirm_text.WAITS_ACCOUNT(number=number)}"
    return replace(view, body=body, action_href=path)


async def waiting_path(
    rt: Runtime, session: Session | None, query: Mapping[str, str]
) -> str | None:
    """Return where the result of a registration is that waits for a yes in another browser.

    Args:
        rt: The process's runtime.
        session: The session of the browser that began.
        query: The query of the registration page; untrusted.

    Returns:
        None if nothing waits, or if another method is wanted.
    """
    if session is None or query.get("method") == NEW_METHOD:
        return None
    subscription_id = query.get(change_view.SUBSCRIPTION, "")
    is_change = query.get("for") == change_view.SUBSCRIPTION
    plan_code = "" if is_change else _carried(query).get("plan", "")
    found = await confirmation.waiting_of(
        rt, session, plan_code=plan_code, subscription_id=subscription_id if is_change else None
    )
    return result_path(found, plan_code) if found else None


def result_path(registration_id: str, plan_code: str) -> str:
    """Return the path of a registration's result."""
    plan = {"plan": plan_code} if is_code(plan_code) else {}
    return f"/success/?{urlencode({'registration': registration_id, **plan})}"


async def came_back_elsewhere(rt: Runtime, actor: Actor, registration_id: str) -> bool:
    """Whether one of the customer's registrations came back in another browser."""
    try:
        outcome = await outcomes.get_outcome(rt, actor, registration_id)
    except NotAllowed:
        return False
    return outcome.registration.returned_at is not None


async def _offering(rt: Runtime, actor: Actor, view: ResultView) -> ResultView:
    """Offer to verify an address: a browser that came by itself has no other way back."""
    found = await address.get_address(rt, actor)
    if rt.settings.is_linked or actor.scope or found.is_verified:
        return view
    return replace(view, has=f"{view.has} verify")


async def _lead_on(
    rt: Runtime, actor: Actor, view: ResultView, query: Mapping[str, str], method_id: str = ""
) -> ResultView:
    """Lead to what the customer came for: a plan, the subscriptions, or the plans."""
    if plan_code := _carried(query).get("plan", ""):
        return _towards(view, plan_code, method_id)
    if view.view != "issued":
        return view
    view = await _offering(rt, actor, view)
    if await _has_one_to_change(rt, actor):
        return _towards_subscriptions(view)
    return replace(view, action=plans_text.TO_PLANS(), action_href="/")


async def _has_one_to_change(rt: Runtime, actor: Actor) -> bool:
    found = await subscriptions(rt, actor)
    return any(seen.subscription.status not in OVER for seen in found)


def _towards(view: ResultView, plan_code: str, method_id: str) -> ResultView:
    """Link back to the plan: to its confirmation with the new method, or to another attempt."""
    path = plans_view.register_path(plan_code)
    if view.view == "issued":
        path = plans_view.register_path(plan_code, method_id)
        body, action = plan_text.ISSUED_FOR_PLAN(), plan_text.TO_CONFIRM()
        return replace(view, body=body, action=action, action_href=path)
    return _retry_at(view, path)


def _retry_at(view: ResultView, path: str) -> ResultView:
    return replace(view, action_href=path) if view.action_href == "/register/" else view


def _towards_subscriptions(view: ResultView) -> ResultView:
    """Link to the subscriptions, which can be changed to the new card."""
    return replace(
        view,
        body=plan_text.ISSUED_BESIDE(),
        action=plans_text.TO_SUBSCRIPTION(),
        action_href="/subscription/",
    )
