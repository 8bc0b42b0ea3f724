"""The panel: a live web page of the sandbox's state, with controls to change it."""

import json
import re
import secrets
import sqlite3
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tossbill_sandbox import language
from tossbill_sandbox.assets import read_static
from tossbill_sandbox.cards.accounts import Account
from tossbill_sandbox.cards.personas import ISSUERS, Card
from tossbill_sandbox.control import webhook_control
from tossbill_sandbox.control.local_only import local_only
from tossbill_sandbox.control.state import SandboxState
from tossbill_sandbox.english import PANEL
from tossbill_sandbox.hints import HINTS
from tossbill_sandbox.store import double_charges, faults
from tossbill_sandbox.store.request_log import RequestLog
from tossbill_sandbox.store.store import Store

ROWS = 50
# A text of the page, which is written in Korean.
_TEXT = re.compile(r"\{\{(.+?)\}\}")
# Written in the language that the link switches to.
_OTHER_LANGUAGE = {"ko": ("en", "English"), "en": ("ko", "한국어")}
_KOREAN_HINTS = {english: korean for korean, english in HINTS.items()}
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; font-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Panel:
    """Serves ``/`` and its data."""

    def __init__(self, store: Store, state: SandboxState, log: RequestLog, mailbox: str) -> None:
        self._store = store
        self._state = state
        self._log = log
        # The counts restart with every process, so a revision needs an id of the process.
        self._process_id = secrets.token_hex(4)
        self._page = read_static("panel.html").decode().replace("{mailbox}", escape(mailbox))

    def routes(self) -> list[Route]:
        """Return the routes; the data is restricted to this machine."""
        return [
            Route("/", self._show, methods=["GET"]),
            Route("/_control/panel", local_only(self._read), methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        _speak(request)
        other, other_name = _OTHER_LANGUAGE[language.spoken()]
        page = _TEXT.sub(lambda found: language.text(found[1]), self._page)
        for name, value in {
            "root": request.scope.get("root_path", ""),
            "language": language.spoken(),
            "texts": json.dumps(PANEL if language.spoken() == "en" else {}),
            "other": other,
            "other_name": other_name,
        }.items():
            page = page.replace(f"{{{name}}}", escape(value))
        return Response(page, headers=_HEADERS, media_type="text/html")

    async def _read(self, request: Request) -> Response:
        """Return the time, and everything else only if it changed since the last poll."""
        _speak(request)
        revision = f"{self._process_id}.{self._store.revision}.{self._log.count}"
        answer: dict[str, Any] = {
            "revision": revision,
            "now": self._state.clock.now().isoformat(),
            **self._state.way(),
        }
        if request.query_params.get("since") != revision:
            next_at = await self._state.next_at()
            answer["state"] = {
                **await self._state_rows(),
                "next_due_at": next_at and next_at.isoformat(),
                "requests": [_translated(each) for each in self._log.newest(ROWS)],
                "fault_endpoints": sorted(faults.ENDPOINTS),
                "fault_kinds": sorted(faults.KINDS - faults.WEBHOOK_KINDS),
                "webhook_fault_kinds": sorted(faults.WEBHOOK_KINDS),
            }
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    async def _state_rows(self) -> dict[str, Any]:
        state = await self._store.run(_state)
        # Here and not in the store's thread, which speaks no language.
        methods = [row | {"label": _label(row.pop("card"))} for row in state["methods"]]
        return state | {"methods": methods}


def _speak(request: Request) -> None:
    accepted = request.headers.get("accept-language", "")
    language.speak(language.choose(request.query_params, accepted))


def _state(connection: sqlite3.Connection) -> dict[str, Any]:
    return {
        "double_charges": double_charges.read(connection, ROWS),
        "methods": _methods(connection),
        "payments": _payments(connection),
        "webhooks": webhook_control.overview(connection),
        "faults": faults.read(connection),
    }


def _methods(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = connection.execute("SELECT * FROM billing_key ORDER BY rowid DESC LIMIT ?", (ROWS,))
    return [
        {
            "card": row["card"],
            "persona": row["persona"],
            "customer_key": row["customer_key"],
            "billing_key": row["billing_key"],
            "created_at": row["created_at"],
            "deleted_at": row["deleted_at"],
        }
        for row in rows
    ]


def _payments(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = connection.execute(
        "SELECT payment_key AS id, customer_key, order_id, order_name, status,"
        " total_krw, balance_krw, requested_at FROM payment ORDER BY rowid DESC LIMIT ?",
        (ROWS,),
    )
    return [dict(row) for row in rows]


def _translated(request: dict[str, Any]) -> dict[str, Any]:
    """Return a logged call with its hint, which was sent in English, in the page's language."""
    hint: str = request["hint"]
    return {**request, "hint": hint and language.text(_KOREAN_HINTS[hint])}


def _label(text: str) -> str:
    if account := Account.from_json(text):
        return f"{language.text(account.bank_name)} {account.masked_number}"
    card = Card.from_json(text)
    issuer, kind = language.text(ISSUERS[card.issuer_code]), language.text(card.card_type)
    return f"{issuer} {kind} {card.number}"
