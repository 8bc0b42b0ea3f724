"""Writes ``docs/api-reference.md``: every address and field, with a real request and its answer.

``python -m tests.api.reference`` runs a shop and writes the page; a test compares the two.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from tests.api.client import Program
from tossbill_ui.api.app import build
from tossbill_ui.build import ROOT

PAGE = ROOT / "docs" / "api-reference.md"
# What differs from run to run, and how the page shows it.
DRAWN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
SECRETS = (
    (re.compile(r"/enter/[\w-]{43}"), "/enter/…"),
    (re.compile(r"whsec_[\w+/=]+"), "whsec_…"),
    (re.compile(r"http://[\w.]+:\d+(?=/enter/)"), "https://pay.example.com"),
)
HEAD = """\
# API reference

Part of [the API](api.md), where keys, commands, problems and limits are explained. A program that
runs a shop has written this page: every request and every answer is real.

"""


@dataclass(frozen=True)
class Exchange:
    """A request that was sent, and its answer.

    Attributes:
        operation: The method and the path with its parameters, as in the document.
    """

    operation: str
    path: str
    body: object
    response: httpx.Response


@dataclass
class Recorder:
    """Sends requests for the page."""

    program: Program
    exchanges: list[Exchange] = field(default_factory=list[Exchange])

    async def send(
        self, operation: str, body: object = None, *, query: str = "", **named: str
    ) -> Any:
        """Send a request, keep it with its answer, and return what was answered."""
        method, _, template = operation.partition(" ")
        path = template.format(**named) + (f"?{query}" if query else "")
        response = await self.program.send(method, path, body)
        assert response.is_success, response.text
        self.exchanges.append(Exchange(operation, path, body, response))
        return response.json() if response.content else None


class Names:
    """Gives drawn ids names that are the same in every run."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def plain(self, text: str) -> str:
        """Return a text without anything that differs from run to run."""
        for pattern, shown in SECRETS:
            text = pattern.sub(shown, text)
        return DRAWN.sub(self._name, text)

    def _name(self, found: re.Match[str]) -> str:
        number = str(len(self._names)).encode()
        drawn = hashlib.blake2s(number, digest_size=16).hexdigest()
        return self._names.setdefault(found[0], drawn)


def rendered(exchanges: list[Exchange]) -> str:
    """Return the page."""
    document, names = build().openapi(), Names()
    by_operation = {each.operation: each for each in reversed(exchanges)}
    parts = [HEAD]
    for tag, operations in _by_tag(document).items():
        parts.append(f"## {tag}\n")
        for name, operation in operations.items():
            parts.append(_operation(document, name, operation))
            parts.append(_exchange(by_operation[name], names))
    parts.append("## Objects\n")
    parts += [_object(name, each) for name, each in _objects(document)]
    return "\n".join(parts)


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every operation by its method and path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _by_tag(document: Mapping[str, Any]) -> dict[str, dict[str, Mapping[str, Any]]]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, operation in operations_of(document):
        found.setdefault(operation["tags"][0], {})[name] = operation
    return found


def _operation(document: Mapping[str, Any], name: str, operation: Mapping[str, Any]) -> str:
    lines = [f"### {name}\n", operation["description"], ""]
    parameters = [
        (each["name"], each["schema"], each.get("description", ""), each.get("required", False))
        for each in operation.get("parameters", [])
        if each["name"] != "Idempotency-Key"
    ]
    if parameters:
        lines += [_table(parameters, first="parameter"), ""]
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        for fields in _bodies(document, schema):
            lines += [_table(fields, first="field"), ""]
    return "\n".join(lines)


Fields = list[tuple[str, Mapping[str, Any], str, bool]]


def _bodies(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Fields]:
    """Yield the fields of a body, or of each of several that are possible."""
    for each in schema.get("oneOf") or schema.get("anyOf") or [schema]:
        yield _fields(_resolved(document, each))


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return document["components"]["schemas"][reference.rpartition("/")[2]]


def _fields(schema: Mapping[str, Any]) -> Fields:
    required = schema.get("required", [])
    return [
        (name, each, each.get("description", ""), name in required)
        for name, each in schema.get("properties", {}).items()
    ]


def _table(fields: Fields, *, first: str) -> str:
    lines = [f"| {first} | type | |", "|---|---|---|"]
    for name, schema, description, required in fields:
        text = " ".join(description.split()).replace("|", "\\|")
        needed = "**required** · " if required and first != "property" else ""
        lines.append(f"| `{name}` | {_type(schema)} | {needed}{text} |")
    return "\n".join(lines)


def _type(schema: Mapping[str, Any]) -> str:
    """Return the type of a field, for people."""
    match schema:
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"anyOf": options} | {"oneOf": options}:
            return " or ".join(_type(option) for option in options)
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"format": form}:
            return {"date-time": "instant", "date": "day"}.get(str(form), str(form))
        case _:
            return str(schema.get("type", "any"))


def _objects(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what answers consist of."""
    yield from sorted(document["components"]["schemas"].items())


def _object(name: str, schema: Mapping[str, Any]) -> str:
    lines = [f"### {name}\n", schema.get("description", ""), ""]
    if "enum" in schema:
        return "\n".join([*lines, ", ".join(f"`{each}`" for each in schema["enum"]), ""])
    return "\n".join([*lines, _table(_fields(schema), first="property"), ""])


def _exchange(exchange: Exchange, names: Names) -> str:
    method = exchange.operation.partition(" ")[0]
    lines = ["```http", names.plain(f"{method} /api/v1{exchange.path}")]
    if method != "GET":
        lines.append(f"Idempotency-Key: {exchange.response.request.headers['idempotency-key']}")
    if exchange.body is not None:
        lines += ["Content-Type: application/json", "", names.plain(_json(exchange.body))]
    lines += ["```", "", _answer(exchange.response, names)]
    return "\n".join(lines)


def _answer(response: httpx.Response, names: Names) -> str:
    if not response.content:
        return f"Answer {response.status_code}, without a body.\n"
    text = names.plain(_json(response.json()))
    return f"Answer {response.status_code}:\n\n```json\n{text}\n```\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


async def page() -> str:
    """Run the shop on a new database and return the page."""
    from tests.api.reference_story import tell  # the story sends with a recorder of this module

    with TemporaryDirectory() as folder:
        return rendered(await tell(Path(folder)))


if __name__ == "__main__":
    PAGE.write_text(asyncio.run(page()))
