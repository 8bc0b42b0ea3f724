"""Small proofs: what is done is kept, what went wrong is told, and spoiled inputs are judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.proof import __main__ as command
from tests.proof import parts as parts_of_proof
from tests.proof.chunks import Chunk, OtherSizes, Progress, Sizes
from tests.proof.inputs.kinds import KINDS, spoil
from tests.proof.machine import Machine
from tests.proof.parts import INPUTS_A_CHUNK, PARTS, Done, _pieces, inputs, kills, seeds
from tests.proof.report import add_to_index, written
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers.session import Session

MACHINE = Machine(cores=2, python="3.11", sqlite="3.40", postgresql="18")
SMALL = Sizes(kills=2, seeds=3, months=1, people=2, inputs=40)
GOOD = Chunk("seeds", "0", "seeds", {"seeds": 1, "charges": 7, "faults": 2}, 1.5, 1.0)
BAD = Chunk("seeds", "1", "seeds", {}, wrong="AssertionError('twice')", again="python -m again")


@pytest.mark.parametrize("kind", KINDS)
def test_spoiled_inputs_break_nothing(kind: str) -> None:
    assert spoil(kind, seed=0, inputs=24).total() >= 20


@pytest.mark.parametrize("kind", ["returns", "cookies", "sandbox requests"])
def test_a_seed_always_tries_the_same_inputs(kind: str) -> None:
    assert spoil(kind, seed=3, inputs=12) == spoil(kind, seed=3, inputs=12)


def test_a_forged_cookie_that_is_believed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def believing(signer: object, cookie: str) -> Session | None:
        session_id, _, rest = cookie.partition(".")
        return Session(id=session_id, customer_id=rest.partition(".")[0])

    monkeypatch.setattr(sessions, "unseal", believing)

    with pytest.raises(AssertionError):
        spoil("cookies", seed=0, inputs=40)


def test_a_webhook_that_breaks_us_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tossbill_ui.webhooks.dispatch._text", lambda data, name: data[name][:300])

    with pytest.raises(AssertionError):
        spoil("webhooks", seed=0, inputs=80)


def test_a_report_says_what_was_counted_and_on_what() -> None:
    text = written([GOOD], SMALL, MACHINE, "abc123", date(2026, 11, 24))

    assert "Nothing went wrong" in text
    assert "abc123" in text
    assert "PostgreSQL 18" in text
    assert "--kills 2 --seeds 3 --months 1 --people 2 --inputs 40" in text
    assert "| 1 | 7 |" in text
    assert "Kills" not in text, "nothing was killed"


def test_a_report_says_what_went_wrong_and_how_to_repeat_it() -> None:
    text = written([GOOD, BAD], SMALL, MACHINE, "abc123", date(2026, 11, 24))

    assert "Nothing went wrong" not in text
    assert "AssertionError('twice')" in text
    assert "python -m again" in text


def test_a_report_is_named_on_the_page_of_reports_once(tmp_path: Path) -> None:
    index = tmp_path / "README.md"
    index.write_text("# Proof\n")

    for _ in range(2):
        add_to_index(index, tmp_path / "2026-11-24.md")

    assert index.read_text() == "# Proof\n- [2026-11-24](2026-11-24.md)\n"


def test_what_is_done_is_known_after_a_cut(tmp_path: Path) -> None:
    file = tmp_path / "progress.jsonl"
    Progress(file, SMALL, "abc").start()
    Progress(file, SMALL, "abc").add(GOOD)
    Progress(file, SMALL, "abc").add(BAD)
    with file.open("a") as cut:
        cut.write(json.dumps({"part": "seeds", "name": "2"})[:9])

    again = Progress(file, SMALL, "abc")
    assert again.resume(PARTS) == [GOOD], "what went wrong is tried again"
    assert again.resume(set(PARTS) - {BAD.part}) == [GOOD, BAD], "or is still wrong"
    later = Chunk("seeds", "2", "seeds")
    again.add(later)
    assert again.resume(PARTS) == [GOOD, later]


@pytest.mark.parametrize(
    ("sizes", "commit"), [(Sizes(), "abc"), (SMALL, "def"), (SMALL, "abc with changes")]
)
def test_another_proof_is_not_gone_on_with(tmp_path: Path, sizes: Sizes, commit: str) -> None:
    Progress(tmp_path / "p.jsonl", SMALL, "abc").start()

    with pytest.raises(OtherSizes):
        Progress(tmp_path / "p.jsonl", sizes, commit).resume(PARTS)


def test_every_input_is_tried_once() -> None:
    pieces = list(_pieces(100_000))

    assert sum(number for _, _, number in pieces) == 100_000
    assert max(number for _, _, number in pieces) == INPUTS_A_CHUNK
    assert len({(kind, seed) for kind, seed, _ in pieces}) == len(pieces)


@pytest.mark.processes
@pytest.mark.processes
def test_inputs_go_on_in_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_of_proof, "CHUNKS_A_PROCESS", 1)
    monkeypatch.setattr(parts_of_proof, "INPUTS_A_CHUNK", 1)
    monkeypatch.setattr(parts_of_proof, "KINDS", {"cookies": KINDS["cookies"]})

    chunks = list(inputs(replace(SMALL, inputs=3), frozenset(), processes=1))

    assert [(chunk.name, chunk.wrong) for chunk in sorted(chunks, key=lambda each: each.name)] == [
        (f"cookies {seed}", "") for seed in range(3)
    ]


@pytest.mark.processes
def test_seeds_that_are_done_are_not_told_again() -> None:
    told = list(seeds(SMALL, frozenset({"0", "2"}), 1))

    assert [(chunk.name, chunk.wrong) for chunk in told] == [("1", "")]


@pytest.mark.processes
def test_workers_are_killed_on_what_is_left() -> None:
    [chunk] = kills(SMALL, frozenset({"postgresql 0"}), 1)

    assert (chunk.name, chunk.wrong, chunk.counts["kills"]) == ("sqlite 0", "", 1)
    assert chunk.cpu_seconds > 0


class Parts:
    """A part of three chunks, of which some go wrong or the run is cut off at one."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.wrong: set[str] = set()
        self.cut_at = ""

    def work(self, sizes: Sizes, done: Done, processes: int) -> Iterator[Chunk]:
        for name in ("0", "1", "2"):
            if name not in done:
                if name == self.cut_at:
                    raise KeyboardInterrupt
                self.done.append(name)
                wrong = "AssertionError()" if name in self.wrong else ""
                yield Chunk("seeds", name, "seeds", {"seeds": 1}, wrong=wrong, again=f"do {name}")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Parts:
    made = Parts()
    monkeypatch.setattr(command, "PARTS", {"seeds": made.work})
    monkeypatch.setattr(command, "commit", lambda: "abc")
    monkeypatch.setattr(command, "this_machine", lambda: MACHINE)
    monkeypatch.setattr(command.logging, "disable", lambda level: None)
    return made


def run(folder: Path, *options: str) -> Result:
    where = ("--reports", str(folder), "--progress", str(folder / "p.jsonl"), "--name", "small")
    return CliRunner().invoke(command.main, [*where, *options])


def test_a_run_that_was_cut_goes_on_and_reports_all_of_it(parts: Parts, tmp_path: Path) -> None:
    parts.cut_at = "2"
    assert run(tmp_path).exit_code != 0
    assert not (tmp_path / "small.md").exists()

    parts.cut_at = ""
    assert run(tmp_path, "--resume").exit_code == 0

    assert parts.done == ["0", "1", "2"]
    assert "| 3 | 0 |" in (tmp_path / "small.md").read_text()


def test_a_failure_is_reported_and_tried_again(parts: Parts, tmp_path: Path) -> None:
    parts.wrong = {"1"}
    failed = run(tmp_path)
    assert failed.exit_code == 1
    assert "do 1" in failed.output
    assert "do 1" in (tmp_path / "small.md").read_text()

    parts.wrong = set()
    assert run(tmp_path, "--resume").exit_code == 0
    assert parts.done == ["0", "1", "2", "1"]
