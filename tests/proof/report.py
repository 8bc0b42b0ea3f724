"""The report of a proof, written from its chunks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.proof.chunks import Chunk, Sizes
from tests.proof.machine import Machine
from tests.proof.parts import PARTS

FAILURES = {
    "kills": (
        "a period charged twice in Toss's ledger, a period without a charge, a difference "
        "between the two ledgers, or a subscription that needs a review."
    ),
    "seeds": (
        "the first invariant broken, after a step or at the end: a double charge, a charge without "
        "consent, a gap between periods, a refund larger than its payment, ledgers that disagree."
    ),
    "inputs": (
        "an uncaught exception, a status of 500, a row that contradicts Toss, a row changed by a "
        "stranger, or a history line shown to anybody else."
    ),
}


def report_text(
    chunks: Iterable[Chunk], sizes: Sizes, machine: Machine, commit: str, today: date
) -> str:
    """Return the report as Markdown."""
    every = list(chunks)
    failed = [chunk for chunk in every if chunk.failure]
    lines = [
        f"# Proof of {today.isoformat()}",
        "",
        "**Failed.**" if failed else "**Nothing went wrong.**",
        "",
        f"Commit {commit}; {machine.cores} cores, Python {machine.python}, "
        f"SQLite {machine.sqlite}, PostgreSQL {machine.postgresql}.",
        "",
        "```sh",
        f".venv/bin/python -m tests.proof {_only(every)}{sizes.options}",
        "```",
    ]
    for part in PARTS:
        found = [chunk for chunk in every if chunk.part == part]
        lines += _part(part, found) if found else []
    return "\n".join([*lines, *_failures(failed)]) + "\n"


def _only(chunks: list[Chunk]) -> str:
    """Return the options that select the parts with chunks, unless all have some."""
    done = [part for part in PARTS if any(chunk.part == part for chunk in chunks)]
    return "".join(f"--only {part} " for part in done) if len(done) < len(PARTS) else ""


def _part(part: str, chunks: list[Chunk]) -> list[str]:
    cpu, wall = (
        sum(getattr(each, name) for each in chunks) for name in ("cpu_seconds", "wall_seconds")
    )
    lines = ["", f"## {part.capitalize()}", "", *_TABLES[part](chunks), ""]
    note = " (without the workers' and PostgreSQL's)" if part == "kills" else ""
    lines += [
        f"{len(chunks)} chunks, {cpu:,.0f} CPU seconds{note}, {wall:,.0f} seconds of wall time, "
        "concurrently with the other parts."
    ]
    return [*lines, "", f"A failure would have been: {FAILURES[part]}"]


def _kills(chunks: list[Chunk]) -> list[str]:
    rows = [
        "| | kills | payments in flight at them | charges | doubled | lost | recovered after |",
        "|---|---|---|---|---|---|---|",
    ]
    for group, found in _groups(chunks).items():
        total = _total(found)
        longest = max((each.counts.get("longest recovery", 0.0) for each in found), default=0.0)
        numbers = ("kills", "in flight", "charges", "doubled", "lost")
        cells = " | ".join(f"{total[name]:,.0f}" for name in numbers)
        rows.append(f"| {group} | {cells} | at most {longest:.1f} s |")
    return rows


def _seeds(chunks: list[Chunk]) -> list[str]:
    total = _total(chunks)
    names = ("seeds", "charges", "requests", "faults", "actions", "webhooks", "down_hours")
    heads = [name.replace("_", " ") for name in names]
    slowest = max(chunks, key=lambda each: each.cpu_seconds)
    most = max(chunks, key=lambda each: each.counts.get("faults", 0))
    return [
        f"| {' | '.join(heads)} |",
        "|---" * len(names) + "|",
        f"| {' | '.join(f'{total[name]:,.0f}' for name in names)} |",
        "",
        f"Most faults: seed {most.name} with {most.counts.get('faults', 0):,.0f}. "
        f"Longest: seed {slowest.name} with {slowest.cpu_seconds:.1f} CPU seconds.",
    ]


def _inputs(chunks: list[Chunk]) -> list[str]:
    rows = ["| kind | inputs | outcomes or corruptions |", "|---|---|---|"]
    every = 0.0
    for group, found in _groups(chunks).items():
        total = _total(found)
        every += total.total()
        outcomes = ", ".join(f"{name} {times:,.0f}" for name, times in sorted(total.items()))
        rows.append(f"| {group} | {total.total():,.0f} | {outcomes.replace('_', ' ')} |")
    return [*rows, f"| in all | {every:,.0f} | |"]


_TABLES = {"kills": _kills, "seeds": _seeds, "inputs": _inputs}


def _groups(chunks: list[Chunk]) -> dict[str, list[Chunk]]:
    found: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        found.setdefault(chunk.group, []).append(chunk)
    return dict(sorted(found.items()))


def _total(chunks: list[Chunk]) -> Counter[str]:
    total: Counter[str] = Counter()
    for chunk in chunks:
        total.update(chunk.counts)  # pyright: ignore[reportArgumentType] - seconds are floats
    return total


def _failures(failed: list[Chunk]) -> list[str]:
    lines = ["", "## Failures"] if failed else []
    for chunk in failed:
        lines += ["", f"{chunk.part}, {chunk.name}: `{chunk.failure.splitlines()[0]}`", ""]
        lines += ["```sh", f".venv/bin/{chunk.command}", "```"]
    return lines


def add_to_index(index: Path, report: Path) -> None:
    """Add a report to the page that lists them, once."""
    text, line = index.read_text(), f"- [{report.stem}]({report.name})"
    if line not in text.splitlines():
        gap = "\n" if text.rstrip().endswith("## Reports") else ""
        index.write_text(f"{text.rstrip()}\n{gap}{line}\n")
