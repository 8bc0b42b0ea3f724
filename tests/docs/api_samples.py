"""The requests in ``docs/api-guide.md`` and their answers.

``python -m tests.docs.api_samples`` writes the answers anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.api.client import Program, client_of, new_program
from tests.conftest import NOON
from tests.support.shop import Shop, open_shop
from tossbill_ui import migrations
from tossbill_ui.build import ROOT
from tossbill_ui.customers.session import new_session

PAGE = ROOT / "docs" / "api-guide.md"
SAMPLE = re.compile(
    r"```http\n(?P<method>[A-Z]+) (?P<path>\S+)\n(?P<body>.*?)```\n\n```json\n(?P<answer>.*?)```\n",
    re.DOTALL,
)
AN_ID = re.compile(r"[0-9a-f]{32}")
# Values that are new in every run.
TOKEN = re.compile(r"/enter/[\w-]{43}")
RECEIPT = re.compile(r'"receipt_url": "[^"]*"')


class Ids:
    """Ids of the page in the place of those of a run, in the order in which they appear."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}

    def show(self, text: str) -> str:
        """Return a text of the run as the page has it."""
        return AN_ID.sub(lambda found: self._of(found[0]), text)

    def hide(self, text: str) -> str:
        """Return a text of the page as the run needs it."""
        real = {shown: id_ for id_, shown in self._shown.items()}
        return AN_ID.sub(lambda found: real.get(found[0], found[0]), text)

    def _of(self, id_: str) -> str:
        name = f"id {len(self._shown)}"
        return self._shown.setdefault(id_, hashlib.sha256(name.encode()).hexdigest()[:32])


async def prepare(shop: Shop, program: Program) -> dict[str, str]:
    """Let a user of the shop subscribe; return what the page names in capitals."""
    member = (await program.post("/customers", {"external_id": "42"})).json()
    session = replace(new_session(), customer_id=member["id"])
    seen = await shop.subscribe(session)
    assert seen.last_payment is not None
    return {"SUBSCRIPTION": seen.subscription.id, "PAYMENT": seen.last_payment.id}


async def written(page: str, folder: Path, database_url: str) -> str:
    """Return the page with the answers of a run."""
    ids, parts, last = Ids(), list[str](), 0
    async with open_shop(folder, database_url, NOON) as shop, client_of(shop.rt) as http:
        program = await new_program(shop.rt, http)
        names = await prepare(shop, program)
        for sample in SAMPLE.finditer(page):
            path = ids.hide(sample["path"]).format(**names)
            body = json.loads(sample["body"]) if sample["body"].strip() else None
            answer = await program.send(sample["method"], path, body)
            assert answer.status_code in {200, 201, 202, 409}, (path, answer.text)
            text = json.dumps(answer.json(), ensure_ascii=False, indent=2)
            parts += [page[last : sample.start("answer")], _lasting(ids.show(text)), "\n"]
            last = sample.end("answer")
    return "".join([*parts, page[last:]])


def _lasting(text: str) -> str:
    text = TOKEN.sub("/enter/4fT2…", text)
    return RECEIPT.sub('"receipt_url": "https://dashboard.tosspayments.com/receipt/…"', text)


def main() -> None:
    """Write the page's answers anew."""
    with TemporaryDirectory() as name:
        url = f"sqlite+aiosqlite:///{name}/tossbill.db"
        migrations.upgrade(url)
        PAGE.write_text(asyncio.run(written(PAGE.read_text(), Path(name), url)))


if __name__ == "__main__":
    main()
