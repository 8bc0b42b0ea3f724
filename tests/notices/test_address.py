"""Setting the address that notices are sent to."""

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.audit.models import AuditEntry, SecurityEvent
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.mail_address import NoMailAddress
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.notices import address
from tossbill_ui.notices.address import set_email

ADDRESS = "kim@example.com"
WRONG = [
    "kim",
    "kim@",
    "@example.com",
    "a@b.com, c@d.com",
    "a@b.com\nBcc: c@d.com",
    "김@b.com",
    f"{'x' * 250}@b.com",
    "a@b.com\x00",
]


async def emails(shop: Shop) -> dict[str, str | None]:
    return {row.id: row.email for row in await shop.rows(Customer)}


async def audit(shop: Shop) -> list[tuple[str, str | None, str]]:
    lines = [line for line in await shop.rows(AuditEntry) if line.kind == "email.changed"]
    return [(line.kind, line.customer_id, line.subject) for line in lines]


async def test_customer_sets_changes_and_clears_the_address(shop: Shop, session: Session) -> None:
    await shop.card(session)

    for typed in (ADDRESS, ADDRESS, "lee@example.com", "", ""):
        await address.change(shop.rt, actor_of(session), typed)
        assert await address.get_email(shop.rt, actor_of(session)) == typed

    changes = [(row.kind, row.subject) for row in await shop.rows(SecurityEvent)]
    assert changes == [("email.changed", word) for word in ("set", "set", "cleared")]
    assert await audit(shop) == []


@pytest.mark.parametrize("typed", WRONG)
async def test_invalid_address_changes_nothing(shop: Shop, session: Session, typed: str) -> None:
    await shop.card(session)
    await address.change(shop.rt, actor_of(session), ADDRESS)

    with pytest.raises(NoMailAddress):
        await address.change(shop.rt, actor_of(session), typed)

    assert await emails(shop) == {session.customer_id: ADDRESS}


async def test_stranger_cannot_set_an_address(shop: Shop, session: Session) -> None:
    await shop.card(session)

    for stranger in (None, new_session()):
        with pytest.raises(NotFound):
            await address.change(shop.rt, actor_of(stranger), ADDRESS)
        assert await address.get_email(shop.rt, actor_of(stranger)) == ""

    assert await emails(shop) == {session.customer_id: None}
    assert await audit(shop) == []


@pytest.mark.parametrize("customer_id", ["", "nobody", "0" * 32, "\x00", "x" * 500])
async def test_operator_cannot_set_an_address_of_an_unknown_customer(
    shop: Shop, customer_id: str
) -> None:
    with pytest.raises(NotFound):
        await set_email(shop.rt, KIM, customer_id=customer_id, email=ADDRESS)

    assert await emails(shop) == {}


async def test_operators_change_is_audited_with_the_name(shop: Shop, session: Session) -> None:
    await shop.card(session)

    await set_email(shop.rt, KIM, customer_id=session.customer_id, email=ADDRESS)

    assert await audit(shop) == [("email.changed", session.customer_id, "set by kim")]
