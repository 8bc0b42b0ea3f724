"""``python -m tests.proof``: the long proofs, and their report."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import click

from tests.proof.chunks import Chunk, OtherSizes, Progress, Sizes
from tests.proof.machine import commit, this_machine
from tests.proof.parts import PARTS, Part
from tests.proof.report import add_to_index, written
from tossbill_ui.build import ROOT

PROGRESS = ROOT / ".build" / "proof" / "progress.jsonl"
REPORTS = ROOT / "docs" / "proof"


@click.command()
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="Only these parts.")
@click.option("--kills", default=Sizes.kills, show_default=True)
@click.option("--seeds", default=Sizes.seeds, show_default=True)
@click.option("--months", default=Sizes.months, show_default=True)
@click.option("--people", default=Sizes.people, show_default=True)
@click.option("--inputs", default=Sizes.inputs, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--resume", is_flag=True, help="Go on with what was cut off.")
@click.option("--name", default="", help="Of the report; the date unless given.")
@click.option("--reports", default=REPORTS, type=click.Path(path_type=Path))
@click.option("--progress", default=PROGRESS, type=click.Path(path_type=Path))
def main(
    only: tuple[str, ...],
    processes: int,
    name: str,
    reports: Path,
    progress: Path,
    *,
    resume: bool,
    **sizes: int,
) -> None:
    """Prove, chunk by chunk, and write the report; exit with 1 if anything went wrong."""
    logging.disable(logging.WARNING)
    wanted, code = Sizes(**sizes), commit()
    file = Progress(progress, wanted, code)
    parts = {part: work for part, work in PARTS.items() if part in (only or PARTS)}
    done = _done(file, parts, resume=resume)
    chunks = prove(parts, wanted, file, done, processes=max(1, processes))
    if not chunks:
        sys.exit("nothing was asked for, so nothing is proved")
    today = datetime.now(UTC).date()
    reports.mkdir(parents=True, exist_ok=True)
    report = reports / f"{name or today.isoformat()}.md"
    report.write_text(written(chunks, wanted, this_machine(), code, today))
    index = reports / "README.md"
    if index.exists():
        add_to_index(index, report)
    click.echo(f"the report is {report}")
    if failed := [chunk for chunk in chunks if chunk.wrong]:
        sys.exit(f"{len(failed)} went wrong; again: {failed[0].again}")


def _done(file: Progress, parts: Collection[str], *, resume: bool) -> list[Chunk]:
    if not resume:
        file.start()
        return []
    try:
        return file.resume(parts)
    except OtherSizes as other:
        sys.exit(str(other))


def prove(
    parts: dict[str, Part], sizes: Sizes, file: Progress, done: list[Chunk], *, processes: int
) -> list[Chunk]:
    """Do what is not done, write each chunk down as it ends, and return all of them.

    Parts go on beside one another: kills wait for most of their time.
    """
    chunks, one_at_a_time = list(done), threading.Lock()

    def finish(part: str) -> None:
        names = frozenset(chunk.name for chunk in done if chunk.part == part)
        for chunk in parts[part](sizes, names, processes):
            with one_at_a_time:
                file.add(chunk)
                chunks.append(chunk)
                _say(chunk)

    with ThreadPoolExecutor(max(1, len(parts))) as threads:
        list(threads.map(finish, parts))
    return chunks


def _say(chunk: Chunk) -> None:
    said = f"WRONG: {chunk.wrong}\n  again: {chunk.again}" if chunk.wrong else chunk.counts
    click.echo(f"{chunk.part} {chunk.name}: {said}")


def _end(number: int, frame: object) -> None:
    """End as Ctrl-C does, so that the processes and servers that were started end too."""
    raise KeyboardInterrupt


if __name__ == "__main__":  # also loaded, under another name, by the processes it starts
    signal.signal(signal.SIGTERM, _end)
    main()
