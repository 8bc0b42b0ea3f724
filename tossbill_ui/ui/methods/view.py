"""View rows of the page of payment methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.undrawable import drawn
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading.methods import (
    OfferedMethod,
    Use,
    deleted_methods,
    offered_methods,
    uses_by_method,
)
from tossbill_ui.toss.declines import DELETED
from tossbill_ui.ui.methods import text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import is_same, method_detail, method_label, since, trouble
from tossbill_ui.ui.shared.panel_address import method_panel_path
from tossbill_ui.ui.shared.text import frame
from tossbill_ui.ui.shared.text.declines import decline
from tossbill_ui.ui.shared.view_rows import ABSENT, BLANK, flat

# The number of methods in the prerendered page; the state adds the rest.
PAINTED = 4


@dataclass(frozen=True)
class MethodRow:
    """One payment method; by default one that is not shown.

    ``default``, ``warning``, ``choose``, ``remove``, ``kept`` (why it cannot be removed) and
    ``change`` are the test ids of parts that not every method has.
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
    kept: str = ABSENT
    change: str = ABSENT
    change_href: str = "/subscription/"


async def rows(rt: Runtime, actor: Actor) -> tuple[MethodRow, ...]:
    """Return the customer's methods: the proposed one, the others, and deleted ones in use."""
    offered, uses = await offered_methods(rt, actor), await uses_by_method(rt, actor)
    deleted = await deleted_methods(rt, actor)
    listed = [*(one.method for one in offered), *deleted]
    shown = [
        _drawn(one.method, partial(_row, one, uses.get(one.method.id, []), listed, is_first=not at))
        for at, one in enumerate(offered)
    ]
    # Each was read by itself: meanwhile, its subscription may have changed to another one.
    needed = [method for method in deleted if method.id in uses]
    gone = [_drawn(method, partial(_deleted, method, uses[method.id], listed)) for method in needed]
    return (*shown, *gone)


def _drawn(method: PaymentMethod, draw: Callable[[], MethodRow]) -> MethodRow:
    """Return a method's row; one that cannot be drawn says so, without any action."""
    instead = MethodRow(id=method.id, testid="method", label=frame.UNDRAWABLE())
    return drawn(method.id, draw, lambda: instead)


def _deleted(method: PaymentMethod, uses: list[Use], listed: list[PaymentMethod]) -> MethodRow:
    """Return the row of a method whose subscriptions need another one."""
    return MethodRow(
        id=method.id,
        testid="method",
        label=method_label(method),
        detail=_detail(method, listed),
        use=text.NEEDED_BY(plans=_names(uses)),
        warning="method-warning",
        warning_text=decline(DELETED, method.kind),
        change="change-method",
        change_href=_change_path(uses),
    )


def _row(
    one: OfferedMethod, uses: list[Use], listed: list[PaymentMethod], *, is_first: bool
) -> MethodRow:
    warning, is_proposed = _warning(one, listed), is_first and one.works
    return MethodRow(
        id=one.method.id,
        testid="method",
        label=method_label(one.method),
        detail=_detail(one.method, listed),
        use=text.USED_BY(plans=_names(uses)) if uses else text.UNUSED(),
        default="default-method" if is_proposed else ABSENT,
        warning="method-warning" if warning else ABSENT,
        warning_text=warning or BLANK,
        choose="choose-default" if one.works and not is_proposed else ABSENT,
        remove=ABSENT if uses else "remove-method",
        kept="kept-because-used" if uses else ABSENT,
        change="change-method" if uses else ABSENT,
        change_href=_change_path(uses),
    )


def _names(uses: list[Use]) -> str:
    return ", ".join(wording.plan_text(use.plan).name for use in uses)


def _change_path(uses: list[Use]) -> str:
    """Return where the method is changed: the panel of its only subscription, or their page."""
    return method_panel_path(uses[0].subscription_id) if len(uses) == 1 else "/subscription/"


def _detail(method: PaymentMethod, listed: list[PaymentMethod]) -> str:
    """Return its kind, its day of registration, and its month of expiry if that is known."""
    detail = text.KIND_SINCE(kind=method_detail(method), day=since(method, listed))
    if method.expires_on is None:
        return detail
    return text.EXPIRES(detail=detail, month=wording.month(method.expires_on))


def _warning(one: OfferedMethod, listed: list[PaymentMethod]) -> str:
    if found := trouble(one):
        return found
    others = (each for each in listed if each.id != one.method.id and each.is_active)
    return text.SAME() if any(is_same(one.method, other) for other in others) else ""


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
