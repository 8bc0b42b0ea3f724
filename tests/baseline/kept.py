"""The kept file: line count and hash of each section, for every story and database.

A story's name starts in the first column, so that git shows it above every hunk of a diff.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.baseline.canonical import Sections

FILE = Path(__file__).with_name("baseline.txt")
HEAD = "# Written by `python -m tests.baseline --write`: lines and hash of each section.\n"

Summary = dict[str, str]
"""The kept summary of a story on one database, by section."""
Summaries = dict[tuple[str, str], Summary]
"""Summaries by story and database."""


def summary(found: Sections) -> Summary:
    """Return line count and hash of each section."""
    return {name: f"{len(lines):>5}  {_hash(lines)}" for name, lines in found.items()}


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:10]


def write(summaries: Summaries, file: Path = FILE) -> None:
    """Replace the kept file."""
    parts = [_block(story, groups) for story, groups in _grouped(summaries).items()]
    file.write_text(HEAD + "".join(parts))


def read(file: Path = FILE) -> Summaries:
    """Read the kept file."""
    found: Summaries = {}
    heading: list[tuple[str, str]] = []
    for line in file.read_text().splitlines():
        if line.startswith("    "):
            for each in heading:
                found[each][line[4:28].strip()] = line[29:]
        elif line and not line.startswith("#"):
            story, _, databases = line.partition(": ")
            heading = [(story, database) for database in databases.split(", ")]
            found |= {each: {} for each in heading}
    return found


def differences(kept: Summaries, found: Summaries) -> list[str]:
    """List the sections of stories that differ from the kept ones."""
    lines: list[str] = []
    for each in sorted(kept.keys() | found.keys()):
        changes = _changes(kept.get(each, {}), found.get(each, {}))
        if changes:
            lines += [f"{each[0]} on {each[1]}", *changes]
    return lines


def _changes(before: Summary, after: Summary) -> list[str]:
    return [
        f"    {name:<24} {before.get(name, 'nothing'):>18} -> {after.get(name, 'nothing')}"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _grouped(summaries: Summaries) -> dict[str, list[tuple[list[str], Summary]]]:
    """Group the databases on which a story has the same outcome."""
    groups: dict[str, list[tuple[list[str], Summary]]] = {}
    for (story, database), found in summaries.items():
        of_story = groups.setdefault(story, [])
        same = [databases for databases, other in of_story if other == found]
        if same:
            same[0].append(database)
        else:
            of_story.append(([database], found))
    return groups


def _block(story: str, groups: Iterable[tuple[list[str], Mapping[str, str]]]) -> str:
    lines: list[str] = []
    for databases, found in groups:
        lines += ["", f"{story}: {', '.join(databases)}"]
        lines += [f"    {name:<24} {counted}" for name, counted in found.items()]
    return "\n".join(lines) + "\n"
