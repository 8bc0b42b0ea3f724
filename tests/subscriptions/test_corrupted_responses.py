"""A thousand corrupted responses to charges break nothing and are never trusted."""

from __future__ import annotations

import random
from pathlib import Path

from tests.support.corrupted_charges import charge_with_corrupted_responses
from tests.support.corrupted_responses import CORRUPTIONS

RESPONSES = 1_000


async def test_thousand_corrupted_responses_leave_the_money_right(
    tmp_path: Path, database_url: str
) -> None:
    rng = random.Random(1)  # noqa: S311 - no secret

    corrupted = await charge_with_corrupted_responses(tmp_path, database_url, RESPONSES, rng)

    assert sum(corrupted.values()) == RESPONSES
    assert len(corrupted) == len(CORRUPTIONS)
