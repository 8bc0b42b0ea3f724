"""A shop whose members manage their subscriptions in Tossbill UI, and come back."""

import base64
import hmac
import json
import os
import secrets
import time

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

TOSSBILL = os.environ.get("TOSSBILL_URL", "http://localhost:3000")
SHOP = os.environ.get("SHOP_URL", "http://localhost:8000")
ENTRY_KEY = os.environ["ENTRY_KEY"].encode()

PAGE = '<h1>가게</h1><p>{}</p><form method="post" action="{}"><button>{}</button></form>'

app = FastAPI(openapi_url=None)
app.add_middleware(SessionMiddleware, secret_key=secrets.token_hex(32), session_cookie="shop")


def signed(claims: dict) -> str:
    """Return a JSON Web Token, signed by HS256 with the key that only the two servers know."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256"}, claims)]
    text = ".".join(base64url(part) for part in parts)
    return f"{text}.{base64url(hmac.digest(ENTRY_KEY, text.encode(), 'sha256'))}"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@app.get("/", response_class=HTMLResponse)
async def home(request: Request) -> str:
    member = request.session.get("member")
    if member:
        return PAGE.format(f"{member}번 회원", "/subscription", "구독 관리")
    return PAGE.format("손님", "/log-in", "42번 회원으로 로그인")


@app.post("/log-in")
async def log_in(request: Request) -> RedirectResponse:
    request.session["member"] = "42"  # your own log-in decides who it is
    return RedirectResponse("/", status_code=303)


@app.post("/subscription")
async def subscription(request: Request) -> RedirectResponse:
    if "member" not in request.session:
        return RedirectResponse("/", status_code=303)
    now = int(time.time())
    claims = {"sub": request.session["member"], "name": "김하나", "iat": now, "exp": now + 300}
    claims |= {"jti": secrets.token_urlsafe(16), "return_url": f"{SHOP}/"}
    return RedirectResponse(f"{TOSSBILL}/enter/?t={signed(claims)}", status_code=303)
