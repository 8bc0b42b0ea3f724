"""The way in by a code: an address, a code, and the choice among several customers."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tossbill_ui.core.budgets import Buckets
from tossbill_ui.core.mail_address import NoMailAddress
from tossbill_ui.customers import entering, sign_in_codes
from tossbill_ui.customers.invitations import whose
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.portal_links import PATH
from tossbill_ui.customers.sign_in_codes import CodeOver, TooMany, WrongCode
from tossbill_ui.http.callers import caller_of
from tossbill_ui.http.language import language_of
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.safe_redirect import own_or
from tossbill_ui.http.session import session_of, set_session_cookie
from tossbill_ui.prerender import AddressView, ChoiceView, CodeView
from tossbill_ui.runtime import Runtime

HOME = "/subscription/"
TOO_OFTEN = "too_often"
# A person mistypes; whoever guesses needs many, at the attempts of many addresses.
CODES_A_SECOND, CODE_BURST = 1 / 30, 20.0


class CodeTries:
    """Counts the codes that each caller types, for whichever attempt."""

    def __init__(self) -> None:
        self._left = Buckets(CODES_A_SECOND, CODE_BURST)

    def may_try(self, caller: str) -> bool:
        """Count a code; return whether it may be compared."""
        return self._left.of(caller).take()


async def ask_for_code(
    rt: Runtime, request: Request, fields: Mapping[str, str]
) -> Response | AddressView:
    """Mail a code to the address of the form, and lead to the page for it.

    The answer is the same for an address that nobody has.
    """
    email, continue_to = fields.get("email", "").strip(), _next(fields)
    caller, language = caller_of(request.scope), language_of(request)
    try:
        attempt = await sign_in_codes.request(rt, email=email, caller=caller, language=language)
    except (NoMailAddress, TooMany) as error:
        return AddressView(problem=error.code, email=email[:254], next=continue_to)
    address = f"{rt.settings.backend_url}{PATH}"
    query = urlencode({"attempt": attempt, "next": continue_to})
    return RedirectResponse(f"{address}?{query}", status_code=303, headers=NO_STORE)


async def sign_in(
    rt: Runtime, tries: CodeTries, request: Request, fields: Mapping[str, str]
) -> Response | AddressView | CodeView | ChoiceView:
    """Compare a code, and sign in as its customer, or ask which of several to be."""
    attempt, code, continue_to = fields["attempt"], fields.get("code", ""), _next(fields)
    if not tries.may_try(caller_of(request.scope)):
        return CodeView(attempt=attempt, problem=TOO_OFTEN, next=continue_to)
    try:
        redeemed = await sign_in_codes.redeem(
            rt, attempt, code, customer_id=fields.get("customer", "")
        )
    except WrongCode as wrong:
        if wrong.tries_left <= 0:
            return AddressView(problem=CodeOver.code, next=continue_to)
        left = wrong.tries_left
        return CodeView(attempt=attempt, problem=wrong.code, tries_left=left, next=continue_to)
    except CodeOver as over:
        return AddressView(problem=over.code, next=continue_to)
    if redeemed.chosen is None:
        customers = {each.id: whose(each) for each in redeemed.customers}
        hidden = {"attempt": attempt, "code": code, "next": continue_to}
        return ChoiceView(customers=customers, hidden=hidden)
    return await _enter(rt, request, redeemed.chosen, continue_to)


async def _enter(
    rt: Runtime, request: Request, customer: Customer, path: str
) -> Response | AddressView:
    session = await entering.sign_in(
        rt,
        customer,
        before=await session_of(request),
        user_agent=request.headers.get("user-agent", ""),
    )
    if session is None:
        return AddressView(problem=CodeOver.code, next=path)
    address = rt.settings.public_url + path
    response = RedirectResponse(address, status_code=303, headers=NO_STORE)
    set_session_cookie(request, response, session)
    return response


def _next(fields: Mapping[str, str]) -> str:
    return own_or(fields.get("next", HOME), HOME)
