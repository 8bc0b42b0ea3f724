"""Every field that a shop sees is explained, and none of them is a secret."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, get_args

import pytest

from tossbill_ui import resources
from tossbill_ui.migrations.models import metadata
from tossbill_ui.privacy.tables import EXPORTED
from tossbill_ui.resources.base import Resource
from tossbill_ui.resources.lists import Page

# Whoever has one of these can charge, sign in or speak for somebody.
SECRETS = re.compile(r"key|seal|hash|secret|token|password|toss_json|session|cookie")
# Columns that an export hides from their own customer are hidden from the shop as well.
HIDDEN = {column for hidden in EXPORTED.values() for column in hidden}
for module in pkgutil.iter_modules(resources.__path__):
    importlib.import_module(f"{resources.__name__}.{module.name}")
MODELS = sorted(
    (each for each in Resource.__subclasses__() if each is not Page),
    key=lambda each: each.__name__,
)


def fields() -> list[Any]:
    """Return every field of every model with its description in the schema."""
    return [
        (f"{model.__name__}.{name}", field, model.model_json_schema()["properties"][name])
        for model in MODELS
        for name, field in model.model_fields.items()
    ]


def parts(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation is made of."""
    yield annotation
    for each in get_args(annotation):
        yield from parts(each)


def explains_itself(field: Any, schema: Any) -> bool:
    """Whether a field has an example, or the values that it can have, or an object's own fields."""
    is_plain = any(
        part is bool or (isinstance(part, type) and issubclass(part, StrEnum | Resource))
        for part in parts(field.annotation)
    )
    return is_plain or any(word in str(schema) for word in ("enum", "const", "examples"))


def test_field_has_a_description_an_example_and_a_unit() -> None:
    for name, field, schema in fields():
        assert schema.get("description", "").endswith("."), name
        assert explains_itself(field, schema), name
        assert not name.endswith("_krw") or "whole won" in schema["description"], name
        assert not name.endswith("_at") or datetime in set(parts(field.annotation)), name


@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.__name__)
def test_no_model_has_a_secret_or_a_hidden_column(model: type[Resource]) -> None:
    shown = set(model.model_fields)

    assert [name for name in shown if SECRETS.search(name)] == []
    assert shown & HIDDEN == set()


def test_secret_columns_are_found_by_their_names() -> None:
    columns = {column.name for table in metadata.tables.values() for column in table.columns}

    assert {name for name in columns if SECRETS.search(name)} >= {
        "customer_key",
        "billing_key_sealed",
        "auth_key_hash",
        "token_hash",
        "payment_key",
        "idempotency_key",
        "toss_json",
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.__name__)
def test_model_leaves_nothing_out_and_takes_nothing_unknown(model: type[Resource]) -> None:
    schema = model.model_json_schema()

    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == set(schema["properties"])
