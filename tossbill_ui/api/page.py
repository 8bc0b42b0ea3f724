"""The page that shows the API's documentation, from our own files."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tossbill_ui.api.problems import ApiProblem, problem_response

ASSETS = files("fastapi_swagger") / "resources"
TYPES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
SCRIPT = """SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
});
"""
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tossbill API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<script src="/api/swagger-ui-bundle.js"></script>
<script src="/api/start.js"></script>
</body>
</html>
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KEPT = {"cache-control": "public, max-age=3600"}


async def show(request: Request) -> Response:
    """Return the page."""
    return HTMLResponse(PAGE, headers={"content-security-policy": POLICY})


async def start(request: Request) -> Response:
    """Return the script that starts it, which the page's policy forbids to be in the page."""
    return Response(SCRIPT, media_type="text/javascript", headers=KEPT)


async def asset(request: Request) -> Response:
    """Return one of the package's two files."""
    name = request.path_params["name"]
    if name not in TYPES:
        return Response(status_code=404)
    return Response((ASSETS / name).read_bytes(), media_type=TYPES[name], headers=KEPT)


async def nothing(request: Request) -> Response:
    """Answer the address of the API itself, which has nothing."""
    return problem_response(request, ApiProblem(404, "not_found", "See /api/ for what there is."))


ROUTES = [
    Route("/api/", show, methods=["GET"]),
    Route("/api/v1", nothing),
    Route("/api/start.js", start, methods=["GET"]),
    Route("/api/{name}", asset, methods=["GET"]),
]
