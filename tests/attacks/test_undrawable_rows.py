"""Rows with extreme values: every page still shows the others, and a plain line in their place."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.sql.sqltypes import AutoString

from tests.conftest import NOON
from tests.support.actors import KIM
from tests.support.shop import Shop, open_shop
from tests.ui.test_plans import plain
from tossbill_ui.core import undrawable
from tossbill_ui.core.db import UtcDateTime
from tossbill_ui.core.language import Language
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.events.models import EventRecord
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.prerender import Filling, Visit
from tossbill_ui.subscriptions.actions import refund
from tossbill_ui.subscriptions.models import Plan, Price, Subscription
from tossbill_ui.subscriptions.reading import timeline
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.history import csv_file, print_view, rows
from tossbill_ui.ui.methods import view as methods_view
from tossbill_ui.ui.shared.text import frame, speak
from tossbill_ui.ui.subscription import rows as subscription_rows

TABLES = (
    EventRecord,
    Invoice,
    Payment,
    PaymentMethod,
    Plan,
    Price,
    Refund,
    Registration,
    Subscription,
)
# The plan of the rows that stay as they are, and the one of the rows that are spoiled.
KEPT, SPOILED = "프로", "basic"
LOWEST, HIGHEST = -(2**31), 2**31 - 1
EXTREMES: dict[type, tuple[object, ...]] = {
    bool: (False, True),
    int: (LOWEST, -1, 0, HIGHEST),
    str: ("", "unheard-of", "\u202e{plan}%s<b>" * 40),
    date: (date.min, date.max),
    datetime: (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
    dict: ({}, {"plan": [None, {}]}),
}


ROUNDS = 3


def kind_of(column: sa.Column[Any]) -> type:
    """Return the Python type of a column's values."""
    named: dict[type[Any], type] = {UtcDateTime: datetime, AutoString: str, sa.JSON: dict}
    return named.get(type(column.type)) or column.type.python_type


def extremes(table: type[Any], luck: random.Random) -> Iterator[tuple[sa.Column[Any], object]]:
    """Yield some columns of a table that are no keys, each with one of its extreme values."""
    for column in sa.inspect(table).local_table.columns:
        is_key = column.primary_key or column.foreign_keys
        if is_key or luck.random() < 0.5:
            continue
        yield (
            column,
            luck.choice([*EXTREMES[kind_of(column)], *([None] if column.nullable else [])]),
        )


@pytest.fixture
async def shop(tmp_path: Path, database_url: str) -> AsyncGenerator[Shop]:
    async with open_shop(tmp_path, database_url, NOON) as opened:
        yield opened


@pytest.fixture
async def customer(shop: Shop) -> Session:
    """A customer with rows of every table, of two plans."""
    speak("ko")
    session = new_session()
    await shop.subscribe(session, "pro")
    seen = await shop.subscribe(session, SPOILED)
    payment = await shop.only_row(Payment, seen.subscription.id)
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=900, reason="r")
    await shop.run()
    return session


async def every_page(shop: Shop, session: Session, language: Language = "ko") -> dict[str, str]:
    """Return the text of each page that shows rows, before and after its scripts run."""
    visit, actor = Visit(session, {}, language), actor_of(session)
    shown: dict[str, str] = {}
    for paint in (first_paint.home, first_paint.methods, first_paint.subscription):
        filling = await paint(shop.rt, visit)
        shown[paint.__name__] = "\n".join(filling.slots.values())
    filling = await first_paint.history(shop.rt, visit)
    assert isinstance(filling, Filling)
    shown["history"] = "\n".join(filling.slots.values())
    page = await timeline.older(shop.rt, actor)
    shown["history, unfolded"] = "\n".join(
        row.what for month in rows.months(page.entries) for row in month.rows
    )
    for name, download in (
        ("file", csv_file.history_csv(shop.rt, visit)),
        ("paper", print_view.history_paper(shop.rt, visit)),
    ):
        shown[name] = "".join([part async for part in download.parts])
    assert len({len(line) for line in csv.reader(io.StringIO(shown["file"]))}) == 1
    return shown


def fail_for(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, row_id: str) -> None:
    """Let a function that draws a part of a row fail for one row."""
    draw = getattr(module, name)

    def fails(drawn: Any, *rest: Any) -> object:
        if row_id in repr(drawn):
            raise OverflowError("date value out of range")
        return draw(drawn, *rest)

    monkeypatch.setattr(module, name, fails)


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_line_that_cannot_be_drawn_says_so_and_is_reported_once(
    shop: Shop,
    customer: Session,
    language: Language,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    speak(language)
    monkeypatch.setattr(undrawable, "_reported", set[str]())
    payment = await row_to_spoil(shop, Payment)
    for module, name, row_id in (
        (rows, "_payment", payment.id),
        (csv_file, "_payment", payment.id),
        (subscription_rows, "_next", payment.subscription_id),
        (methods_view, "_detail", payment.payment_method_id),
    ):
        fail_for(monkeypatch, module, name, row_id)

    for _ in range(2):
        shown = await every_page(shop, customer, language)
        said = plain(frame.UNDRAWABLE())
        counts = {name: plain(text).count(said) for name, text in shown.items()}
        assert counts == dict.fromkeys(shown, 1)

    reports = [record for record in caplog.records if record.getMessage() == "row.undrawable"]
    assert len(reports) == 3


async def plant(shop: Shop, column: sa.Column[Any], key: object, value: object) -> bool:
    """Write a value into one column of one row; False if the database refuses it."""
    [primary] = column.table.primary_key
    statement = sa.update(column.table).where(primary == key).values({column.name: value})
    try:
        async with shop.rt.db.engine.begin() as connection:
            await connection.execute(statement)
    except IntegrityError:
        return False
    return True


async def row_to_spoil(shop: Shop, table: type[Any]) -> Any:
    """Return the newest row that belongs to the second subscription alone."""
    of = next(row for row in await shop.rows(Subscription) if row.plan_code == SPOILED)
    [method] = [row for row in await shop.rows(PaymentMethod) if row.id == of.payment_method_id]
    alone = {
        Plan: ("code", SPOILED),
        Price: ("plan_code", SPOILED),
        PaymentMethod: ("id", method.id),
        Registration: ("id", method.registration_id),
        Subscription: ("id", of.id),
    }
    name, value = alone.get(table, ("subscription_id", of.id))
    async with shop.rt.db.read() as db:
        return (await db.exec(select(table).where(getattr(table, name) == value))).all()[-1]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
async def test_row_of_any_value_leaves_every_page_with_the_others(
    shop: Shop, customer: Session, table: type[Any]
) -> None:
    row, luck = await row_to_spoil(shop, table), random.Random(table.__name__)  # noqa: S311 - the same each time
    [key] = sa.inspect(table).primary_key
    row_id, before = getattr(row, key.name), row.model_dump()
    for _ in range(ROUNDS):
        planted = [
            column
            for column, value in extremes(table, luck)
            if await plant(shop, column, row_id, value)
        ]
        for name, shown in (await every_page(shop, customer)).items():
            assert KEPT in shown or name == "methods", f"{name} with {planted}"
        # A constraint on several columns may need some of them to be put back first.
        while planted:
            planted = [
                column
                for column in planted
                if not await plant(shop, column, row_id, before[column.name])
            ]
