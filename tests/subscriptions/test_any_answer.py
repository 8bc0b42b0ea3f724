"""A thousand spoiled answers to charges: nothing breaks, and nothing is believed that is not so."""

from __future__ import annotations

import random
from pathlib import Path

from tests.support.charges_spoiled import charge_with_spoiled_answers
from tests.support.spoiled import WAYS

ANSWERS = 1_000


async def test_a_thousand_spoiled_answers(tmp_path: Path, database_url: str) -> None:
    luck = random.Random(1)  # noqa: S311 - answers, no secret

    spoiled = await charge_with_spoiled_answers(tmp_path, database_url, ANSWERS, luck)

    assert sum(spoiled.values()) == ANSWERS
    assert len(spoiled) == len(WAYS)
