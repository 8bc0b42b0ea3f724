"""A customer's data can be exported and erased, whole, and nobody forgets a new table."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.audit import security_events
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.cli.output import as_document
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers import service, sessions
from tossbill_ui.customers.models import Customer, PortalLink, SignInCode, StoredSession, Via
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.migrations.models import metadata
from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.payment_methods import registration, session_renewal
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payments.models import Payment
from tossbill_ui.privacy import erase as erasing
from tossbill_ui.privacy.erase import CannotErase, erase
from tossbill_ui.privacy.export import export
from tossbill_ui.privacy.tables import (
    DELETED,
    EXPORTED,
    KEPT,
    NOT_ABOUT_PEOPLE,
    NOT_EXPORTED,
    WIPED,
)
from tossbill_ui.subscriptions.actions import cancel, merge

# Each says who the customer is, and is found nowhere once they are erased.
EMAIL, NAME, MEMBER, BROWSER = "hana@shop.test", "김하나", "member-4242", "Hanas Phone 7"
FORMER = "kim.hana@former.test"
SECRET = re.compile(r"sealed|hash|token|secret|customer_key|idempotency_key")


def test_every_table_is_in_one_list_of_each_right() -> None:
    tables = sorted(metadata.tables)

    for lists in ((EXPORTED, NOT_EXPORTED), (WIPED, DELETED, KEPT)):
        assert sorted([*NOT_ABOUT_PEOPLE, *(name for each in lists for name in each)]) == tables
    assert not any("customer_id" in metadata.tables[name].c for name in NOT_ABOUT_PEOPLE)


def test_no_secret_is_exported_and_what_is_hidden_or_wiped_exists() -> None:
    for name, hidden in EXPORTED.items():
        columns = set(metadata.tables[name].c.keys())
        assert hidden <= columns
        assert [column for column in columns - hidden if SECRET.search(column)] == []
    for name, values in WIPED.items():
        assert values.keys() <= set(metadata.tables[name].c.keys())


@pytest.fixture
async def member(shop: Shop, session: Session) -> Session:
    """A member of the shop, who has paid, canceled, and left something in every table."""
    seen = await shop.subscribe(session)
    async with shop.rt.db.write() as db:
        row = await db.get_one(Customer, session.customer_id)
        row.external_id, row.name, row.email, row.language = MEMBER, NAME, EMAIL, "ko"
        row.verified_email, row.email_verified_at = EMAIL, shop.clock.now()
        db.add(row)
        entrance = Entrance(via=Via.CODE, user_agent=BROWSER)
        found = sessions.open_session(
            shop.rt, db, customer_id=session.customer_id, entrance=entrance
        )
        now, later = shop.machine.now(), shop.machine.now() + timedelta(hours=1)
        link = PortalLink(
            id="a" * 32,
            token_hash="h",
            customer_id=row.id,
            made_by="kim",
            created_at=now,
            expires_at=later,
        )
        codes = [
            SignInCode(
                id=str(number) * 32,
                purpose="sign_in",
                email=email,
                code_hash="h",
                created_at=now,
                expires_at=later,
            )
            for number, email in enumerate((EMAIL, FORMER))
        ]
        db.add_all([link, *codes])
    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=9900
    )
    await shop.run()
    await security_events.record(
        shop.rt, kind="email.changed", caller="x", customer_id=session.customer_id, subject="set"
    )
    return found


async def texts(shop: Shop) -> str:
    """Return everything that is stored, as one text."""
    async with shop.rt.db.read() as db:
        connection = await db.connection()
        found = [
            [dict(row) for row in (await connection.execute(table.select())).mappings()]
            for table in metadata.sorted_tables
        ]
    return json.dumps(found, default=str, ensure_ascii=False)


async def test_an_export_has_everything_about_one_customer_and_nothing_of_another(
    shop: Shop, member: Session, stranger: Session
) -> None:
    await shop.subscribe(stranger)
    async with shop.rt.db.write() as db:
        mail = Notice(
            id="d" * 32,
            key="k",
            customer_id=member.customer_id,
            kind=NoticeKind.SIGN_IN_CODE,
            subject="s",
            body="719203",
            created_at=shop.machine.now(),
        )
        db.add(mail)

    found = await export(shop.rt, KIM, f"ext:{MEMBER}")

    document = as_document({**found})
    for kept in (EMAIL, MEMBER, BROWSER, "subscription.canceled", "email.changed"):
        assert kept in document
    for left_out in (stranger.customer_id, "719203"):
        assert left_out not in document
    assert found["customer"][0]["name"] == NAME
    counts = {name: len(rows) for name, rows in found.items() if rows}
    assert counts == Counter(
        customer=1, session=2, portal_link=1, registration=1, payment_method=1, subscription=1,
        invoice=1, payment=1, refund=1, notice=4, event=11, security_event=1,
    )  # fmt: skip
    for method in await shop.rows(PaymentMethod):
        assert method.billing_key_hash not in document
        assert method.customer_key not in document
    assert [row.kind for row in await shop.rows(AuditEntry)] == ["customer.exported"]


async def test_nothing_that_is_left_says_who_they_were(shop: Shop, member: Session) -> None:
    money = len(await shop.rows(Payment))
    async with shop.rt.db.write() as db:  # a mail that was sent before the address changed
        (await db.exec(select(Notice).limit(1))).one().address = FORMER.title()

    erased = await erase(shop.rt, KIM, f"ext:{MEMBER}")

    stored = await texts(shop)
    assert [word for word in (EMAIL, FORMER, NAME, MEMBER, BROWSER) if word in stored] == []
    assert (erased.customer_id, erased.methods) == (member.customer_id, 1)
    assert [row.status for row in await shop.rows(PaymentMethod)] == ["removed"]
    assert len(await shop.rows(Payment)) == money
    ledger = await shop.control("GET", "ledger")
    assert ledger["entries"][-1]["effect"] == "billing_key_deleted"
    assert not await session_renewal.counts(shop.rt, member)
    kinds = [row.kind for row in await shop.rows(AuditEntry)]
    assert kinds == ["payment_method.removed", "customer.erased"]


async def test_erasing_again_changes_nothing(shop: Shop, member: Session) -> None:
    await erase(shop.rt, KIM, member.customer_id)
    before = await texts(shop)

    assert (await erase(shop.rt, KIM, member.customer_id)).is_again

    assert await texts(shop) == before
    with pytest.raises(NotFound):
        await erase(shop.rt, KIM, f"ext:{MEMBER}")


async def test_the_same_member_may_come_again_as_a_new_customer(
    shop: Shop, member: Session, stranger: Session
) -> None:
    await erase(shop.rt, KIM, member.customer_id)
    with pytest.raises(NotFound):
        await registration.start(shop.rt, member)

    async with shop.rt.db.write() as db:
        again = await service.ensure_customer(shop.rt, db, customer_id=stranger.customer_id)
        again.external_id = MEMBER

    async with shop.rt.db.read() as db:
        assert (await service.named(db, f"ext:{MEMBER}")).id == stranger.customer_id


async def test_open_payments_are_settled_first(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    with pytest.raises(CannotErase, match=r"is not over"):
        await erase(shop.rt, KIM, session.customer_id)

    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=9900
    )
    with pytest.raises(CannotErase, match=r"refund is not settled"):
        await erase(shop.rt, KIM, session.customer_id)

    await shop.run()
    opened = await registration.start(shop.rt, session)
    async with shop.rt.db.write() as db:
        row = await db.get_one(Registration, opened.registration_id)
        row.status, row.card_terms = "issuing", "1"
    with pytest.raises(CannotErase, match=r"being registered"):
        await erase(shop.rt, KIM, session.customer_id)
    assert [row.blocked_at for row in await shop.rows(Customer)] == [None]


async def test_a_run_that_toss_did_not_answer_is_continued(
    shop: Shop, member: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "REMOVED_WITHIN_SECONDS", 0.5)
    await shop.faults({"endpoint": "delete", "kind": "reset_before", "count": 1})

    with pytest.raises(CannotErase, match=r"run this again"):
        await erase(shop.rt, KIM, member.customer_id)

    assert [row.revoked_at is None for row in await shop.rows(StoredSession)] == [False, False]
    assert EMAIL in await texts(shop)
    shop.wait(timedelta(minutes=10))
    assert not (await erase(shop.rt, KIM, member.customer_id)).is_again
    assert EMAIL not in await texts(shop)


async def test_who_was_merged_is_exported_and_erased_with_the_one_who_stayed(
    shop: Shop, member: Session, stranger: Session
) -> None:
    await shop.card(stranger)
    await security_events.record(
        shop.rt, kind="email.changed", caller="y", customer_id=stranger.customer_id, subject="set"
    )
    await merge.merge(shop.rt, KIM, anonymous_id=stranger.customer_id, linked_id=member.customer_id)

    found = await export(shop.rt, KIM, stranger.customer_id)

    assert len(found["security_event"]) == 2
    assert len(found["customer"]) == 2
    assert (await erase(shop.rt, KIM, stranger.customer_id)).customer_id == member.customer_id
    assert stranger.customer_id not in json.dumps(
        [row.model_dump(mode="json") for row in await shop.rows(PaymentMethod)]
    )


async def test_who_is_merged_while_the_erasing_waits_is_erased_with_the_one_who_stays(
    shop: Shop, member: Session, stranger: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shop.rt.db.is_sqlite:
        pytest.skip("one writer at a time")
    await shop.card(stranger)
    real, ids = service.named, (stranger.customer_id, member.customer_id)

    async def named(db: AsyncSession, name: str) -> Customer:
        found = await real(db, name)
        if name == stranger.customer_id:
            await merge.merge(shop.rt, KIM, anonymous_id=ids[0], linked_id=ids[1])
        return found

    monkeypatch.setattr(erasing, "named", named)

    assert (await erase(shop.rt, KIM, stranger.customer_id)).customer_id == member.customer_id

    blocked = {row.id: row.blocked_at is not None for row in await shop.rows(Customer)}
    assert blocked == {stranger.customer_id: False, member.customer_id: True}
    assert MEMBER not in await texts(shop)
