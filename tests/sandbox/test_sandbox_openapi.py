"""The description of the API is whole, and describes what is there."""

import json
import re
from typing import Any

from starlette.routing import Route

from tests.sandbox.box import Box
from tossbill_sandbox.app import Sandbox


def references(value: Any) -> set[str]:
    return set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(value)))


async def test_every_route_is_described_and_every_schema_is_there(
    box: Box, sandbox: Sandbox
) -> None:
    described = (await box.http.get("openapi.json")).json()

    routes = [route for route in sandbox.routes if isinstance(route, Route)]
    there = {
        (re.sub(r":path|:int", "", route.path), method.lower())
        for route in routes
        for method in (route.methods or set()) - {"HEAD"}
        if route.path.startswith(("/v1/", "/_control/"))
        and not route.path.startswith(("/v1/{rest", "/_control/panel"))
    }
    named = {(path, method) for path, item in described["paths"].items() for method in item}
    assert named == there
    assert references(described["paths"]) == set(described["components"]["schemas"])
    assert described["servers"] == [{"url": "/sandbox"}]


async def test_each_operation_has_a_name_of_its_own(box: Box) -> None:
    described = (await box.http.get("openapi.json")).json()

    names = [
        operation["operationId"]
        for item in described["paths"].values()
        for operation in item.values()
        if "operationId" in operation
    ]
    assert len(names) == len(set(names)) == 15
