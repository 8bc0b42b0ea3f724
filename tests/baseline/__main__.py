"""Command that runs every story and compares its outcome with the kept file.

``python -m tests.baseline --write`` writes the file. To see how two commits differ, run both with
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
from tests.baseline.story import Story, run_story
from tests.simulation.story import scratch_folder
from tossbill_ui.core.settings import Settings

_DATABASE = click.Choice(NAMES)
_NAME = click.Choice([story.name for story in STORIES])
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--write", is_flag=True, help="Write the kept file instead of comparing.")
@click.option("--dump", type=_FOLDER, help="Write the full text of each outcome into a folder.")
@click.option("--only", type=_NAME, metavar="NAME", multiple=True, help="Run this story only.")
@click.option("--database", "databases", type=_DATABASE, multiple=True, default=NAMES)
def main(
    *, write: bool, dump: Path | None, only: tuple[str, ...], databases: tuple[str, ...]
) -> None:
    """Run stories on both databases, and list the outcomes that differ from the kept file."""
    _forget_settings()
    stories = [story for story in STORIES if story.name in only or not only]
    summaries = _run_all(stories, databases, dump)
    if write:
        kept.write(_merged(summaries))
        return
    found = kept.differences(_kept_of(summaries, stories, databases), summaries)
    click.echo("\n".join(found) or f"As before: {len(summaries)} of {len(summaries)}.")
    if found:
        click.echo("To see what differs: --dump into a folder before and after, and diff -r.")
    sys.exit(1 if found else 0)


def _run_all(stories: list[Story], databases: tuple[str, ...], dump: Path | None) -> kept.Summaries:
    summaries: kept.Summaries = {}
    with scratch_folder() as folder, own_databases(databases, folder) as opened:
        for story in stories:
            for database, open_storage in opened.items():
                found = sections(run_story(story, open_storage))
                summaries[story.name, database] = kept.summary(found)
                click.echo(f"{story.name}, {database}", err=True)
                if dump:
                    dump.mkdir(parents=True, exist_ok=True)
                    (dump / f"{story.name}.{database}.txt").write_text(text_of(found))
    return summaries


def _merged(summaries: kept.Summaries) -> kept.Summaries:
    """Return the kept file's new content: these summaries and the old ones of other stories."""
    before = kept.read() if kept.FILE.exists() else {}
    both = {**before, **summaries}
    keys = [(story.name, database) for story in STORIES for database in NAMES]
    return {key: both[key] for key in keys if key in both}


def _kept_of(
    summaries: kept.Summaries, stories: list[Story], databases: tuple[str, ...]
) -> kept.Summaries:
    """Return the kept summaries of the stories that ran; all of them, if no story was left out."""
    is_whole = len(stories) == len(STORIES) and set(databases) == set(NAMES)
    return {key: found for key, found in kept.read().items() if is_whole or key in summaries}


def _forget_settings() -> None:
    """Remove the settings of the machine, which would show up in notices."""
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)


def _end(number: int, frame: object) -> None:
    """Stop as Ctrl-C does, so that the processes and servers that were started stop too."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    main()
