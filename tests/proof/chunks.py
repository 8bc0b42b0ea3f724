"""What a proof has done so far: a line of JSON for each chunk, written as it ends."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sizes:
    """How much is to be proved."""

    kills: int = 1_000
    seeds: int = 2_000
    months: int = 36
    people: int = 4
    inputs: int = 100_000

    @property
    def options(self) -> str:
        """The same on a command line."""
        return " ".join(f"--{name} {value}" for name, value in asdict(self).items())


@dataclass(frozen=True)
class Chunk:
    """One piece of a part, done.

    Attributes:
        part: ``kills``, ``seeds`` or ``inputs``.
        name: Which piece; there is one of each.
        group: Under what the report sums it up.
        counts: What happened, by name.
        wrong: What went wrong; empty if nothing did.
        again: The command that does this piece again.
    """

    part: str
    name: str
    group: str
    counts: dict[str, float] = field(default_factory=dict[str, float])
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    wrong: str = ""
    again: str = ""


class OtherSizes(Exception):
    """What is there was done with other sizes or other code, or nobody knows which."""


class Progress:
    """The file of chunks.

    Args:
        path: Where it is.
        sizes: What is to be done.
        commit: Of which code.
    """

    def __init__(self, path: Path, sizes: Sizes, commit: str) -> None:
        self._path, self._head = path, {"sizes": asdict(sizes), "commit": commit}

    def start(self) -> None:
        """Begin anew."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._head) + "\n")

    def resume(self, parts: Collection[str]) -> list[Chunk]:
        """Return what is done, but for what went wrong in these parts: that is tried again.

        Raises:
            OtherSizes: The file is of another proof.
        """
        if not self._path.exists():
            self.start()
        head, *lines = self._path.read_text().splitlines()
        if json.loads(head) != self._head or " " in str(self._head["commit"]):
            raise OtherSizes(
                f"{self._path} is of another proof, or files are changed that are not committed; "
                f"give its sizes and take its commit, or start anew without --resume: {head}"
            )
        newest = {(chunk.part, chunk.name): chunk for chunk in _read(lines)}
        return [each for each in newest.values() if not each.wrong or each.part not in parts]

    def add(self, chunk: Chunk) -> None:
        """Write a chunk down; what was cut off before it does not hide it."""
        with self._path.open("r+b") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - 1))
            is_whole = file.read(1) == b"\n"
            line = json.dumps(asdict(chunk)) + "\n"
            file.write((line if is_whole else f"\n{line}").encode())


def _read(lines: list[str]) -> Iterator[Chunk]:
    for line in lines:
        with suppress(ValueError):  # the last one may have been cut off
            yield Chunk(**json.loads(line))
