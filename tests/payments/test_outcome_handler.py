"""The payments domain is independent of subscriptions and requires an outcome handler."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shop import Shop
from tossbill_ui import payments
from tossbill_ui.customers.session import Session
from tossbill_ui.payments import outcome_handler
from tossbill_ui.payments.models import Payment
from tossbill_ui.payments.outcome import Declined
from tossbill_ui.payments.record import record

FOLDER = Path(payments.__file__).parent
IN_SQL = re.compile(r"\b(FROM|JOIN|INTO|UPDATE) subscription\b|\bsubscription\.\w")


def subscription_references(module: Path) -> Iterator[str]:
    """Yield every string of a module that names the table `subscription` in SQL."""
    for node in ast.walk(ast.parse(module.read_text())):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="table"), args=[ast.Constant("subscription"), *_]
            ):
                yield "subscription"
            case ast.Constant(str(text)) if IN_SQL.search(text):
                yield text
            case _:
                pass


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_payments_sql_names_the_subscription_table(module: Path) -> None:
    keys = {"subscription.id"} if module.stem == "models" else set[str]()

    assert set(subscription_references(module)) <= keys


async def test_recording_requires_a_registered_handler(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    monkeypatch.setattr(outcome_handler, "_registered", None)

    with pytest.raises(RuntimeError, match="composition"):
        await record(shop.rt, payment, payment.attempts, Declined("REJECT_CARD_PAYMENT"))
