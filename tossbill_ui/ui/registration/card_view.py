"""View rows of our own card form, and what becomes of what it sends (ADR-0037)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlencode

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.errors import Conflict, NotAllowed
from tossbill_ui.core.settings import Settings
from tossbill_ui.core.text import is_code, is_id
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import card_form, session_renewal
from tossbill_ui.payment_methods.card_input import CardField, CardInput, is_number
from tossbill_ui.payment_methods.ticket import Ticket
from tossbill_ui.prerender import Moved, Post
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.plans.view import register_path
from tossbill_ui.ui.registration import card_text, change_view
from tossbill_ui.ui.registration.change_view import SUBSCRIPTION, change_path
from tossbill_ui.ui.registration.view import Opened
from tossbill_ui.ui.registration.ways import NEW_METHOD
from tossbill_ui.ui.shared.view_rows import BLANK, flat

PATH = "/register/card"
WRONG = "wrong"
BIRTH_DIGITS = 6
# What the form passes on besides the card.
CARRIED = ("registration", "token", "plan", SUBSCRIPTION)


def carried_fields(values: Mapping[str, str]) -> str:
    """Return the hidden fields as HTML, which React takes over as it is.

    React would empty an input of its own until the state has loaded, and a press in between would
    send nothing.
    """
    return "".join(
        f'<input type="hidden" name="{name}" data-fill="value:carried_{name}"'
        f' value="{escape(values.get(name, ""))}">'
        for name in CARRIED
    )


@dataclass(frozen=True)
class FieldView:
    """The text below a field: how to fill it in, or what is wrong with it."""

    says: str = BLANK
    is_wrong: str = "false"


@dataclass(frozen=True)
class CardFormView:
    """The form: where it is sent to, what it is for, and its fields.

    Attributes:
        action: Where it is sent to.
        carried: Its hidden fields, as HTML.
        terms: What the customer agrees to.
        new_href: Leads to the form from a page that proposes another method.
    """

    action: str = PATH
    carried: str = carried_fields({})
    terms: str = BLANK
    new_href: str = "/register/"
    number: FieldView = FieldView()
    expiry: FieldView = FieldView()
    birth: FieldView = FieldView()
    password: FieldView = FieldView()
    agree: FieldView = FieldView()


def carried(opened: Opened, query: Mapping[str, str]) -> dict[str, str]:
    """Return the values of the hidden fields, by name."""
    if opened.call is None:
        return {}
    subscription = {SUBSCRIPTION: opened.call.subscription_id or ""}
    registration = {"registration": opened.call.registration_id, "token": opened.call.token}
    return registration | subscription | _plan(query)


def slots(settings: Settings, opened: Opened, query: Mapping[str, str]) -> dict[str, str]:
    """Return the slots of the form and of its hidden fields."""
    hidden = {f"carried_{name}": value for name, value in carried(opened, query).items()}
    return flat(form_view(settings, opened, query), "card_") | hidden


def form_view(settings: Settings, opened: Opened, query: Mapping[str, str]) -> CardFormView:
    """Return the form for a page that was opened; one that cannot be sent if it was stopped."""
    if opened.call is None or not settings.has_card_form:
        return CardFormView()
    wrong = query.get(WRONG, "").split(".")
    # Reflex's dev server sends the pages from another port.
    is_elsewhere = settings.backend_url != settings.public_url
    return CardFormView(
        action=f"{settings.backend_url}{PATH}" if is_elsewhere else PATH,
        carried=carried_fields(carried(opened, query)),
        terms=card_text.TERMS(shop=settings.tossbill_brand_name),
        new_href=register_path(_plan(query).get("plan", ""), NEW_METHOD),
        **{field.value: _field(field, wrong) for field in CardField},
    )


def _field(field: CardField, wrong: list[str]) -> FieldView:
    hint = card_text.HINTS[field]() if field in card_text.HINTS else BLANK
    if field not in wrong:
        return FieldView(hint)
    return FieldView(f"{card_text.WRONG[field]()} {hint}".rstrip(), "true")


async def opened(rt: Runtime, session: Session, query: Mapping[str, str]) -> Opened:
    """Return the registration page for its query, which is untrusted."""
    return _with_problem(await change_view.opened(rt, session, query), query)


def _with_problem(opened: Opened, query: Mapping[str, str]) -> Opened:
    """Say at the top of the page why it was opened again, if a form was sent in vain."""
    if opened.call is None or WRONG not in query:
        return opened
    return replace(opened, view=replace(opened.view, body=card_text.CHECK()))


async def take_card(rt: Runtime, post: Post) -> Moved:
    """Register the card that a form was sent with."""
    form = {name: post.fields[name].get_secret_value() for name in CARRIED if name in post.fields}
    card = CardInput.from_form(post.fields)
    today = korean_day(rt.clock.now())
    if wrong := card.wrong(today=today, terms=card_text.TERMS_VERSION):
        return Moved(_form_again(form, wrong))
    registration_id = form.get("registration", "")
    ticket = Ticket(
        # What a refused form has there instead is neither stored nor logged.
        registration_id=registration_id if is_id(registration_id) else "",
        token=form.get("token", ""),
        caller=post.caller,
    )
    try:
        is_claimed = await card_form.register(
            rt,
            post.session,
            ticket,
            card=card.details(),
            terms=card_text.TERMS_VERSION,
            may_try=post.may_try,
        )
    except (NotAllowed, Conflict) as refused:
        return Moved(f"/success/?{urlencode({'problem': refused.code, **_plan(form)})}")
    query = {"registration": ticket.registration_id, **_plan(form)}
    path = f"/success/?{urlencode(query)}"
    if not is_claimed or post.session is None:
        return Moved(path)
    renewed = await session_renewal.successor_of_sender(
        rt, post.session, registration_id=ticket.registration_id
    )
    return Moved(path, renewed)


def _plan(form: Mapping[str, str]) -> dict[str, str]:
    plan = form.get("plan", "")
    # A number of the card or its owner in its place does not get into an address.
    is_long = plan.isdecimal() and len(plan) >= BIRTH_DIGITS
    return {"plan": plan} if is_code(plan) and not is_number(plan) and not is_long else {}


def _form_again(form: Mapping[str, str], wrong: Sequence[CardField]) -> str:
    subscription, plan = form.get(SUBSCRIPTION, ""), _plan(form).get("plan", "")
    path = change_path(subscription) if is_id(subscription) else register_path(plan, NEW_METHOD)
    return f"{path}{'&' if '?' in path else '?'}{urlencode({WRONG: '.'.join(wrong)})}"
