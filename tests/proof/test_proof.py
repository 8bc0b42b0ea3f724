"""Small proofs keep their progress, report failures and detect broken code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.attacks.inputs.running import SURFACES
from tests.proof import __main__ as command
from tests.proof import parts as parts_of_proof
from tests.proof.chunks import Chunk, DifferentProof, Progress, Sizes
from tests.proof.inputs.kinds import KINDS, try_inputs
from tests.proof.machine import Machine
from tests.proof.parts import INPUTS_A_CHUNK, PARTS, Done, _pieces, inputs, kills, seeds
from tests.proof.report import add_to_index, report_text

MACHINE = Machine(cores=2, python="3.11", sqlite="3.40", postgresql="18")
SMALL = Sizes(kills=2, seeds=3, months=1, people=2, inputs=40)
GOOD = Chunk("seeds", "0", "seeds", {"seeds": 1, "charges": 7, "faults": 2}, 1.5, 1.0)
BAD = Chunk("seeds", "1", "seeds", {}, failure="AssertionError('twice')", command="python -m again")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in SURFACES])
def test_corrupted_inputs_break_nothing(kind: str) -> None:
    assert try_inputs(kind, seed=0, inputs=24).total() >= 20


@pytest.mark.processes
def test_inputs_of_strangers_are_tried_too() -> None:
    assert set(SURFACES) < set(KINDS)
    assert try_inputs("redirects", seed=0, inputs=12).total() == 12


@pytest.mark.parametrize("kind", ["gateway", "sandbox requests"])
def test_seed_always_tries_the_same_inputs(kind: str) -> None:
    assert try_inputs(kind, seed=3, inputs=12) == try_inputs(kind, seed=3, inputs=12)


def test_report_names_counts_and_machine() -> None:
    text = report_text([GOOD], SMALL, MACHINE, "abc123", date(2026, 11, 24))

    assert "Nothing went wrong" in text
    assert "abc123" in text
    assert "PostgreSQL 18" in text
    assert "--kills 2 --seeds 3 --months 1 --people 2 --inputs 40" in text
    assert "| 1 | 7 |" in text
    assert "Kills" not in text, "nothing was killed"


def test_report_names_failures_and_their_commands() -> None:
    text = report_text([GOOD, BAD], SMALL, MACHINE, "abc123", date(2026, 11, 24))

    assert "Nothing went wrong" not in text
    assert "AssertionError('twice')" in text
    assert "python -m again" in text


def test_report_is_listed_once(tmp_path: Path) -> None:
    index = tmp_path / "README.md"
    index.write_text("# Proof\n")

    for _ in range(2):
        add_to_index(index, tmp_path / "2026-11-24.md")

    assert index.read_text() == "# Proof\n- [2026-11-24](2026-11-24.md)\n"


def test_finished_chunks_are_remembered_after_an_interruption(tmp_path: Path) -> None:
    file = tmp_path / "progress.jsonl"
    Progress(file, SMALL, "abc").start()
    Progress(file, SMALL, "abc").add(GOOD)
    Progress(file, SMALL, "abc").add(BAD)
    with file.open("a") as interrupted:
        interrupted.write(json.dumps({"part": "seeds", "name": "2"})[:9])

    again = Progress(file, SMALL, "abc")
    assert again.resume(PARTS) == [GOOD], "failed chunks are retried"
    assert again.resume(set(PARTS) - {BAD.part}) == [GOOD, BAD], "those of other parts stay failed"
    later = Chunk("seeds", "2", "seeds")
    again.add(later)
    assert again.resume(PARTS) == [GOOD, later]


@pytest.mark.parametrize(
    ("sizes", "commit"), [(Sizes(), "abc"), (SMALL, "def"), (SMALL, "abc with changes")]
)
def test_different_proof_is_not_resumed(tmp_path: Path, sizes: Sizes, commit: str) -> None:
    Progress(tmp_path / "p.jsonl", SMALL, "abc").start()

    with pytest.raises(DifferentProof):
        Progress(tmp_path / "p.jsonl", sizes, commit).resume(PARTS)


def test_every_input_is_tried_once() -> None:
    pieces = list(_pieces(100_000))

    assert sum(number for _, _, number in pieces) == 100_000
    assert max(number for _, _, number in pieces) == INPUTS_A_CHUNK
    assert len({(kind, seed) for kind, seed, _ in pieces}) == len(pieces)


@pytest.mark.processes
def test_inputs_continue_in_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_of_proof, "CHUNKS_A_PROCESS", 1)
    monkeypatch.setattr(parts_of_proof, "INPUTS_A_CHUNK", 1)
    monkeypatch.setattr(parts_of_proof, "KINDS", {"gateway": KINDS["gateway"]})

    chunks = list(inputs(replace(SMALL, inputs=3), frozenset(), processes=1))

    assert [
        (chunk.name, chunk.failure) for chunk in sorted(chunks, key=lambda each: each.name)
    ] == [(f"gateway {seed}", "") for seed in range(3)]


@pytest.mark.processes
def test_finished_seeds_are_not_run_again() -> None:
    chunks = list(seeds(SMALL, frozenset({"0", "2"}), 1))

    assert [(chunk.name, chunk.failure) for chunk in chunks] == [("1", "")]


@pytest.mark.processes
def test_remaining_kill_rounds_are_run() -> None:
    [chunk] = kills(SMALL, frozenset({"postgresql 0"}), 1)

    assert (chunk.name, chunk.failure, chunk.counts["kills"]) == ("sqlite 0", "", 1)
    assert chunk.cpu_seconds > 0


class Parts:
    """A part of three chunks, which can fail or be interrupted at one of them."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failing: set[str] = set()
        self.interrupt_at = ""

    def work(self, sizes: Sizes, done: Done, processes: int) -> Iterator[Chunk]:
        for name in ("0", "1", "2"):
            if name not in done:
                if name == self.interrupt_at:
                    raise KeyboardInterrupt
                self.done.append(name)
                failure = "AssertionError()" if name in self.failing else ""
                yield Chunk(
                    "seeds", name, "seeds", {"seeds": 1}, failure=failure, command=f"do {name}"
                )


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


def test_interrupted_run_is_resumed_and_reported_as_a_whole(parts: Parts, tmp_path: Path) -> None:
    parts.interrupt_at = "2"
    assert run(tmp_path).exit_code != 0
    assert not (tmp_path / "small.md").exists()

    parts.interrupt_at = ""
    assert run(tmp_path, "--resume").exit_code == 0

    assert parts.done == ["0", "1", "2"]
    assert "| 3 | 0 |" in (tmp_path / "small.md").read_text()


def test_failure_is_reported_and_retried(parts: Parts, tmp_path: Path) -> None:
    parts.failing = {"1"}
    failed = run(tmp_path)
    assert failed.exit_code == 1
    assert "do 1" in failed.output
    assert "do 1" in (tmp_path / "small.md").read_text()

    parts.failing = set()
    assert run(tmp_path, "--resume").exit_code == 0
    assert parts.done == ["0", "1", "2", "1"]
