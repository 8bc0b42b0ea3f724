"""`docs/events.md` explains every event type, column, kind of actor and reason."""

from __future__ import annotations

import re

import pytest

from tossbill_ui.build import ROOT
from tossbill_ui.core.actor import ActorKind
from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.types import EventType, Reason

PAGE = (ROOT / "docs" / "events.md").read_text()


def test_exactly_the_existing_types_are_explained() -> None:
    explained = re.findall(r"^\| `(\w+\.\w+)` \| .+ \|$", PAGE, re.MULTILINE)

    assert explained == [type_.value for type_ in EventType]


@pytest.mark.parametrize("name", sorted(EventRecord.model_fields))
def test_every_column_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE.split("## Columns")[1]


def test_every_kind_of_actor_is_explained() -> None:
    assert [kind for kind in ActorKind if f"`{kind}`" not in PAGE] == []


def test_migration_has_the_actor_kinds_of_the_model() -> None:
    text = (ROOT / "tossbill_ui/migrations/versions/0010_events.py").read_text()
    actors = re.search(r'^ACTORS = "(.*)"', text, re.MULTILINE)

    assert actors
    assert re.findall(r"'(\w+)'", actors[1]) == [kind.value for kind in ActorKind]


@pytest.mark.parametrize("reason", [reason.value for reason in Reason])
def test_every_reason_of_ours_is_explained(reason: str) -> None:
    assert f"`{reason}`" in PAGE.split("## Reasons")[1].split("## Columns")[0]
