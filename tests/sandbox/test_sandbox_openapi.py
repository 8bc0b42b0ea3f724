"""The OpenAPI document is complete and matches the routes."""

import json
import re
from typing import Any

from starlette.routing import Route

from tests.sandbox.client import SandboxClient
from tossbill_sandbox.app import Sandbox

_SCRIPTS = ("/v1/payment", "/v1/payment-widget", "/v1/brandpay")


def references(value: Any) -> set[str]:
    return set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(value)))


async def test_every_route_is_described_and_every_schema_is_defined(
    client: SandboxClient, sandbox: Sandbox
) -> None:
    described = (await client.http.get("openapi.json")).json()

    routes = [route for route in sandbox.routes if isinstance(route, Route)]
    existing = {
        (re.sub(r":path|:int|/$", "", route.path), method.lower())
        for route in routes
        for method in (route.methods or set()) - {"HEAD"}
        if route.path.startswith(("/v1/", "/_control/"))
        and not route.path.startswith(("/v1/{rest", "/_control/panel"))
        and route.path not in _SCRIPTS
    }
    named = {(path, method) for path, item in described["paths"].items() for method in item}
    assert named == existing
    assert references(described["paths"]) == set(described["components"]["schemas"])
    assert described["servers"] == [{"url": "/sandbox"}]


async def test_operation_ids_are_unique(client: SandboxClient) -> None:
    described = (await client.http.get("openapi.json")).json()

    names = [
        operation["operationId"]
        for item in described["paths"].values()
        for operation in item.values()
        if "operationId" in operation
    ]
    assert len(names) == len(set(names)) == 15
