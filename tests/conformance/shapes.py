"""Validates responses against the schemas that the sandbox publishes."""

import re
from typing import Any

from tossbill_sandbox.api.openapi_schemas import SCHEMAS

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
    "object": dict,
    "array": list,
}


def problems(value: Any, schema: dict[str, Any], where: str = "$") -> list[str]:
    """Return the violations of a schema by a value; unknown fields are violations."""
    if "anyOf" in schema:
        found = [problems(value, each, where) for each in schema["anyOf"]]
        return [] if [] in found else found[0]
    if "enum" in schema or "const" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return [] if value in allowed else [f"{where}: {value!r} is not one of {allowed}"]
    expected = _TYPES[schema["type"]]
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        return [f"{where}: {value!r} is not of type {schema['type']}"]
    return [f"{where}: {value!r} violates {rule}" for rule in _broken(value, schema)] + _inside(
        value, schema, where
    )


def problems_of_answer(value: Any, name: str) -> list[str]:
    """Return the violations of a named schema by a response."""
    return problems(value, SCHEMAS[name])


def _broken(value: Any, schema: dict[str, Any]) -> list[str]:
    rules = {
        "minLength": lambda limit: len(value) >= limit,
        "maxLength": lambda limit: len(value) <= limit,
        "pattern": lambda limit: re.search(limit, value) is not None,
        "minimum": lambda limit: value >= limit,
        "maxItems": lambda limit: len(value) <= limit,
        "required": lambda limit: set(limit) <= set(value),
    }
    return [name for name, holds in rules.items() if name in schema and not holds(schema[name])]


def _inside(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    found: list[str] = []
    if isinstance(value, dict) and "properties" in schema:
        for name, item in value.items():
            known = schema["properties"].get(name)
            here = f"{where}.{name}"
            found += problems(item, known, here) if known else [f"{here}: unknown field"]
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            found += problems(item, schema["items"], f"{where}[{number}]")
    return found
