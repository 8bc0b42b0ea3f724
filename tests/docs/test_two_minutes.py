"""The pages "two minutes" say the same in both languages, and everything on them works."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from scripts import run_examples
from tests.docs.test_docs import FENCE, INLINE_CODE, LINK, text_of
from tossbill_sandbox.testing import TossSandbox

PAGES = ("two-minutes.md", "two-minutes.ko.md")
ENGLISH = text_of(PAGES[0])
IN_PYTEST = run_examples.EXAMPLES / "test_charge.py"
CONTROL = "localhost:4242/sandbox/_control/"


def skeleton(page: str) -> dict[str, list[str]]:
    """Return what both languages share: code, links, and the levels of the headings."""
    text = FENCE.sub("", page)
    links = [target for target, _ in LINK.findall(text)]
    return {
        "blocks": FENCE.findall(page),
        "inline": sorted(INLINE_CODE.findall(text)),
        "links": sorted(link for link in links if not link.startswith("two-minutes")),
        "headings": re.findall(r"^#+", text, re.MULTILINE),
        "rows": re.findall(r"^\| (?=[A-Z]).*$", text, re.MULTILINE),
    }


def curls(page: str) -> list[list[str]]:
    """Return the arguments of each call of curl."""
    lines = [line for block in FENCE.findall(page) for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("curl ")]


def test_both_languages_say_the_same() -> None:
    assert skeleton(ENGLISH) == skeleton(text_of(PAGES[1]))
    assert len(skeleton(ENGLISH)["rows"]) == len(run_examples.COMMANDS)


def test_page_shows_the_example_in_pytest() -> None:
    assert re.findall(r"```python\n(.*?)```", ENGLISH, re.DOTALL) == [IN_PYTEST.read_text()]


@pytest.mark.parametrize("name", run_examples.COMMANDS)
def test_an_example_is_shown_with_the_command_that_runs_it(name: str) -> None:
    program = run_examples.COMMANDS[name][0].rpartition("/")[2]

    row = re.search(rf"\(examples/{re.escape(name)}\) \| `(.+)` \|$", ENGLISH, re.MULTILINE)

    assert row
    assert row[1].startswith(program[:4])
    assert row[1].endswith(f" docs/examples/{name}")
    assert (run_examples.EXAMPLES / name).exists()


FAULT = next(call for call in curls(ENGLISH) if call[0].endswith("faults"))


async def test_each_call_of_the_control_api_is_answered(toss_sandbox: TossSandbox) -> None:
    for address, *options in curls(ENGLISH):
        body = json.loads(options[1]) if options else None
        path = address.removeprefix(CONTROL)
        await toss_sandbox.control("POST" if options else "GET", path, body)

    assert len(await toss_sandbox.control("GET", "faults")) == 1
    assert len((await toss_sandbox.control("GET", "webhooks"))["endpoints"]) == 1


@pytest.mark.processes
@pytest.mark.skipif(not shutil.which("curl", path=os.defpath), reason="the page needs curl")
def test_the_shop_that_charges_twice_is_named_and_then_gets_its_first_answer(
    toss_server: TossSandbox,
) -> None:
    [block] = [each for each in FENCE.findall(ENGLISH) if "charge() {" in each]
    script = "\n".join(block.splitlines()[1:-1])
    address = toss_server.base_url.removeprefix("http://")
    script = script.replace("localhost:4242/sandbox", address).replace("localhost:4242", address)

    ran = subprocess.run(
        ["/bin/sh", "-c", script], env={"PATH": os.defpath}, capture_output=True, text=True
    )

    assert ran.returncode == 0
    [named] = re.findall(r'"double_charges":(\[.*?\}\])', ran.stdout)
    [twice] = json.loads(named)
    assert (twice["unheard"]["order_id"], twice["again"]["order_id"]) == ("order-1", "order-2")
    assert re.findall(r'"orderId":"([^"]+)"', ran.stdout) == ["order-2", "order-1"]
    assert asyncio.run(toss_server.double_charges()) == [], "the repeated call takes it back"
    ledger = asyncio.run(toss_server.control("GET", "ledger"))
    assert len(ledger["entries"]) == 3  # one billing key, two charges


@pytest.mark.processes
def test_example_fails_without_its_answer_and_each_charges_once(
    toss_server: TossSandbox,
) -> None:
    """All run at once, since each waits for its own program; Python's is the test on the page."""
    names: dict[str, Any] = {"__file__": str(IN_PYTEST)}
    exec(IN_PYTEST.read_text(), names)  # noqa: S102 - our own example
    in_pytest: Callable[[TossSandbox], None] = names["test_the_first_charge"]
    found = [name for name in run_examples.COMMANDS if run_examples.is_found(name)]
    others = [name for name in found if name != "charge.py"]

    with httpx.Client(base_url=toss_server.base_url, verify=False) as http:  # noqa: S501 - no TLS here
        http.post("/_control/faults", json=json.loads(FAULT[2])).raise_for_status()
        with pytest.raises(subprocess.CalledProcessError):
            in_pytest(toss_server)
        with ThreadPoolExecutor(len(found)) as pool:
            page = pool.submit(in_pytest, toss_server)
            url = toss_server.base_url
            printed = list(pool.map(lambda name: run_examples.run(name, url), others))
            page.result()
        entries = http.get("/_control/ledger").json()["entries"]

    assert "charge.mjs" in others
    assert dict(zip(others, printed, strict=True)) == dict.fromkeys(others, "DONE")
    effects = Counter(entry["effect"] for entry in entries)
    assert effects["payment_approved"] == len(found) + 1  # the lost answer's too
