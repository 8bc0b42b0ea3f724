"""Notices are sent to a real SMTP server, or kept if none is configured."""

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from tests.notices.mail_server import MailServerStub
from tests.support.server import free_port
from tests.support.shop import Shop
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.service import ensure_customer
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.address import set_email
from tossbill_ui.notices.delivery import ATTEMPTS, WAITS_FOR_ADDRESS, deliver
from tossbill_ui.notices.models import Notice
from tossbill_ui.notices.smtp import MailServer
from tossbill_ui.runtime import Runtime

ADDRESS = "kim@example.com"


@pytest.fixture
def mail_server() -> Generator[MailServerStub]:
    stub = MailServerStub()
    stub.controller.start()
    yield stub
    stub.controller.stop()


@pytest.fixture
async def with_mail(shop: Shop, mail_server: MailServerStub) -> Runtime:
    return with_settings(shop.rt, tossbill_smtp_url=SecretStr(mail_server.url))


def with_settings(rt: Runtime, **values: object) -> Runtime:
    return replace(rt, settings=rt.settings.model_copy(update=values))


async def set_address(shop: Shop, session: Session) -> None:
    async with shop.rt.db.write() as db:
        await ensure_customer(shop.rt, db, customer_id=session.customer_id)
    await set_email(shop.rt, actor_of(session), customer_id=session.customer_id, email=ADDRESS)


async def outcome(shop: Shop) -> tuple[str, str | None]:
    [notice] = await shop.rows(Notice)
    return notice.status, notice.address


async def test_notice_is_mailed_once(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await set_address(shop, session)
    await shop.subscribe(session)
    await shop.rt.tasks.drain(seconds=120)

    assert await deliver(with_mail) == 1
    assert await deliver(with_mail) == 0

    [message], [notice] = mail_server.messages, await shop.rows(Notice)
    assert message["Subject"] == "[Tossbill] 9,900원을 결제했어요"
    assert (message["To"], message["From"]) == (ADDRESS, "Tossbill <no-reply@localhost>")
    assert message["Message-ID"] == f"<{notice.id}@localhost>"
    assert message.get_content().replace("\r\n", "\n") == notice.body
    assert await outcome(shop) == ("sent", ADDRESS)


async def test_lost_response_repeats_the_mail_with_the_same_id(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await set_address(shop, session)
    await shop.subscribe(session)
    mail_server.responses = ["drop"]

    await deliver(with_mail)
    assert await outcome(shop) == ("waiting", None)
    shop.wait(timedelta(seconds=10))
    await deliver(with_mail)

    assert await outcome(shop) == ("sent", ADDRESS)
    first, second = mail_server.messages
    assert first["Message-ID"] == second["Message-ID"]


async def test_temporary_refusal_is_retried(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await set_address(shop, session)
    await shop.subscribe(session)
    mail_server.responses = ["451 greylisted", "452 full"]

    for _ in range(3):
        await deliver(with_mail)
        shop.wait(timedelta(seconds=20))

    assert await outcome(shop) == ("sent", ADDRESS)
    assert len(mail_server.messages) == 1


async def test_permanent_refusal_fails_the_notice(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await set_address(shop, session)
    await shop.subscribe(session)
    mail_server.responses = ["554 spam"]

    await deliver(with_mail)

    assert await outcome(shop) == ("failed", ADDRESS)


async def test_unreachable_server_is_given_up_after_all_attempts(
    shop: Shop, session: Session
) -> None:
    unused_port_url = SecretStr(f"smtp://127.0.0.1:{free_port()}")
    rt = with_settings(shop.rt, tossbill_smtp_url=unused_port_url)
    await set_address(shop, session)
    await shop.subscribe(session)

    for _ in range(ATTEMPTS):
        assert await outcome(shop) == ("waiting", None)
        await deliver(rt)
        shop.wait(timedelta(hours=1))

    assert await outcome(shop) == ("failed", ADDRESS)


async def test_notice_waits_for_an_address(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await shop.subscribe(session)
    assert await deliver(with_mail) == 0
    shop.wait(WAITS_FOR_ADDRESS - timedelta(minutes=1))
    assert await deliver(with_mail) == 0

    await set_address(shop, session)

    assert await deliver(with_mail) == 1
    assert await outcome(shop) == ("sent", ADDRESS)


async def test_notice_without_an_address_expires_after_three_days(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await shop.subscribe(session)

    shop.wait(WAITS_FOR_ADDRESS + timedelta(minutes=1))
    await deliver(with_mail)
    await set_address(shop, session)
    await deliver(with_mail)

    assert await outcome(shop) == ("no_address", None)
    assert mail_server.messages == []


async def test_notices_without_a_server_are_kept_for_good(
    shop: Shop, session: Session, with_mail: Runtime, mail_server: MailServerStub
) -> None:
    await set_address(shop, session)
    await shop.subscribe(session)

    assert await deliver(shop.rt) == 1
    assert await deliver(with_mail) == 0

    assert await outcome(shop) == ("kept", ADDRESS)


@pytest.mark.parametrize("url", ["mail.example.com", "http://a.example", "smtp://", "smtp://:25"])
def test_invalid_mail_server_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingsError, match="TOSSBILL_SMTP_URL") as caught:
        Settings(tossbill_smtp_url=SecretStr(f"{url}?PLANTED"))

    assert "PLANTED" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", MailServer("mail.example.com", 587, "", "", is_tls=False)),
        (
            "smtps://kim%40example.com:p%2Fw@mail.example.com",
            MailServer("mail.example.com", 465, "kim@example.com", "p/w", is_tls=True),
        ),
    ],
)
def test_mail_server_url_is_parsed(url: str, server: MailServer) -> None:
    assert MailServer.from_url(url) == server
