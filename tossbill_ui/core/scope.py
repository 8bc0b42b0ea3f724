"""The scope of a session: everything of its customer, or one task about one subscription."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """The tasks that a link can be limited to, each about one subscription."""

    PAY = "pay"
    METHOD = "method"
    PRICE = "price"
    PLAN = "plan"
    PAUSE = "pause"
    CANCEL = "cancel"
    HISTORY = "history"


@dataclass(frozen=True)
class Scope:
    """A task and the only subscription that it is about."""

    task: Task
    subscription_id: str

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that it allows: who may pay may do so with another method, and vice versa."""
        return PAYING if self.task in PAYING else frozenset({self.task})


PAYING = frozenset({Task.PAY, Task.METHOD})
