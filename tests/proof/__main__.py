"""``python -m tests.proof``: runs the long proofs and writes their report."""

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

from tests.proof.chunks import Chunk, DifferentProof, Progress, Sizes
from tests.proof.machine import commit, this_machine
from tests.proof.parts import PARTS, Part
from tests.proof.report import add_to_index, report_text
from tossbill_ui.build import ROOT

PROGRESS = ROOT / ".build" / "proof" / "progress.jsonl"
REPORTS = ROOT / "docs" / "proof"


@click.command()
@click.option("--only", type=click.Choice(list(PARTS)), multiple=True, help="Run only these parts.")
@click.option("--kills", default=Sizes.kills, show_default=True)
@click.option("--seeds", default=Sizes.seeds, show_default=True)
@click.option("--months", default=Sizes.months, show_default=True)
@click.option("--people", default=Sizes.people, show_default=True)
@click.option("--inputs", default=Sizes.inputs, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--resume", is_flag=True, help="Continue an interrupted run.")
@click.option("--name", default="", help="Name of the report; the date by default.")
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
    """Run the proof chunk by chunk and write the report; exit with 1 if any chunk failed."""
    logging.disable(logging.WARNING)
    wanted, code = Sizes(**sizes), commit()
    file = Progress(progress, wanted, code)
    parts = {part: work for part, work in PARTS.items() if part in (only or PARTS)}
    done = _done(file, parts, resume=resume)
    chunks = prove(parts, wanted, file, done, processes=max(1, processes))
    if not chunks:
        sys.exit("nothing was selected, so nothing is proved")
    today = datetime.now(UTC).date()
    reports.mkdir(parents=True, exist_ok=True)
    report = reports / f"{name or today.isoformat()}.md"
    report.write_text(report_text(chunks, wanted, this_machine(), code, today))
    index = reports / "README.md"
    if index.exists():
        add_to_index(index, report)
    click.echo(f"the report is {report}")
    if failed := [chunk for chunk in chunks if chunk.failure]:
        sys.exit(f"{len(failed)} failed; to repeat: {failed[0].command}")


def _done(file: Progress, parts: Collection[str], *, resume: bool) -> list[Chunk]:
    if not resume:
        file.start()
        return []
    try:
        return file.resume(parts)
    except DifferentProof as error:
        sys.exit(str(error))


def prove(
    parts: dict[str, Part], sizes: Sizes, file: Progress, done: list[Chunk], *, processes: int
) -> list[Chunk]:
    """Run the remaining chunks, save each as it ends, and return all of them.

    Parts run concurrently, because kills spend most of their time waiting.
    """
    chunks, lock = list(done), threading.Lock()

    def run_part(part: str) -> None:
        names = frozenset(chunk.name for chunk in done if chunk.part == part)
        for chunk in parts[part](sizes, names, processes):
            with lock:
                file.add(chunk)
                chunks.append(chunk)
                _print(chunk)

    with ThreadPoolExecutor(max(1, len(parts))) as threads:
        list(threads.map(run_part, parts))
    return chunks


def _print(chunk: Chunk) -> None:
    repeat = f"\n  to repeat: {chunk.command}"
    result = f"FAILED: {chunk.failure}{repeat}" if chunk.failure else chunk.counts
    click.echo(f"{chunk.part} {chunk.name}: {result}")


def _end(number: int, frame: object) -> None:
    """Stop as Ctrl-C does, so that the processes and servers that were started stop too."""
    raise KeyboardInterrupt


if __name__ == "__main__":  # the processes it starts load it too, under another name
    signal.signal(signal.SIGTERM, _end)
    main()
