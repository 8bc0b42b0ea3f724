"""The bare page: one HTML file, the exchange within the request, no database (the tutorial)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from string import Template

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

SANDBOX = os.environ["BARE_SANDBOX"]
KEYS = ("test_ck_tossbillSandboxClientKey00", "test_sk_tossbillSandboxSecretKey00")
PAGE = Template(Path(__file__).with_name("page.html").read_text())
toss = httpx.AsyncClient(base_url=SANDBOX, auth=(KEYS[1], ""))


async def register(request: Request) -> HTMLResponse:
    """Show the button."""
    return HTMLResponse(PAGE.substitute(sdk=f"{SANDBOX}/js/v2/standard", key=KEYS[0], result=""))


async def success(request: Request) -> HTMLResponse:
    """Exchange the authKey while the browser waits."""
    body = {name: request.query_params[name] for name in ("authKey", "customerKey")}
    answer = await toss.post("/v1/billing/authorizations/issue", json=body)
    return HTMLResponse(PAGE.substitute(sdk="", key="", result=json.dumps(answer.json()["card"])))


app = Starlette(routes=[Route("/register/", register), Route("/success/", success)])
