"""A session for one task reaches its subscription and no other row of its own customer.

Every page, file and event that there is gets the ids of the customer's other subscription, so a
new one is covered without a change here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.attacks.inputs import asgi
from tests.attacks.inputs.asgi import Headers, Request
from tests.attacks.inputs.site import CUSTOMER, Site, open_site
from tests.attacks.inputs.socket import Tab, event_frame, state_event
from tests.attacks.test_every_handler import handlers, states
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.scope import Task
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers.models import Customer, StoredSession, Via
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Payment
from tossbill_ui.ui.first_paint import first_paints
from tossbill_ui.ui.history.view import CSV_PATH, PAPER_PATH
from tossbill_ui.ui.shared.panel_address import PanelName

EMAIL = "owner-of-both@example.com"
# Anybody's request may write these, or the session's own.
OPEN_TABLES = {"customer_change", "security_event", "sqlite_sequence", "session"}
# Of its customer, a visit notes only the language of the page.
NOTED = {"customer": {"language"}}
Rows = dict[str, set[tuple[tuple[str, Any], ...]]]


@dataclass(frozen=True)
class Limited:
    """A session for a task about the first of its customer's two subscriptions.

    Attributes:
        own: The subscription that it is about.
        marks: What only the other subscription, or the account as a whole, has.
    """

    task: Task
    headers: Headers
    own: str
    other: str
    method_id: str
    marks: tuple[str, ...]


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    async with open_site(tmp_path_factory.mktemp("scope"), 1) as site:
        yield site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def other(site: Site) -> tuple[str, ...]:
    """Let the customer subscribe to a second plan; return its marks, the subscription's first."""
    party = site.parties[CUSTOMER]
    seen = await site.shop.subscribe(party.session, "letter")
    mine = [row for row in await site.shop.rows(Payment) if row.customer_id == party.customer_id]
    [payment] = [row for row in mine if row.subscription_id == seen.subscription.id]
    async with site.shop.rt.db.write() as db:
        (await db.get_one(Customer, party.customer_id)).email = EMAIL
    key = payment.payment_key or ""
    return (seen.subscription.id, payment.id, payment.order_id, key, EMAIL, party.session.id)


async def limited_to(site: Site, task: Task, marks: tuple[str, ...]) -> Limited:
    party, rt = site.parties[CUSTOMER], site.shop.rt
    session = Session(id=new_id(), customer_id=party.customer_id)
    row = StoredSession(
        id=session.id,
        customer_id=session.customer_id,
        via=Via.LINK,
        task=task,
        subscription_id=party.subscription_id,
        created_at=rt.machine.now(),
        last_seen_at=rt.machine.now(),
    )
    async with rt.db.write() as db:
        db.add(row)
    cookie = f"{sessions.COOKIE_NAME}={sessions.seal(rt.signer, session)}".encode()
    headers = ((b"cookie", cookie),)
    return Limited(task, headers, party.subscription_id, marks[0], party.method_id, marks)


def rows_of(site: Site) -> Rows:
    with sqlite3.connect(f"file:{site.folder / 'tossbill.db'}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: {_protected(name, row) for row in db.execute(f"SELECT * FROM {name}")}  # noqa: S608
            for (name,) in names
            if name not in OPEN_TABLES
        }


def _protected(table: str, row: sqlite3.Row) -> tuple[tuple[str, Any], ...]:
    noted = NOTED.get(table, set())
    return tuple((name, value) for name, value in dict(row).items() if name not in noted)


def changed(before: Rows, now: Rows) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, rows in now.items():
        for row in rows ^ before[name]:
            yield name, dict(row)


def addresses(limited: Limited) -> Iterator[str]:
    """Yield every page and file, plain and about either subscription."""
    for path in (*first_paints(Settings()), CSV_PATH, PAPER_PATH):
        yield path
        for wanted in (limited.own, limited.other):
            yield f"{path}?subscription={wanted}&for=subscription"
            yield f"{path}?subscription={wanted}&plan=pro&method={limited.method_id}"
    for panel in PanelName:
        for wanted in (limited.own, limited.other):
            yield f"/subscription/?panel={panel}&subscription={wanted}&plan=pro"


async def read_everything(site: Site, limited: Limited) -> str:
    seen: list[str] = []
    for target in addresses(limited):
        sent = Request(target, headers=limited.headers)
        answer = await asgi.respond(site.app, sent, site._address())
        location = answer.header("location")
        assert answer.status in (200, 303), target
        asked = [mark for mark in limited.marks if mark in target]
        text = answer.text + location
        shown = [mark for mark in limited.marks if mark in text and mark not in asked]
        assert not shown, f"{target} shows {shown}"
        seen.append(answer.text)
    await site.shop.rt.tasks.drain(seconds=60)
    return "".join(seen)


async def press_everything(site: Site, limited: Limited) -> str:
    """Send every event about both subscriptions, each followed by every press of its page."""
    seen: list[str] = []
    values = (limited.other, limited.own, limited.method_id)
    for state in states():
        events = handlers(state)
        bare = [name for name, arguments in events.items() if not arguments]
        target = f"/_event/?EIO=4&transport=websocket&token={new_id()}"
        tab = Tab(await site.socket(target, limited.headers))
        await tab.open("/subscription/")
        for name, arguments in events.items():
            for value in values if arguments else [None]:
                payload = dict.fromkeys(arguments, value)
                for press in ((name, payload), *((each, {}) for each in bare)):
                    event = state_event(*press, "/subscription/")
                    await tab.socket.send(event_frame("event", event))
            assert await tab.settle()
        await tab.socket.close()
        await site.shop.rt.tasks.drain(seconds=60)
        text = tab.everything()
        sent = (limited.other,)
        shown = [mark for mark in limited.marks if mark in text and mark not in sent]
        assert not shown, f"{state.__name__} shows {shown}"
        seen.append(text)
    return "".join(seen)


@pytest.mark.parametrize("task", Task)
async def test_session_for_a_task_reaches_its_subscription_only(
    site: Site, other: tuple[str, ...], task: Task
) -> None:
    limited = await limited_to(site, task, other)
    before = rows_of(site)

    shown = await read_everything(site, limited)
    pressed = await press_everything(site, limited)

    assert limited.own in shown, "the pages show nothing at all"
    assert limited.own in pressed, "the events show nothing at all"
    touched = list(changed(before, rows_of(site)))
    foreign = {name for name, row in touched if limited.own not in row.values()}
    assert foreign <= {"notice"}, "a row of another subscription, or of the account, has changed"
    if task is Task.HISTORY:
        assert touched == []
