"""A subscription that works at the upgrade has access, until the midnight at which it ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.migrations.test_migrations import url
from tests.migrations.test_refunds import AT, insert, select
from tossbill_ui import migrations
from tossbill_ui.core.calendar import instant, korean_day

__all__ = ["url"]

TODAY = korean_day(datetime.now(UTC))
LATER, EARLIER = TODAY + timedelta(days=20), TODAY - timedelta(days=20)

# The status, the end of the period and of the grace, whether it works, and until when.
CASES = (
    ("starting", LATER, None, False, None),
    ("trialing", LATER, None, True, LATER),
    ("trialing", TODAY, None, False, None),
    ("active", EARLIER, None, True, None),
    ("past_due", EARLIER, LATER, True, LATER),
    ("past_due", EARLIER, TODAY, False, None),
    ("past_due", LATER, None, False, None),
    ("paused", LATER, None, True, LATER),
    ("paused", EARLIER, None, False, None),
    ("canceled", LATER, None, True, LATER),
    ("ended", LATER, None, False, None),
)


def subscription(number: int, status: str, ends_on: date, grace: date | None) -> dict[str, object]:
    return {
        "id": f"{number:02}",
        "customer_id": "customer",
        "plan_code": "basic",
        "price_id": "price",
        "payment_method_id": "method",
        "status": status,
        "is_extra": True,
        "period_number": 1,
        "starts_on": EARLIER - timedelta(days=20),
        "ends_on": ends_on,
        "anchor_on": EARLIER,
        "anchor_period": 1,
        "needs_card": False,
        "grace_until_on": grace,
        "approved_period": 0,
        "created_at": AT,
        "ended_at": AT if status == "ended" else None,
    }


def test_old_subscription_works_until_its_midnight_as_its_page_says(url: str) -> None:
    migrations.upgrade(url, "0026")
    rows = [subscription(number, *case[:3]) for number, case in enumerate(CASES)]
    insert(url, "subscription", rows)

    migrations.upgrade(url)

    found = select(url, "SELECT has_access, access_until FROM subscription ORDER BY id")
    assert [(bool(works), at_in_utc(until)) for works, until in found] == [
        (works, instant(until_on) if until_on else None) for *_, works, until_on in CASES
    ]


def at_in_utc(stored: datetime | str | None) -> datetime | None:
    """Return a stored instant; SQLite has it as text, without a zone."""
    if not isinstance(stored, str):
        return stored
    assert stored.endswith(".000000")
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)
