"""Plans' texts are kept in both languages, and customers read the one of their page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.subscriptions.price_increases import add_price, ask_for_consent
from tests.support.shop import Shop
from tossbill_ui import ui
from tossbill_ui.build import ROOT
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Invoice
from tossbill_ui.prerender import Filling, Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import cancel, change_plan
from tossbill_ui.subscriptions.models import Plan, PlanText
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.ui.first_paint import first_paints
from tossbill_ui.ui.history.csv_file import history_csv
from tossbill_ui.ui.history.print_view import history_paper
from tossbill_ui.ui.shared.text import speak
from tossbill_ui.ui.subscription.cancel_view import cancel_view
from tossbill_ui.ui.subscription.change_view import change_view, plan_choices
from tossbill_ui.ui.subscription.price_increase_view import price_view

HANGUL = re.compile("[가-힣]+")
PAGES = ("/", "/register/", "/subscription/", "/history/")
PRICE = "\n[[plan.price]]\nstarts_on = 2026-01-01\namount_krw = 9900\n"


def plans_file(folder: Path, texts: str) -> Path:
    path = folder / "plans.toml"
    path.write_text(f'[[plan]]\ncode = "plus"\n{texts}\n{PRICE}')
    return path


async def seeded(rt: Runtime, folder: Path, texts: str) -> Plan:
    await catalog.seed(rt, catalog.read_catalog(plans_file(folder, texts)))
    async with rt.db.read() as db:
        return await db.get_one(Plan, "plus")


async def test_texts_of_both_languages_are_stored(rt: Runtime, tmp_path: Path) -> None:
    plan = await seeded(
        rt,
        tmp_path,
        'name = { ko = "플러스", en = "Plus" }\n'
        'description = { ko = "넉넉해요.", en = "" }\n'
        'setup_text = { ko = "바로 써요.", en = "Starts at once." }',
    )

    assert plan.text("ko") == PlanText("플러스", "넉넉해요.", "바로 써요.")
    assert plan.text("en") == PlanText("Plus", "", "Starts at once.")


async def test_plain_text_is_used_for_both_languages(rt: Runtime, tmp_path: Path) -> None:
    await seeded(rt, tmp_path, 'name = { ko = "플러스", en = "Plus" }')

    plan = await seeded(rt, tmp_path, 'name = "Plus"\nsetup_text = { ko = "바로 써요." }')

    assert plan.text("ko") == plan.text("en") == PlanText("Plus", "", "바로 써요.")


async def test_plan_written_by_an_older_version_has_one_text(rt: Runtime) -> None:
    columns = "code, name, description, setup_text, grace_days, when_unpaid, is_offered, position"
    values = "'old', '예전', '설명', '안내', 7, 'end', true, 0"
    async with rt.db.write() as db:
        connection = await db.connection()
        await connection.execute(sa.text(f"INSERT INTO plan ({columns}) VALUES ({values})"))  # noqa: S608

    async with rt.db.read() as db:
        plan = await db.get_one(Plan, "old")
    assert plan.text("en") == plan.text("ko") == PlanText("예전", "설명", "안내")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ('name = { en = "Plus" }', "plan plus: name: ko: Field required"),
        ('name = { ko = "플러스", fr = "Plus" }', "plan plus: name: fr: Extra inputs"),
        ('name = { ko = "플러스", en = "" }', "plan plus: name: en: String should have at least 1"),
        (f'name = "{"p" * 61}"', "plan plus: name: ko: String should have at most 60"),
        ("name = 1", "plan plus: name: Input should be a valid dictionary"),
        (
            f'name = "P"\ndescription = {{ ko = "", en = "{"p" * 501}" }}',
            "plan plus: description: en: String should have at most 500",
        ),
    ],
)
def test_invalid_text_is_named(tmp_path: Path, texts: str, message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        catalog.read_catalog(plans_file(tmp_path, texts))


def test_sample_plans_are_written_in_both_languages() -> None:
    for plan in catalog.read_catalog(ROOT / "plans.toml").plan:
        english = [plan.name.en, plan.description.en, plan.setup_text.en]
        assert all(english), plan.code
        assert not HANGUL.search("".join(filter(None, english))), plan.code


async def painted(rt: Runtime, visit: Visit, path: str) -> str:
    """Return every text of a page's first paint, except the switch to the other language."""
    filling = await first_paints(rt.settings)[path](rt, visit)
    assert isinstance(filling, Filling)
    other = "other_language_name"
    return "\n".join(text for name, text in filling.slots.items() if name != other)


async def in_english(shop: Shop, session: Session, subscription_id: str) -> dict[str, str]:
    """Return everything that a customer with a subscription reads in English, by its place."""
    rt, actor = shop.rt, actor_of(session)
    visit = Visit(session, {}, "en")
    found = {path: await painted(rt, visit, path) for path in PAGES}
    plan = Visit(session, {"plan": "basic-yearly"}, "en")
    found["a plan's registration"] = await painted(rt, plan, "/register/")
    for name, file in (("CSV", history_csv(rt, visit)), ("print", history_paper(rt, visit))):
        found[name] = "".join([str(part) async for part in file.parts])
    speak("en")
    questions = (
        cancel_view(rt, actor, subscription_id),
        plan_choices(rt, actor, subscription_id),
        change_view(rt, actor, subscription_id, "basic-yearly"),
        price_view(rt, actor, subscription_id),
    )
    return found | {question.__name__: str(await question) for question in questions}


async def test_reader_of_english_sees_no_korean(shop: Shop, session: Session) -> None:
    """On the pages, in the questions, in the file and in print."""
    of = (await shop.subscribe(session)).subscription.id
    await ask_for_consent(shop, of, await add_price(shop))

    found = await in_english(shop, session, of)

    named = {place for place, words in found.items() if "Basic" in words}
    assert named == set(found) - {"/register/"}
    assert {place: HANGUL.findall(words) for place, words in found.items()} == {
        place: [] for place in found
    }


async def test_reader_of_english_sees_no_korean_after_changes(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    actor, of = actor_of(session), seen.subscription.id
    await change_plan.change_at_period_end(shop.rt, actor, of, plan_code="pro")
    shop.wait(timedelta(hours=1))
    visit = Visit(session, {}, "en")

    planned = await painted(shop.rt, visit, "/subscription/")
    await cancel.cancel_now(shop.rt, actor, of, expected_refund_krw=9900)
    await shop.run()
    pages = [await painted(shop.rt, visit, path) for path in ("/subscription/", "/history/")]

    assert "Switches to Pro" in planned
    assert [HANGUL.findall(words) for words in (planned, *pages)] == [[], [], []]


async def test_card_slip_keeps_the_korean_name(shop: Shop, session: Session) -> None:
    """Toss shows the order's name to the customer's card company too."""
    speak("en")

    await shop.subscribe(session)

    [invoice] = await shop.rows(Invoice)
    assert invoice.order_name == "베이직 (2026.11.24~)"


def plan_columns_in(path: Path) -> Iterator[str]:
    """Yield where a module reads a plan's Korean columns instead of its `text`."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Attribute(
                value=ast.Name(id=owner) | ast.Attribute(attr=owner),
                attr="name" | "description" | "setup_text",
            ) if owner.endswith("plan"):
                yield f"{path.name}:{node.lineno} {owner}.{node.attr}"
            case _:
                pass


def test_pages_read_plans_in_the_language_of_the_page() -> None:
    pages = Path(ui.__path__[0]).rglob("*.py")

    assert [line for path in pages for line in plan_columns_in(path)] == []
