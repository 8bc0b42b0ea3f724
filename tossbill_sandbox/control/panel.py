"""The panel: a live web page of the sandbox's state, with controls to change it."""

import secrets
import sqlite3
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tossbill_sandbox.assets import read_static
from tossbill_sandbox.cards.accounts import Account
from tossbill_sandbox.cards.personas import ISSUERS, Card
from tossbill_sandbox.control import webhook_control
from tossbill_sandbox.control.local_only import local_only
from tossbill_sandbox.control.state import SandboxState
from tossbill_sandbox.store import faults
from tossbill_sandbox.store.request_log import RequestLog
from tossbill_sandbox.store.store import Store

ROWS = 50
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
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
        root = request.scope.get("root_path", "")
        page = self._page.replace("{root}", root)
        return Response(page, headers=_HEADERS, media_type="text/html")

    async def _read(self, request: Request) -> Response:
        """Return the time, and everything else only if it changed since the last poll."""
        revision = f"{self._process_id}.{self._store.revision}.{self._log.count}"
        answer: dict[str, Any] = {"revision": revision, "now": self._state.clock.now().isoformat()}
        if request.query_params.get("since") != revision:
            next_at = await self._state.next_at()
            answer["state"] = {
                **await self._store.run(_state),
                "next_due_at": next_at and next_at.isoformat(),
                "requests": self._log.newest(ROWS),
                "fault_endpoints": sorted(faults.ENDPOINTS),
                "fault_kinds": sorted(faults.KINDS),
            }
        return JSONResponse(answer, headers={"cache-control": "no-store"})


def _state(connection: sqlite3.Connection) -> dict[str, Any]:
    return {
        "methods": _methods(connection),
        "payments": _payments(connection),
        "webhooks": webhook_control.overview(connection),
        "faults": faults.read(connection),
    }


def _methods(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = connection.execute("SELECT * FROM billing_key ORDER BY rowid DESC LIMIT ?", (ROWS,))
    return [
        {
            "label": _label(row["card"]),
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
        "SELECT payment_key AS id, order_id, order_name, status, total_krw, balance_krw,"
        " requested_at FROM payment ORDER BY rowid DESC LIMIT ?",
        (ROWS,),
    )
    return [dict(row) for row in rows]


def _label(text: str) -> str:
    if account := Account.from_json(text):
        return f"{account.bank_name} {account.masked_number}"
    card = Card.from_json(text)
    return f"{ISSUERS[card.issuer_code]} {card.card_type} {card.number}"
