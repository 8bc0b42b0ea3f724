"""A shop with a feature for subscribers. Tossbill knows who they are, and takes the money."""

import logging
import os
import secrets

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.middleware.sessions import SessionMiddleware
from tossbill import AsyncTossbill, InvalidSignature

SHOP = os.environ.get("SHOP_URL", "http://localhost:8000")
PAGE = '<h1>가게</h1><p>{}</p><form method="post" action="{}"><button>{}</button></form>'

tossbill = AsyncTossbill(
    os.environ.get("TOSSBILL_URL", "http://localhost:3000"),
    os.environ["TOSSBILL_KEY"],
    webhook_secret=os.environ.get("TOSSBILL_WEBHOOK_SECRET", "").split(),
)
log = logging.getLogger("uvicorn.error")
app = FastAPI(openapi_url=None)
app.add_middleware(SessionMiddleware, secret_key=secrets.token_hex(32), session_cookie="shop")


@app.get("/", response_class=HTMLResponse)
async def home(request: Request) -> str:
    member = request.session.get("member")
    if not member:
        return PAGE.format("손님", "/log-in", "42번 회원으로 로그인")
    feature = "특별한 기능" if await tossbill.is_active(member) else "구독하면 쓸 수 있어요"
    return PAGE.format(f"{member}번 회원 · {feature}", "/subscription", "구독 관리")


@app.post("/log-in")
async def log_in(request: Request) -> RedirectResponse:
    request.session["member"] = "42"  # your own log-in decides who it is
    return RedirectResponse("/", status_code=303)


@app.post("/subscription")
async def subscription(request: Request) -> RedirectResponse:
    if not (member := request.session.get("member")):
        return RedirectResponse("/", status_code=303)
    link = await tossbill.portal_link(
        member, name="김하나", email="hana@example.com", email_verified=True, return_url=f"{SHOP}/"
    )
    return RedirectResponse(link, status_code=303)


@app.post("/webhooks/tossbill")
async def webhook(request: Request) -> Response:
    try:
        event = tossbill.receive(request.headers, await request.body())
    except InvalidSignature:
        return Response(status_code=400)
    if member := event.external_id:
        log.info("%s: %s", member, await tossbill.is_active(member))  # or store it
    return Response(status_code=204)
