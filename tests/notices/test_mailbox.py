"""The command `tossbill mailbox` on a real database."""

from click.testing import CliRunner

from tests.support.shop import Shop
from tossbill_ui import migrations
from tossbill_ui.cli import main
from tossbill_ui.cli.admin import notice_text
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import Session
from tossbill_ui.notices.delivery import deliver
from tossbill_ui.notices.mailbox import newest


def test_empty_mailbox_is_reported() -> None:
    migrations.upgrade(Settings().database_url)

    shown = CliRunner().invoke(main, ["mailbox", "--limit", "5"])

    assert (shown.exit_code, shown.output) == (0, "The mailbox is empty.\n")


async def test_notice_is_shown_with_its_status(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await deliver(shop.rt)
    [notice] = await newest(shop.rt, limit=5)

    head, subject, *body = notice_text(notice).splitlines()

    assert head == f"2026-11-24 03:00 UTC  kept  {session.customer_id}  no address"
    assert subject == "[Tossbill] 9,900원을 결제했어요"
    assert body[1] == "베이직 구독료를 결제했어요."
