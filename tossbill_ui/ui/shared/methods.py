"""Payment methods as customers see them: label, details, what tells twins apart, and trouble."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.subscriptions.reading.methods import OfferedMethod
from tossbill_ui.toss import issuers
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.text import methods as text
from tossbill_ui.ui.shared.text import spoken
from tossbill_ui.ui.shared.text.declines import decline


@dataclass(frozen=True)
class PayChoice:
    """One payment method: to start a subscription with, or to change it to.

    Attributes:
        note: What tells it from its twins, and why a charge may be declined; empty without both.
    """

    method_id: str
    label: str
    note: str = ""


def method_label(method: PaymentMethod) -> str:
    """Return a method's label, ``현대카드 ···· 123``, which stays on one line."""
    if method.kind == "card":
        names = issuers.ENGLISH if spoken() == "en" else issuers.KOREAN
        name = names.get(method.issuer_code or "") or text.UNKNOWN_ISSUER()
    else:
        name = _bank(method.bank_name or "") or text.ACCOUNT()
    return f"{name}\u00a0····\u00a0{method.last_digits}" if method.last_digits else name


def _bank(name: str) -> str:
    return issuers.BANKS_ENGLISH.get(name, name) if spoken() == "en" else name


def method_detail(method: PaymentMethod) -> str:
    """Return what kind of method it is: ``신용 · 개인``."""
    parts = [part for part in (method.card_type, method.owner_type) if part]
    words = [text.CARD_WORDS[part]() if part in text.CARD_WORDS else part for part in parts]
    return " · ".join(words) or text.ACCOUNT()


def since(method: PaymentMethod, among: Collection[PaymentMethod]) -> str:
    """Return its day of registration, with as much of the time as tells it from its twins."""
    at, twins = method.created_at, _twins(method, among)
    for said in (wording.day, wording.moment):
        if all(said(twin.created_at) != said(at) for twin in twins):
            return said(at)
    return wording.second(at)


def note(one: OfferedMethod, among: Collection[PaymentMethod]) -> str:
    """Return what a list of labels adds to one: its registration if it has twins, and trouble."""
    has_twins = bool(_twins(one.method, among))
    mark = text.SINCE(day=since(one.method, among)) if has_twins else ""
    return " · ".join(part for part in (mark, trouble(one)) if part)


def trouble(one: OfferedMethod) -> str:
    """Return why a charge may be declined; empty if nothing says so."""
    if one.is_expired:
        return text.EXPIRED()
    return decline(one.refused_code, one.method.kind) if one.refused_code else ""


def _twins(method: PaymentMethod, among: Collection[PaymentMethod]) -> list[PaymentMethod]:
    """Return the other methods with the same label."""
    label = method_label(method)
    return [each for each in among if each.id != method.id and method_label(each) == label]


def is_same(one: PaymentMethod, other: PaymentMethod) -> bool:
    """Whether two methods look like the same card: Toss does not report more than this."""
    if one.expires_on and other.expires_on and one.expires_on != other.expires_on:
        return False
    facts = ("kind", "issuer_code", "bank_name", "last_digits", "card_type", "owner_type")
    return all(getattr(one, name) == getattr(other, name) for name in facts)
