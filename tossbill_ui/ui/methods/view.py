"""View rows of the page of payment methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tossbill_ui.core.actor import Actor
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import Plan
from tossbill_ui.subscriptions.reading.methods import (
    OfferedMethod,
    deleted_methods,
    offered_methods,
    plans_by_method,
)
from tossbill_ui.toss.declines import DELETED
from tossbill_ui.ui.methods import text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_detail, method_label
from tossbill_ui.ui.shared.text.declines import decline
from tossbill_ui.ui.shared.view_rows import ABSENT, BLANK, flat

# The number of methods in the prerendered page; the state adds the rest.
PAINTED = 4


@dataclass(frozen=True)
class MethodRow:
    """One payment method; by default one that is not shown.

    ``default``, ``warning``, ``choose`` and ``remove`` are the test ids of parts that not every
    method has.
    """

    id: str = ABSENT
    testid: str = ABSENT
    label: str = BLANK
    detail: str = BLANK
    use: str = BLANK
    default: str = ABSENT
    warning: str = ABSENT
    warning_text: str = BLANK
    choose: str = ABSENT
    remove: str = ABSENT


async def rows(rt: Runtime, actor: Actor) -> tuple[MethodRow, ...]:
    """Return the customer's methods: the proposed one, the others, and those Toss deleted."""
    offered = await offered_methods(rt, actor)
    used = await plans_by_method(rt, actor)
    shown: list[MethodRow] = []
    for one in offered:
        twins = [other for other in offered if _is_same(one.method, other.method)]
        plans = [wording.plan_text(plan).name for plan in used.get(one.method.id, [])]
        shown.append(_row(one, plans, has_twin=len(twins) > 1, is_first=one is offered[0]))
    deleted = await deleted_methods(rt, actor)
    return (*shown, *(_deleted(method, used[method.id]) for method in deleted))


def _deleted(method: PaymentMethod, plans: list[Plan]) -> MethodRow:
    """Return the row of a method whose subscriptions need another one."""
    names = ", ".join(wording.plan_text(plan).name for plan in plans)
    return MethodRow(
        id=method.id,
        testid="method",
        label=method_label(method),
        detail=_detail(method),
        use=text.NEEDED_BY(plans=names),
        warning="method-warning",
        warning_text=decline(DELETED, method.kind),
    )


def _row(one: OfferedMethod, plans: list[str], *, has_twin: bool, is_first: bool) -> MethodRow:
    warning, is_proposed = _warning(one, has_twin=has_twin), is_first and one.works
    return MethodRow(
        id=one.method.id,
        testid="method",
        label=method_label(one.method),
        detail=_detail(one.method),
        use=text.USED_BY(plans=", ".join(plans)) if plans else text.UNUSED(),
        default="default-method" if is_proposed else ABSENT,
        warning="method-warning" if warning else ABSENT,
        warning_text=warning or BLANK,
        choose="choose-default" if one.works and not is_proposed else ABSENT,
        remove=ABSENT if plans else "remove-method",
    )


def _detail(method: PaymentMethod) -> str:
    """Return its kind, its day of registration, and its month of expiry if that is known."""
    day = wording.day(method.created_at)
    detail = text.KIND_SINCE(kind=method_detail(method), day=day)
    if method.expires_on is None:
        return detail
    return text.EXPIRES(detail=detail, month=wording.month(method.expires_on))


def _warning(one: OfferedMethod, *, has_twin: bool) -> str:
    if one.is_expired:
        return text.EXPIRED()
    if one.refused_code:
        return decline(one.refused_code, one.method.kind)
    return text.SAME() if has_twin else ""


def _is_same(one: PaymentMethod, other: PaymentMethod) -> bool:
    """Whether two methods look like the same card: Toss does not report more than this."""
    if one.expires_on and other.expires_on and one.expires_on != other.expires_on:
        return False
    facts = ("kind", "issuer_code", "bank_name", "last_digits", "card_type", "owner_type")
    return all(getattr(one, name) == getattr(other, name) for name in facts)


def painted(found: Sequence[MethodRow]) -> tuple[MethodRow, ...]:
    """Return the rows of the prerendered page, padded with hidden ones."""
    return (*found, *[MethodRow()] * PAINTED)[:PAINTED]


def phase(found: Sequence[MethodRow]) -> str:
    """Return which part of the page shows."""
    return "rows" if found else "empty"


def slots(found: Sequence[MethodRow]) -> dict[str, str]:
    """Return the slots of the prerendered page."""
    filling = {"phase": phase(found)}
    for number, row in enumerate(painted(found)):
        filling |= flat(row, f"method{number}_")
    return filling
