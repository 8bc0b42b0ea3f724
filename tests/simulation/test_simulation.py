"""Money is right whatever happens; and the simulation that says so finds planted bugs.

Many more seeds by command: ``python -m tests.simulation --seeds 1000``.
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.frozen_loop import run
from tests.simulation.mutation_hunt import hunting, tell_small
from tests.simulation.seeds import Size, tell_all
from tests.simulation.story import tell
from tests.simulation.wire import FORGETFUL, LONG_AWAY, WITHOUT_ORDERS, Rules

# Together they say what `make test` proves; as many seeds more as you like, by command.
SEEDS = 30
SIZE = Size(months=24, people=20)
PROCESSES = 2
Hunts = dict[str, Future[str]]


@pytest.fixture(scope="module")
def hunts(request: pytest.FixtureRequest, empty_database: Path) -> Generator[Hunts]:
    """Every bug that this run asks for, all of them looked for from now on."""
    asking = [item for item in request.session.items if isinstance(item, pytest.Function)]
    given = [item.callspec.params["bug"] for item in asking if "hunts" in item.fixturenames]
    wanted = [bug for bug in given if isinstance(bug, Bug)]
    with hunting(wanted, empty_database, processes=PROCESSES) as under_way:
        yield under_way


@pytest.mark.processes
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


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_a_planted_bug_is_found(bug: Bug, hunts: Hunts) -> None:
    assert hunts[str(bug)].result()
