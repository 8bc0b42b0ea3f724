"""Handing notices over to a real SMTP server, and keeping them where there is none."""

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from tests.notices.postbox import PostBox
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
def post() -> Generator[PostBox]:
    box = PostBox()
    box.controller.start()
    yield box
    box.controller.stop()


@pytest.fixture
async def mailing(shop: Shop, post: PostBox) -> Runtime:
    return with_settings(shop.rt, tossbill_smtp_url=SecretStr(post.url))


def with_settings(rt: Runtime, **values: object) -> Runtime:
    return replace(rt, settings=rt.settings.model_copy(update=values))


async def has_address(shop: Shop, session: Session) -> None:
    async with shop.rt.db.write() as db:
        await ensure_customer(shop.rt, db, customer_id=session.customer_id)
    await set_email(shop.rt, actor_of(session), customer_id=session.customer_id, email=ADDRESS)


async def outcome(shop: Shop) -> tuple[str, str | None]:
    [notice] = await shop.rows(Notice)
    return notice.status, notice.address


async def test_a_notice_is_mailed_once(
    shop: Shop, session: Session, mailing: Runtime, post: PostBox
) -> None:
    await has_address(shop, session)
    await shop.subscribe(session)
    await shop.rt.tasks.drain(seconds=120)

    assert await deliver(mailing) == 1
    assert await deliver(mailing) == 0

    [letter], [notice] = post.letters, await shop.rows(Notice)
    assert letter["Subject"] == "[Tossbill] 9,900원을 결제했어요"
    assert (letter["To"], letter["From"]) == (ADDRESS, "Tossbill <no-reply@localhost>")
    assert letter["Message-ID"] == f"<{notice.id}@localhost>"
    assert letter.get_content().replace("\r\n", "\n") == notice.body
    assert await outcome(shop) == ("sent", ADDRESS)


async def test_an_answer_that_is_lost_repeats_the_mail_under_the_same_id(
    shop: Shop, session: Session, mailing: Runtime, post: PostBox
) -> None:
    await has_address(shop, session)
    await shop.subscribe(session)
    post.answers = ["drop"]

    await deliver(mailing)
    assert await outcome(shop) == ("waiting", ADDRESS)
    shop.wait(timedelta(seconds=10))
    await deliver(mailing)

    assert await outcome(shop) == ("sent", ADDRESS)
    first, second = post.letters
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_passing_refusal_is_tried_again_later(
    shop: Shop, session: Session, mailing: Runtime, post: PostBox
) -> None:
    await has_address(shop, session)
    await shop.subscribe(session)
    post.answers = ["451 greylisted", "452 full"]

    for _ in range(3):
        await deliver(mailing)
        shop.wait(timedelta(seconds=20))

    assert await outcome(shop) == ("sent", ADDRESS)
    assert len(post.letters) == 1


async def test_a_final_refusal_ends_it(
    shop: Shop, session: Session, mailing: Runtime, post: PostBox
) -> None:
    await has_address(shop, session)
    await shop.subscribe(session)
    post.answers = ["554 spam"]

    await deliver(mailing)

    assert await outcome(shop) == ("failed", ADDRESS)


async def test_a_server_that_is_away_is_given_up_after_two_days(
    shop: Shop, session: Session
) -> None:
    nobody = SecretStr(f"smtp://127.0.0.1:{free_port()}")
    rt = with_settings(shop.rt, tossbill_smtp_url=nobody)
    await has_address(shop, session)
    await shop.subscribe(session)

    for _ in range(ATTEMPTS):
        assert await outcome(shop) in [("waiting", None), ("waiting", ADDRESS)]
        await deliver(rt)
        shop.wait(timedelta(hours=1))

    assert await outcome(shop) == ("failed", ADDRESS)


async def test_a_notice_waits_for_an_address_and_goes_there(
    shop: Shop, session: Session, mailing: Runtime, post: PostBox
) -> None:
    await shop.subscribe(session)
    assert await deliver(mailing) == 0
    shop.wait(WAITS_FOR_ADDRESS - timedelta(minutes=1))
    assert await deliver(mailing) == 0

    await has_address(shop, session)

    assert await deliver(mailing) == 1
    assert await outcome(shop) == ("sent", ADDRESS)


async def test_who_has_no_address_for_three_days_is_told_nothing(
    shop: Shop, session: Session, mailing: Runtime, post: PostBox
) -> None:
    await shop.subscribe(session)

    shop.wait(WAITS_FOR_ADDRESS + timedelta(minutes=1))
    await deliver(mailing)
    await has_address(shop, session)
    await deliver(mailing)

    assert await outcome(shop) == ("no_address", None)
    assert post.letters == []


async def test_without_a_server_notices_are_kept_and_stay_kept(
    shop: Shop, session: Session, mailing: Runtime, post: PostBox
) -> None:
    await has_address(shop, session)
    await shop.subscribe(session)

    assert await deliver(shop.rt) == 1
    assert await deliver(mailing) == 0

    assert await outcome(shop) == ("kept", ADDRESS)


@pytest.mark.parametrize("url", ["mail.example.com", "http://a.example", "smtp://", "smtp://:25"])
def test_a_wrong_mail_server_stops_the_start_without_its_text(url: str) -> None:
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
def test_an_address_of_a_mail_server_is_read(url: str, server: MailServer) -> None:
    assert MailServer.from_url(url) == server
