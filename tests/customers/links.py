"""Members, links and entries for tests of the ways in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr
from sqlmodel import SQLModel, select

from tests.conftest import NOON
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers import portal_links
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.portal_links import LinkRequest, ensure_linked
from tossbill_ui.runtime import Runtime

KEY = "shop-and-portal-share-this-key-00"
ORIGIN = "https://shop.example"
SETTINGS: dict[str, Any] = {
    "tossbill_entry_keys": SecretStr(KEY),
    "tossbill_return_origins": ORIGIN,
}


def portal(rt: Runtime, **settings: Any) -> Runtime:
    """Return a portal that takes entries, with a clock that stands still."""
    return replace(rt, settings=Settings(**SETTINGS | settings), machine=FrozenClock(NOON))


async def member(rt: Runtime, external_id: str = "member-42", **facts: Any) -> Customer:
    async with rt.db.write() as db:
        return await ensure_linked(rt, db, external_id=external_id, **facts)


async def link(rt: Runtime, customer: Customer, **wanted: Any) -> str:
    """Return the token of a new link."""
    async with rt.db.write() as db:
        request = LinkRequest(customer_id=customer.id, **wanted)
        url = await portal_links.create(rt, db, request, made_by="tests")
    return url.rpartition("/")[2]


def entry(
    rt: Runtime, *, key: str = KEY, algorithm: str = "HS256", without: str = "", **claims: Any
) -> str:
    """Return an entry as a shop signs it; a claim that is None is left out."""
    now = int(rt.machine.now().timestamp())
    usual = {"sub": "member-42", "iat": now, "exp": now + 300, "jti": new_id()}
    given = {name: value for name, value in (usual | claims).items() if value is not None}
    octets, allowed = OctKey.import_key(key.encode()), ["HS256", "HS384", "HS512"]
    return jwt.encode({"alg": algorithm}, given, octets, algorithms=allowed)


async def rows(rt: Runtime, table: type[SQLModel]) -> list[Any]:
    async with rt.db.read() as db:
        return list((await db.exec(select(table))).all())


def later(rt: Runtime, **by: float) -> None:
    """Move the machine's clock."""
    assert isinstance(rt.machine, FrozenClock)
    rt.machine.advance(timedelta(**by))
