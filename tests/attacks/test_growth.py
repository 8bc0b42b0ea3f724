"""Every table that a stranger without a card can make grow has a rule that empties it again.

The stranger requests every address and sends every event that there is, so a new page, event or
table is covered without a change here.
"""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.attacks.test_every_handler import handlers, states
from tests.support.server import Server
from tests.support.stranger import cookie_of_a_visit, stranger
from tossbill_ui.core.settings import Settings
from tossbill_ui.http.routes import ROUTES
from tossbill_ui.migrations.models import metadata
from tossbill_ui.retention import RULES
from tossbill_ui.ui.first_paint import first_paints

FORGED = {
    "registration": "f" * 32,
    "token": "x" * 43,
    "authKey": "forged",
    "customerKey": "forged",
    "code": "REJECT_CARD_COMPANY",
    "message": "x",
    "plan": "basic",
    "subscription": "f" * 32,
    "next": "/history/",
    "language": "en",
}
WEBHOOKS = [
    b"[]",
    b'{"eventType": "of-a-stranger", "data": {"orderId": "x"}}',
    b'{"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": "x"}}',
    b'{"eventType": "BILLING_DELETED", "data": {"billingKey": "x"}}',
]
VALUES = ["f" * 32, "stranger@example.com", "basic"]


def sizes(server: Server) -> dict[str, int]:
    return {
        table: server.rows(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - our own names
        for table in metadata.tables
    }


def request_everything(server: Server, cookie: str) -> None:
    """Send every address a GET and a POST, with and without forged parameters."""
    paths = {*first_paints(Settings())} | {route.path for route in ROUTES}
    headers = {"Cookie": cookie, "X-Forwarded-For": "10.3.0.1"}
    with httpx.Client(base_url=server.url, headers=headers) as client:
        for path in sorted(paths):
            for query in ({}, FORGED, FORGED | {"for": "subscription"}):
                client.get(path, params=query)
            for body in (b"", *WEBHOOKS):
                client.post(path, content=body, params=FORGED)


async def send_everything(server: Server, cookie: str) -> None:
    """Send every event, argumentless events last."""

    async def attack(path: str) -> None:
        for state in states():
            async with stranger(server.url, cookie=cookie) as attacker:
                await attacker.hydrate(path)
                for name, arguments in handlers(state).items():
                    for value in VALUES if arguments else [None]:
                        await attacker.send(name, dict.fromkeys(arguments, value), path=path)
                await attacker.settle()

    await attack("/register/")


@pytest.mark.parametrize("who", ["a visitor", "no session"])
def test_tables_that_strangers_make_grow_have_a_retention_rule(server: Server, who: str) -> None:
    cookie = cookie_of_a_visit(server.url) if who == "a visitor" else ""
    before = sizes(server)

    request_everything(server, cookie)
    asyncio.run(send_everything(server, cookie))

    after = sizes(server)
    grown = {table for table in after if after[table] > before[table]}
    assert grown <= {str(rule.table.__tablename__) for rule in RULES}
    assert {"customer", "registration", "security_event"} <= grown, "the stranger did something"
