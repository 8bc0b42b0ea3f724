"""Records whether a piece of work may have stored something, even if it fails in the middle."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Commits:
    """The commits of one piece of work, and of the tasks that it started.

    Attributes:
        were_tried: Whether one was begun. It may have succeeded even if an error followed, as when
            the connection was lost before the database responded.
    """

    were_tried: bool = False


_watched: ContextVar[Commits | None] = ContextVar("commits", default=None)


def watch_commits() -> Commits:
    """Watch the commits of this task from now on."""
    commits = Commits()
    _watched.set(commits)
    return commits


def note_commit() -> None:
    """Record that a commit is about to begin."""
    if commits := _watched.get():
        commits.were_tried = True
