"""The money is right in every simulated story, and the simulation finds planted bugs.

To run more seeds: ``python -m tests.simulation --seeds 1000``.
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.frozen_loop import run
from tests.simulation.mutation_hunt import hunting, run_small_seed
from tests.simulation.seeds import Size, run_seeds
from tests.simulation.story import run_seed
from tests.simulation.wire import DUPLICATE_ORDERS, LONG_OUTAGES, NO_KEYS, Rules

# What `make test` runs; the command runs any number of seeds.
SEEDS = 30
SIZE = Size(months=24, people=20)
PROCESSES = 2
Hunts = dict[str, Future[str]]


@pytest.fixture(scope="module")
def hunts(request: pytest.FixtureRequest, empty_database: Path) -> Generator[Hunts]:
    """Hunts for every bug that this test run needs, all running from now on."""
    functions = [item for item in request.session.items if isinstance(item, pytest.Function)]
    given = [item.callspec.params["bug"] for item in functions if "hunts" in item.fixturenames]
    wanted = [bug for bug in given if isinstance(bug, Bug)]
    with hunting(wanted, empty_database, processes=PROCESSES) as running:
        yield running


@pytest.mark.processes
def test_nothing_is_charged_twice_lost_or_forgotten() -> None:
    results = list(run_seeds(range(SEEDS), SIZE, processes=PROCESSES))

    assert [each.failure for each in results if each.failure] == []
    assert sum(each.counts.charges for each in results) > SEEDS * SIZE.months * SIZE.people / 2
    assert min(each.counts.faults for each in results) > SIZE.months * SIZE.people / 8


def test_seed_always_runs_the_same_story(empty_database: Path) -> None:
    first = run(run_seed(7, empty_database, months=2, people=4))
    again = run(run_seed(7, empty_database, months=2, people=4))

    assert first == again


@pytest.mark.parametrize(
    "rules", [DUPLICATE_ORDERS, LONG_OUTAGES, NO_KEYS], ids=lambda rules: rules.name
)
def test_money_is_right_in_worse_worlds(rules: Rules, empty_database: Path) -> None:
    for seed in range(2):
        run_small_seed(seed, empty_database, rules)


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_planted_bug_is_found(bug: Bug, hunts: Hunts) -> None:
    assert hunts[str(bug)].result()
