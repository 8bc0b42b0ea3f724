"""Compare what today's code does in every story with what is kept.

``python -m tests.baseline --write`` keeps it. To see how two commits differ, run both with
``--dump`` into a folder each, and compare the folders.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import click

from tests.baseline import kept
from tests.baseline.canonical import sections, text_of
from tests.baseline.databases import NAMES, own_databases
from tests.baseline.stories import STORIES
from tests.baseline.story import Story, tell
from tests.simulation.story import scratch
from tossbill_ui.core.settings import Settings

_DATABASE = click.Choice(NAMES)
_NAME = click.Choice([story.name for story in STORIES])
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--write", is_flag=True, help="Keep what was told, instead of comparing it.")
@click.option("--dump", type=_FOLDER, help="Write each story's whole text into a folder.")
@click.option("--only", type=_NAME, metavar="NAME", multiple=True, help="Tell this story only.")
@click.option("--database", "databases", type=_DATABASE, multiple=True, default=NAMES)
def main(
    *, write: bool, dump: Path | None, only: tuple[str, ...], databases: tuple[str, ...]
) -> None:
    """Tell stories on both databases, and say where they end otherwise than they used to."""
    _forget_settings()
    stories = [story for story in STORIES if story.name in only or not only]
    told = _tell_all(stories, databases, dump)
    if write:
        kept.write(_merged(told))
        return
    found = kept.differences(_of_the_same(told, stories, databases), told)
    click.echo("\n".join(found) or f"As before: {len(told)} of {len(told)}.")
    if found:
        click.echo("To see what differs: --dump into a folder before and after, and diff -r.")
    sys.exit(1 if found else 0)


def _tell_all(
    stories: list[Story], databases: tuple[str, ...], dump: Path | None
) -> kept.Summaries:
    told: kept.Summaries = {}
    with scratch() as folder, own_databases(databases, folder) as opened:
        for story in stories:
            for database, open_storage in opened.items():
                found = sections(tell(story, open_storage))
                told[story.name, database] = kept.summary(found)
                click.echo(f"{story.name}, {database}", err=True)
                if dump:
                    dump.mkdir(parents=True, exist_ok=True)
                    (dump / f"{story.name}.{database}.txt").write_text(text_of(found))
    return told


def _merged(told: kept.Summaries) -> kept.Summaries:
    """Return what is to be kept: what was told, and of other stories what is kept already."""
    before = kept.read() if kept.FILE.exists() else {}
    both = {**before, **told}
    keys = [(story.name, database) for story in STORIES for database in NAMES]
    return {key: both[key] for key in keys if key in both}


def _of_the_same(
    told: kept.Summaries, stories: list[Story], databases: tuple[str, ...]
) -> kept.Summaries:
    """Return what is kept of the stories told; of all, if none was left out."""
    is_whole = len(stories) == len(STORIES) and set(databases) == set(NAMES)
    return {key: found for key, found in kept.read().items() if is_whole or key in told}


def _forget_settings() -> None:
    """See no keys and addresses of the machine; notices would hold them."""
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)


def _end(number: int, frame: object) -> None:
    """End as Ctrl-C does, so that the processes and servers that were started end too."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    main()
