"""The progress of a proof: a line of JSON for each chunk, written as it ends."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sizes:
    """The sizes of a proof."""

    kills: int = 1_000
    seeds: int = 2_000
    months: int = 36
    people: int = 4
    inputs: int = 100_000

    @property
    def options(self) -> str:
        """The sizes as command-line options."""
        return " ".join(f"--{name} {value}" for name, value in asdict(self).items())


@dataclass(frozen=True)
class Chunk:
    """A finished piece of a part.

    Attributes:
        part: ``kills``, ``seeds`` or ``inputs``.
        name: The piece, unique within its part.
        group: The line of the report that sums it up.
        counts: Counts of what happened, by name.
        failure: The error; empty if it succeeded.
        command: The command that repeats this piece.
    """

    part: str
    name: str
    group: str
    counts: dict[str, float] = field(default_factory=dict[str, float])
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    failure: str = ""
    command: str = ""


class DifferentProof(Exception):
    """The progress file belongs to other sizes or other code, or to uncommitted code."""


class Progress:
    """The progress file.

    Args:
        path: The file.
        sizes: The sizes of the proof.
        commit: The commit of the code.
    """

    def __init__(self, path: Path, sizes: Sizes, commit: str) -> None:
        self._path, self._head = path, {"sizes": asdict(sizes), "commit": commit}

    def start(self) -> None:
        """Start a new file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._head) + "\n")

    def resume(self, parts: Collection[str]) -> list[Chunk]:
        """Return the finished chunks, except those of these parts that failed: they are retried.

        Raises:
            DifferentProof: The file belongs to another proof.
        """
        if not self._path.exists():
            self.start()
        head, *lines = self._path.read_text().splitlines()
        if json.loads(head) != self._head or " " in str(self._head["commit"]):
            raise DifferentProof(
                f"{self._path} belongs to another proof, or there are uncommitted changes; "
                f"use its sizes and its commit, or start a new one without --resume: {head}"
            )
        newest = {(chunk.part, chunk.name): chunk for chunk in _read(lines)}
        return [each for each in newest.values() if not each.failure or each.part not in parts]

    def add(self, chunk: Chunk) -> None:
        """Append a chunk, on a new line even if the last line was cut off."""
        with self._path.open("r+b") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - 1))
            is_complete = file.read(1) == b"\n"
            line = json.dumps(asdict(chunk)) + "\n"
            file.write((line if is_complete else f"\n{line}").encode())


def _read(lines: list[str]) -> Iterator[Chunk]:
    for line in lines:
        with suppress(ValueError):  # the last line may be incomplete
            yield Chunk(**json.loads(line))
