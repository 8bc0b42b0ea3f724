"""A return in another browser, with its process killed before and after every commit.

Whatever was committed by then, the same browser loads its address and presses again: Toss issues
one billing key, for the customer who began, and that browser has no session.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import select

from tests.conftest import NOON
from tests.support.customer import APPROVED
from tests.support.shop import Shop, open_shop
from tossbill_ui.core.crypto import Cipher
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payment_methods.sweep import sweep
from tossbill_ui.prerender import Moved, Post, Visit
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.registration import confirm_view

pytestmark = pytest.mark.processes

FORK = multiprocessing.get_context("fork")
KEY = f"1:{'A' * 43}="
PRESSES = 2
FEWEST_COMMITS = 5


@dataclass(frozen=True)
class Folder:
    """The files of a shop that survive its process.

    Attributes:
        path: The folder.
        session: The session of the browser that began.
    """

    path: Path
    session: Session

    @property
    def came_back_with(self) -> Path:
        """The file with the parameters of Toss's redirect."""
        return self.path / "query.json"

    @asynccontextmanager
    async def shop(self, *, minutes: int) -> AsyncGenerator[Shop]:
        """Open the shop some minutes later, when no lease of an earlier process is left."""
        url = f"sqlite+aiosqlite:///{self.path / 'tossbill.db'}"
        async with open_shop(self.path, url, NOON + timedelta(minutes=minutes)) as shop:
            shop.rt = replace(shop.rt, cipher=Cipher.from_text(KEY))
            yield shop


async def begin(folder: Folder) -> None:
    """Start in one browser, and enter a card in the window."""
    async with folder.shop(minutes=0) as shop:
        call = await registration.start(shop.rt, folder.session)
        typed = {"customerKey": call.customer_key, "cardNumber": APPROVED}
        answer = await shop.control("POST", "authorizations", typed)
        back = {"authKey": answer["authKey"], "customerKey": call.customer_key}
        query = dict(parse_qsl(urlsplit(call.success_url).query)) | back
        folder.came_back_with.write_text(json.dumps(query))


async def finish(folder: Folder, *, kill_at: int = 0, after: bool = False) -> None:
    """Come back in another browser, and press twice; maybe die at a commit."""
    async with folder.shop(minutes=1) as shop:
        if kill_at:
            _kill_at(shop, kill_at, after=after)
        await _come_back_and_say_yes(shop, folder)


async def recover(folder: Folder) -> None:
    """Do the same again in a new process, and compare what came of it."""
    async with folder.shop(minutes=2) as shop:
        await sweep(shop.rt)
        await _come_back_and_say_yes(shop, folder)
        async with shop.rt.db.read() as db:
            [row] = (await db.exec(select(Registration))).all()
            [method] = (await db.exec(select(PaymentMethod))).all()
        entries = (await shop.control("GET", "ledger"))["entries"]
        assert (row.status, row.auth_key_sealed) == ("issued", None)
        assert method.customer_id == folder.session.customer_id
        assert sum(entry["effect"] == "billing_key_issued" for entry in entries) == 1


async def _come_back_and_say_yes(shop: Shop, folder: Folder) -> None:
    query = json.loads(folder.came_back_with.read_text())
    moved = await first_paint.success(shop.rt, Visit(None, query))
    assert isinstance(moved, Moved)
    assert moved.session is None
    asked = dict(parse_qsl(urlsplit(moved.path).query))
    form = {name: SecretStr(value) for name, value in asked.items()}
    post = Post(None, form | {"answer": SecretStr("yes"), "amount": SecretStr("0")}, "")
    answers = [confirm_view.take_answer(shop.rt, post) for _ in range(PRESSES)]
    for answer in await asyncio.gather(*answers):
        assert (answer.session, answer.path) == (None, moved.path)
    await shop.rt.tasks.drain(seconds=60)
    page = await confirm_view.show(shop.rt, Visit(None, asked), "/app.css")
    assert 'data-view="issued"' in page


def _kill_at(shop: Shop, number: int, *, after: bool) -> None:
    """Kill this process at its n-th commit."""
    left = number

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    if after:
        event.listen(OrmSession, "after_commit", count)
    else:
        event.listen(shop.rt.db.engine.sync_engine, "commit", count)


def in_a_process(work: Coroutine[Any, Any, None]) -> int | None:
    """Run some work in a forked process; return its exit code, negative if it was killed."""
    process = FORK.Process(target=asyncio.run, args=(work,))
    process.start()
    process.join()
    work.close()
    return process.exitcode


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
def test_one_card_is_registered_whichever_commit_the_process_is_killed_at(
    tmp_path: Path, empty_database: Path, after: bool
) -> None:
    begun = Folder(tmp_path / "begun", new_session())
    begun.path.mkdir()
    shutil.copy(empty_database, begun.path / "tossbill.db")
    assert in_a_process(begin(begun)) == 0

    killed = 0
    while True:
        folder = replace(begun, path=tmp_path / f"{killed + 1}")
        shutil.copytree(begun.path, folder.path)
        code = in_a_process(finish(folder, kill_at=killed + 1, after=after))
        assert in_a_process(recover(folder)) == 0
        if code != -signal.SIGKILL:
            break
        killed += 1

    assert code == 0
    assert killed >= FEWEST_COMMITS
