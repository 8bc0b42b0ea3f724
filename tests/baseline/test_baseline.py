"""Every story ends as kept, and the baseline detects exactly the changes of an outcome."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.baseline import ids, kept
from tests.baseline.canonical import Outcome, sections, text_of
from tests.baseline.databases import POSTGRESQL, SQLITE, Open, on_postgres, on_sqlite
from tests.baseline.labels import Row
from tests.baseline.stories import STORIES
from tests.baseline.story import Story, run_story
from tests.support.postgres import Postgres

# A few of the shortest; `python -m tests.baseline` runs all.
SHORT = (
    "subscribe",
    "subscribe-refused",
    "trial-answered-yes",
    "past-due-then-paid-by-hand",
    "change-now-to-cheaper",
    "pause-and-resume",
    "cancel-now",
    "refund-in-parts",
    "doubt-settled-by-webhook",
    "card-deleted-at-toss",
)
BY_NAME = {story.name: story for story in STORIES}


@pytest.fixture(scope="module")
def sqlite(empty_database: Path) -> Open:
    return on_sqlite(empty_database)


@pytest.fixture(scope="module")
def postgresql(postgres: Postgres) -> Open:
    return on_postgres(postgres)


@pytest.fixture
def outcome(sqlite: Open) -> Outcome:
    return run_story(BY_NAME["refund-in-parts"], sqlite)


def assert_as_kept(story: Story, database: str, opened: Open) -> None:
    key = story.name, database
    found = {key: kept.summary(sections(run_story(story, opened)))}

    assert kept.differences({key: kept.read()[key]}, found) == []


@pytest.mark.parametrize("name", SHORT)
def test_story_ends_on_sqlite_as_kept(name: str, sqlite: Open) -> None:
    assert_as_kept(BY_NAME[name], SQLITE, sqlite)


@pytest.mark.parametrize("name", SHORT)
def test_story_ends_on_postgresql_as_kept(name: str, postgresql: Open) -> None:
    assert_as_kept(BY_NAME[name], POSTGRESQL, postgresql)


def test_every_story_is_kept_for_both_databases() -> None:
    assert set(kept.read()) == {
        (name, database) for name in BY_NAME for database in (SQLITE, POSTGRESQL)
    }
    assert len(BY_NAME) == len(STORIES)


def test_every_story_ends_the_same_on_both_databases() -> None:
    found = kept.read()

    for name in BY_NAME:
        assert found[name, SQLITE] == found[name, POSTGRESQL], name


@pytest.mark.processes
def test_another_process_produces_the_same_text(tmp_path: Path, sqlite: Open) -> None:
    name = "renewals-together"

    assert _text_from_another_process(name, tmp_path) == text_of(
        sections(run_story(BY_NAME[name], sqlite))
    )


def test_additional_ids_change_nothing(
    outcome: Outcome, sqlite: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ids.CountedIds.token_hex

    def skip_one(self: ids.CountedIds, size: int) -> str:
        real(self, size)
        return real(self, size)

    monkeypatch.setattr(ids.CountedIds, "token_hex", skip_one)
    again = run_story(BY_NAME["refund-in-parts"], sqlite)

    assert again.tables["payment"][0]["id"] != outcome.tables["payment"][0]["id"]
    assert text_of(sections(again)) == text_of(sections(outcome))


def test_text_contains_no_ids(outcome: Outcome) -> None:
    assert ids.MARK not in text_of(sections(outcome))


def test_different_amount_is_detected(outcome: Outcome) -> None:
    [payment] = outcome.tables["payment"]

    changed = _with_rows(outcome, "payment", [{**payment, "amount_krw": 9901}])

    assert _changed_sections(outcome, changed) == ["payment"]


def test_dropped_row_is_detected(outcome: Outcome) -> None:
    for table in ("notice", "audit_entry", "event", "refund"):
        changed = _with_rows(outcome, table, outcome.tables[table][1:])

        assert table in _changed_sections(outcome, changed)


def test_swapped_history_lines_are_detected(outcome: Outcome) -> None:
    table = "event"
    *others, first, second = outcome.tables[table]
    assert first["subscription_id"] == second["subscription_id"]
    swapped = [*others, {**first, "seq": second["seq"]}, {**second, "seq": first["seq"]}]

    assert _changed_sections(outcome, _with_rows(outcome, table, swapped)) == [table]


def test_additional_request_is_detected(outcome: Outcome) -> None:
    changed = replace(outcome, requests=[*outcome.requests, outcome.requests[-1]])

    assert _changed_sections(outcome, changed) == ["requests"]


def test_different_idempotency_key_is_detected(outcome: Outcome) -> None:
    last = replace(outcome.requests[-1], key="another")
    changed = replace(outcome, requests=[*outcome.requests[:-1], last])

    assert _changed_sections(outcome, changed) == ["requests"]


def test_difference_names_its_story_and_section(outcome: Outcome, tmp_path: Path) -> None:
    key, file = ("refund-in-parts", SQLITE), tmp_path / "baseline.txt"
    before = kept.summary(sections(outcome))
    after = kept.summary(sections(_with_rows(outcome, "notice", [])))
    kept.write({key: before}, file)

    assert kept.read(file) == {key: before}
    where, what = kept.differences(kept.read(file), {key: after})
    assert where == "refund-in-parts on sqlite"
    assert what.split()[0] == "notice"
    assert what.endswith("-> nothing")


def _with_rows(outcome: Outcome, table: str, rows: list[Row]) -> Outcome:
    return replace(outcome, tables={**outcome.tables, table: rows})


def _changed_sections(before: Outcome, after: Outcome) -> list[str]:
    one, other = sections(before), sections(after)
    return [name for name in one if one[name] != other.get(name)]


def _text_from_another_process(name: str, folder: Path) -> str:
    arguments = ("--only", name, "--database", SQLITE, "--dump", str(folder))
    subprocess.run(
        [sys.executable, "-m", "tests.baseline", *arguments],
        env={**os.environ, "PYTHONHASHSEED": "1"},  # pytest's own is random
        check=True,
        capture_output=True,
    )
    return (folder / f"{name}.{SQLITE}.txt").read_text()
