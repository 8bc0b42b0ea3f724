"""Links in mails: for one task about one subscription, and only to an address that signs in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import col

from tests.customers.links import member
from tests.notices.mail_server import MailServerStub
from tests.notices.test_delivery import with_settings
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import NeedsSignIn, NotFound
from tossbill_ui.core.scope import Task
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers import invitations
from tossbill_ui.customers.entering import Press, spend
from tossbill_ui.customers.models import Customer, PortalLink
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.migrations.models import metadata
from tossbill_ui.notices import address
from tossbill_ui.notices.delivery import deliver
from tossbill_ui.notices.mailbox import newest
from tossbill_ui.notices.mailed_links import VALID_FOR
from tossbill_ui.notices.models import Notice
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.reading import timeline, view
from tossbill_ui.subscriptions.reading.view import SubscriptionView

ADDRESS = "kim@example.com"
LINK = re.compile(r"http://localhost:3000/enter/(\S+)")


@pytest.fixture
def mail_server() -> Generator[MailServerStub]:
    stub = MailServerStub()
    stub.controller.start()
    yield stub
    stub.controller.stop()


@pytest.fixture
async def with_mail(shop: Shop, mail_server: MailServerStub) -> Runtime:
    return with_settings(shop.rt, tossbill_smtp_url=SecretStr(mail_server.url))


async def subscribed(shop: Shop, session: Session, *, is_verified: bool = True) -> SubscriptionView:
    """Subscribe, whose receipt waits to be mailed to an address."""
    seen = await shop.subscribe(session)
    await change(shop, session, email=ADDRESS)
    if is_verified:
        now = shop.machine.now()
        await change(shop, session, verified_email=ADDRESS, email_verified_at=now)
    return seen


async def change(shop: Shop, session: Session, **values: object) -> None:
    async with shop.rt.db.write() as db:
        await update_where(db, Customer, col(Customer.id) == session.customer_id, **values)


def tokens(mail_server: MailServerStub) -> list[str]:
    """Return the tokens in the mails that arrived."""
    return [token for mail in mail_server.messages for token in LINK.findall(mail.get_content())]


async def everything(shop: Shop) -> str:
    async with shop.rt.db.read() as db:
        connection = await db.connection()
        rows = [
            (await connection.execute(table.select())).all() for table in metadata.tables.values()
        ]
    return repr(rows)


async def enter(rt: Runtime, token: str) -> Actor:
    """Open a link as a browser without a session does, and press its button."""
    opened = await invitations.open_link(rt, token)
    assert opened.invitation
    session = await spend(rt, opened.invitation, Press("1"), before=None)
    assert session
    return actor_of(session)


async def test_receipt_has_a_link_to_its_payments_for_a_week_and_no_table_has_its_token(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    seen = await subscribed(shop, session)

    await deliver(with_mail)

    [token] = tokens(mail_server)
    text = mail_server.messages[0].get_content()
    assert "구독을 관리하거나 해지하려면: http://localhost:3000/subscription/" in text
    [link], [notice] = await shop.rows(PortalLink), await shop.rows(Notice)
    assert (link.task, link.subscription_id) == (Task.HISTORY, seen.subscription.id)
    assert (link.customer_id, link.made_by) == (session.customer_id, "mail")
    assert link.expires_at == shop.machine.now() + VALID_FOR
    wanted = f"/history/?topic=payment&subscription={seen.subscription.id}\n"
    assert wanted in notice.body
    assert token not in await everything(shop)
    assert [row.body for row in await newest(with_mail, limit=1)] == [
        LINK.sub(lambda _: f"http://localhost:3000/enter/{token}", text).replace("\r\n", "\n")
    ], "the sandbox's mailbox shows it as it was mailed"


async def test_mailed_link_opens_its_task_alone_after_scanners_have_followed_it(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    seen = await subscribed(shop, session)
    await deliver(with_mail)
    [token] = tokens(mail_server)

    await asyncio.gather(*(invitations.open_link(shop.rt, token) for _ in range(20)))
    actor = await enter(shop.rt, token)

    assert await timeline.first_at(shop.rt, actor)
    with pytest.raises(NeedsSignIn):
        await cancel.cancel_at_period_end(shop.rt, actor, seen.subscription.id)
    with pytest.raises(NeedsSignIn):
        await address.change(shop.rt, actor, "thief@example.com")
    assert await address.get_email(shop.rt, actor) == ""


@pytest.mark.parametrize("how", ["replaced", "cleared", "by the shop"])
async def test_links_mailed_to_a_former_address_open_nothing_and_it_is_told(
    how: str, shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await subscribed(shop, session)
    await deliver(with_mail)
    [token] = tokens(mail_server)
    await change(shop, session, external_id="member-42")

    if how == "by the shop":
        await member(shop.rt, email="new@example.com", email_verified=True)
    else:
        email = "new@example.com" if how == "replaced" else None
        await address.set_email(
            shop.rt, KIM, customer_id=session.customer_id, email=email, is_verified=bool(email)
        )

    assert await invitations.open_link(shop.rt, token) == invitations.NOTHING
    await deliver(with_mail)
    told = [mail["To"] for mail in mail_server.messages if "이메일" in mail["Subject"]]
    assert told == [ADDRESS]


async def test_shared_link_shows_no_other_subscription(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await subscribed(shop, session)
    await deliver(with_mail)
    [token] = tokens(mail_server)
    other = await shop.subscribe(session, "pro")

    actor = await enter(shop.rt, token)

    with pytest.raises(NotFound):
        await view.subscription(shop.rt, actor, other.subscription.id)


async def test_address_that_nobody_verified_gets_a_plain_address(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await subscribed(shop, session, is_verified=False)

    await deliver(with_mail)

    assert tokens(mail_server) == []
    assert "http://localhost:3000/history/?topic=payment" in mail_server.messages[0].get_content()
    assert await shop.rows(PortalLink) == []


async def test_mail_that_is_sent_again_has_the_same_link(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await subscribed(shop, session)
    mail_server.responses = ["drop"]

    await deliver(with_mail)
    shop.wait(timedelta(seconds=10))
    await deliver(with_mail)

    first, second = tokens(mail_server)
    assert first == second
    assert len(await shop.rows(PortalLink)) == 1


async def test_mail_that_is_sent_again_elsewhere_has_no_link(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await subscribed(shop, session)
    mail_server.responses = ["451 later"]
    await deliver(with_mail)
    await change(shop, session, email="mistyped@example.com")

    shop.wait(timedelta(seconds=10))
    await deliver(with_mail)

    assert mail_server.messages[-1]["To"] == "mistyped@example.com"
    assert tokens(mail_server) == []


async def test_mailbox_of_a_sandbox_has_a_link_that_works(shop: Shop, session: Session) -> None:
    seen = await subscribed(shop, session)
    await deliver(shop.rt)

    [letter], [stored] = await newest(shop.rt, limit=9), await shop.rows(Notice)
    [token] = LINK.findall(letter.body)

    actor = await enter(shop.rt, token)
    assert actor.scope
    assert actor.scope.subscription_id == seen.subscription.id
    assert token not in stored.body


async def test_mailbox_with_keys_keeps_the_plain_address(shop: Shop, session: Session) -> None:
    keys = {"toss_client_key": "live_ck_x", "toss_secret_key": SecretStr("live_sk_x")}
    rt = replace(shop.rt, settings=Settings(**keys))
    await subscribed(shop, session)
    await deliver(rt)

    [letter] = await newest(rt, limit=9)

    assert "/enter/" not in letter.body
    assert await shop.rows(PortalLink) == []
