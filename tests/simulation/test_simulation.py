"""Money is right whatever happens; and the simulation that says so finds planted bugs.

Many more seeds by command: ``python -m tests.simulation --seeds 1000``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.seeds import Size, tell_all
from tests.simulation.still import run
from tests.simulation.story import tell
from tests.simulation.wire import FORGETFUL, LONG_AWAY, WITHOUT_ORDERS, Rules
from tests.simulation.world import Counts

# Together they say what `make test` proves; as many seeds more as you like, by command.
SEEDS = 14
SIZE = Size(months=24, people=20)
PROCESSES = 2
SMALL = Size(months=6, people=8)
TRIES = 10


def tell_small(seed: int, empty_database: Path, rules: Rules) -> Counts:
    story = tell(seed, empty_database, months=SMALL.months, people=SMALL.people, rules=rules)
    return run(story)


def test_nothing_is_charged_twice_lost_or_forgotten() -> None:
    told = list(tell_all(range(SEEDS), SIZE, processes=PROCESSES))

    assert [each.wrong for each in told if each.wrong] == []
    assert sum(each.counts.charges for each in told) > SEEDS * SIZE.months * SIZE.people / 2
    assert min(each.counts.faults for each in told) > SIZE.months * SIZE.people / 8


def test_a_seed_always_tells_the_same_story(empty_database: Path) -> None:
    first = run(tell(7, empty_database, months=2, people=4))
    again = run(tell(7, empty_database, months=2, people=4))

    assert first == again


@pytest.mark.parametrize(
    "rules", [WITHOUT_ORDERS, LONG_AWAY, FORGETFUL], ids=lambda rules: rules.name
)
def test_right_in_a_worse_world(rules: Rules, empty_database: Path) -> None:
    for seed in range(2):
        tell_small(seed, empty_database, rules)


# What a bug broke is not always waited for by anybody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_a_planted_bug_is_found(
    bug: Bug, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug.plant(monkeypatch)

    found = ""
    for seed in range(bug.first_seed, TRIES):
        try:
            tell_small(seed, empty_database, bug.rules)
        except (AssertionError, IntegrityError) as error:
            found = f"seed {seed}: {error}"
            break

    assert found
