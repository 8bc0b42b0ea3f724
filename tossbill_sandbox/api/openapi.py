"""An OpenAPI 3.1 document of both APIs, generated from their route tables."""

import re
from collections.abc import Iterable
from typing import Any

from tossbill_sandbox.api.endpoints import ENDPOINTS, Endpoint
from tossbill_sandbox.api.openapi_schemas import ERROR, SCHEMAS

_IN_PATH = re.compile(r"\{(\w+)(?::\w+)?\}")


def document(root_path: str, commands: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Describe Toss's API and the control API.

    Args:
        root_path: Where the sandbox is mounted.
        commands: Method, path and summary of every call in the control API.
    """
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        _add(paths, endpoint.method, endpoint.path, _operation(endpoint))
    for method, path, summary in commands:
        _add(paths, method, path, _command(path, summary))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tossbill sandbox of Toss Payments", "version": "1"},
        "servers": [{"url": root_path or "/"}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"secretKey": {"type": "http", "scheme": "basic"}},
        },
    }


def _add(
    paths: dict[str, dict[str, Any]], method: str, path: str, operation: dict[str, Any]
) -> None:
    paths.setdefault(_IN_PATH.sub(r"{\1}", path), {})[method.lower()] = operation


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": endpoint.summary,
        "description": f"As Toss documents it. In fault rules: `{endpoint.name}`.",
        "operationId": f"{endpoint.method.lower()}{re.sub(r'[^a-z]+', '_', endpoint.path)}",
        "tags": ["Toss"],
        "security": [{"secretKey": []}],
        "parameters": [*_path_parameters(endpoint.path), *_other_parameters(endpoint)],
        "responses": {
            "200": _content("Success", endpoint.response),
            "default": _content("One of Toss's errors", "Error"),
        },
    }
    if endpoint.request:
        described["requestBody"] = {"required": True, **_json(_reference(endpoint.request))}
    return described


def _command(path: str, summary: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "tags": ["Control"],
        "parameters": _path_parameters(path),
        "responses": {
            "default": {"description": "JSON", **_json({})},
            "403": {"description": "Not a request from this machine", **_json(ERROR)},
        },
    }


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _IN_PATH.findall(path)
    ]


def _other_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    query = [
        {
            "name": name.rstrip("*"),
            "in": "query",
            "required": name.endswith("*"),
            "schema": {"type": "string"},
        }
        for name in endpoint.query
    ]
    headers = ["Accept-Language"]
    headers += ["Idempotency-Key"] if endpoint.method == "POST" else []
    headers += ["TossPayments-Test-Code"] if endpoint.has_test_codes else []
    return [
        *query,
        *({"name": name, "in": "header", "schema": {"type": "string"}} for name in headers),
    ]


def _content(description: str, schema: str | None) -> dict[str, Any]:
    return {"description": description, **(_json(_reference(schema)) if schema else {})}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
