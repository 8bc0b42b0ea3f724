"""Every address has a place in the docs, and each sample is answered as its page says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.api_samples import PAGE, SAMPLE, written
from tossbill_ui.api.app import build

ACT = re.compile(r"^POST /subscriptions/\{subscription_id\}/([a-z-]+)$")


async def test_samples_are_answered_as_the_page_says(tmp_path: Path, database_url: str) -> None:
    page = PAGE.read_text()

    assert await written(page, tmp_path, database_url) == page, "python -m tests.docs.api_samples"


def test_every_address_is_documented() -> None:
    table = PAGE.read_text().split("## Customers")[0]
    pages = "".join(page.read_text() for page in PAGE.parent.glob("*.md"))
    addresses = {
        f"{method.upper()} {path}"
        for path, operations in build().openapi()["paths"].items()
        for method in operations
    }
    acts = {name for name in addresses if (found := ACT.match(name)) and f"`{found[1]}`" in table}

    assert sorted(name for name in addresses - acts if f"`{name}`" not in pages) == []


def test_samples_are_found() -> None:
    assert len(list(SAMPLE.finditer(PAGE.read_text()))) > 15
