"""A new member of an enum, or a new code of ours, is not forgotten anywhere."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import pytest

from tossbill_ui.build import ROOT
from tossbill_ui.core import formats
from tossbill_ui.core.actor import ActorKind
from tossbill_ui.core.calendar import Interval, Unit
from tossbill_ui.core.settings import Mode
from tossbill_ui.events.models import SHOWN
from tossbill_ui.events.types import EventType
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.notices.text import en, ko
from tossbill_ui.payment_methods.models import MethodStatus, RegistrationStatus
from tossbill_ui.payments.models import DifferenceKind, InvoiceKind, PaymentStatus, Resolution
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import ReviewReason, SubscriptionStatus, WhenUnpaid
from tossbill_ui.subscriptions.reading.timeline_sources import Topic
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.subscriptions.terms.catalog import Catalog, PlanEntry, PriceEntry
from tossbill_ui.ui.history import text as history_text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.text import frame, speak
from tossbill_ui.ui.shared.text.refusals import REFUSALS
from tossbill_ui.ui.subscription import text as subscription_text

DOCS = ROOT / "docs"
STARTS_ON = date(2026, 1, 1)

# Customers read these as lines of payments, refunds and cards, or by mail, or not at all.
WITHOUT_A_LINE = {
    EventType.SUBSCRIPTION_CREATED: "the first payment or the trial is its line",
    EventType.SUBSCRIPTION_STARTED: "the first payment is its line",
    EventType.SUBSCRIPTION_NOT_STARTED: "the refused payment is its line",
    EventType.TRIAL_ENDING: "a mail",
    EventType.RENEWED: "the payment is its line",
    EventType.PAST_DUE: "the refused payment is its line",
    EventType.METHOD_NEEDED: "a mail, and the page says so while it lasts",
    EventType.RECOVERED: "the payment is its line",
    EventType.NOT_CHANGED: "the refused payment is its line",
    EventType.PAYMENT_CHARGED: "the payment is its line",
    EventType.PAYMENT_DECLINED: "the payment is its line",
    EventType.PAYMENT_UNKNOWN: "the payment is its line",
    EventType.REFUND_REQUESTED: "the refund is its line",
    EventType.REFUND_DONE: "the refund is its line",
    EventType.REFUND_REFUSED: "the refund is its line",
    EventType.REFUND_LOWERED: "the refund is its line",
    EventType.METHOD_REGISTERED: "the registration is its line",
    EventType.METHOD_REMOVED: "the registration is its line",
    EventType.METHOD_EXPIRING: "a mail",
    EventType.INVOICE_UNCOLLECTIBLE: "the end or the pause is its line",
    EventType.REVIEW_OPENED: "for operators only",
    EventType.REVIEW_CLOSED: "for operators only",
    EventType.CUSTOMER_CREATED: "the registration, or nothing of theirs, is its line",
    EventType.CUSTOMER_UPDATED: "the page that changed it said so",
    EventType.CUSTOMER_MERGED: "the customer agreed to it on the page that asked",
    EventType.CUSTOMER_ACCESS_CHANGED: "what changed it is its line",
}

# An enum, where its words are, and the members that nobody reads.
WORDS: tuple[tuple[type[StrEnum], Mapping[Any, object], set[StrEnum]], ...] = (
    (Unit, formats.PRICES, set()),
    (Unit, formats.PRICES_COUNTED, set()),
    (SubscriptionStatus, subscription_text.STATUS, set()),
    (InvoiceKind, history_text.PAYMENTS, set()),
    (PaymentStatus, history_text.PAYMENT_STATUS, {PaymentStatus.DONE}),
    (PaymentStatus, history_text.REFUND_STATUS, {PaymentStatus.DONE}),
    (MethodStatus, history_text.CARD_STATUS, set()),
    (
        RegistrationStatus,
        history_text.CARD_STATUS,
        {RegistrationStatus.STARTED, RegistrationStatus.ISSUED},
    ),
    (NoticeKind, ko.TEXTS, set()),
    (NoticeKind, en.TEXTS, set()),
    (Mode, frame.BANNER, {Mode.LIVE}),
    (Topic, history_text.TOPICS, set()),
    (ActorKind, history_text.ACTORS, set()),
)
# An enum whose members operators and developers meet, and the page that explains each.
EXPLAINED: tuple[tuple[type[StrEnum], str], ...] = (
    (Unit, "5-subscriptions.md"),
    (WhenUnpaid, "5-subscriptions.md"),
    (SubscriptionStatus, "5-subscriptions.md"),
    (RegistrationStatus, "2-cards.md"),
    (ReviewReason, "events.md"),
    (DifferenceKind, "5-subscriptions.md"),
    (Resolution, "commands.md"),
)


@pytest.mark.parametrize(("kind", "words", "unread"), WORDS)
def test_every_member_has_words(
    kind: type[StrEnum], words: Mapping[Any, object], unread: set[StrEnum]
) -> None:
    assert [member for member in kind if member not in words] == [
        member for member in kind if member in unread
    ]


@pytest.mark.parametrize(("kind", "page"), EXPLAINED)
def test_every_member_is_explained(kind: type[StrEnum], page: str) -> None:
    text = (DOCS / page).read_text()

    assert [member.value for member in kind if f"`{member}`" not in text] == []


def test_every_event_has_a_line_in_the_history_or_a_reason_not_to() -> None:
    assert set(SHOWN) | set(WITHOUT_A_LINE) == set(EventType)
    assert set(SHOWN) & set(WITHOUT_A_LINE) == set()
    assert set(history_text.CHANGES) == set(SHOWN)


@pytest.mark.parametrize("unit", Unit)
async def test_plan_of_every_interval_is_sold(rt: Runtime, unit: Unit) -> None:
    """A price of each unit can be seeded, offered, written in both languages and counted on."""
    price = PriceEntry(starts_on=STARTS_ON, amount_krw=9_900, unit=unit, count=2)
    plan = PlanEntry.model_validate({"code": unit, "name": unit, "price": [price]})

    await catalog.seed(rt, Catalog(plan=[plan]))

    [offer] = await catalog.offers(rt)
    assert offer.price.unit == unit
    for language in ("ko", "en"):
        speak(language)
        assert "9,900" in wording.price(offer.price)
        assert "9,900" in wording.price(offer.price.model_copy(update={"count": 1}))
    once, thrice = (Interval(unit).after(STARTS_ON, number) for number in (1, 3))
    assert STARTS_ON + timedelta(days=6) < once < thrice


def refusals(package: str) -> Iterator[str]:
    """Yield the codes with which a domain refuses what somebody wants, read from its source."""
    for path in (ROOT / "tossbill_ui" / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield from _codes(node)


def _codes(call: ast.Call) -> Iterable[str]:
    names = {"Conflict": "code", "transition": "refusal"}
    wanted = names.get(call.func.id) if isinstance(call.func, ast.Name) else None
    for keyword in call.keywords:
        is_text = isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
        if keyword.arg == wanted and is_text:
            yield keyword.value.value  # pyright: ignore


def test_every_refusal_has_words_and_a_row_in_the_docs() -> None:
    found = {code for package in ("subscriptions", "payments") for code in refusals(package)}
    explained = (DOCS / "codes.md").read_text()

    assert len(found) > 10
    assert sorted(found - set(REFUSALS)) == []
    assert sorted(code for code in REFUSALS if f"`{code}`" not in explained) == []
