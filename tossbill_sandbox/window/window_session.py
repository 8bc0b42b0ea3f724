"""Window sessions: a customer's visit to the window, from the shop's page and back to it.

``method -> identity -> succeeded | failed``, and ``canceled`` or ``expired`` from either step.
Every transition is one conditional UPDATE, so a form submitted twice has one effect and leads to
the same URL both times.
"""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tossbill_sandbox.api.auth import shop_of_client_key
from tossbill_sandbox.cards.accounts import Account
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME, Card
from tossbill_sandbox.errors import WINDOW_MESSAGES
from tossbill_sandbox.store import random_ids
from tossbill_sandbox.urls import is_absolute_http, origin_of, with_parameters

OPEN_STEPS = frozenset({"method", "identity"})
OWNER_TYPES = ("PERSONAL", "CORPORATE")
METHODS = {"CARD": "카드", "TRANSFER": "계좌"}
IDENTITY_CODE = "000000"
_CLIENT_KEY = re.compile(r"(test|live)_ck_\w+")
_CUSTOMER_KEY = re.compile(r"[A-Za-z0-9\-_=.@]{2,50}")


class WindowRefused(Exception):
    """The window does not open, with one of the browser script's codes."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = WINDOW_MESSAGES[code]


@dataclass(frozen=True, slots=True)
class WindowSession:
    """A row of the table ``trip``."""

    id: str
    client_key: str
    customer_key: str
    success_url: str
    fail_url: str
    target: str
    parent_origin: str
    method: str
    card_types: str
    step: str
    card: str | None
    persona: str | None
    end_code: str | None
    created_at: str
    language: str

    @property
    def is_framed(self) -> bool:
        """Whether the shop's page shows the window in an iframe."""
        return self.target == "iframe"

    @property
    def is_open(self) -> bool:
        """Whether the session has not ended."""
        return self.step in OPEN_STEPS

    @property
    def what(self) -> str:
        """The Korean word for the payment method to register."""
        return METHODS[self.method]

    @property
    def owner_types(self) -> list[str]:
        """The owner types that the shop accepts, in its order."""
        return self.card_types.split(",")

    @property
    def chosen_account(self) -> Account | None:
        """The account entered; None if it was a card."""
        return Account.from_json(self.card or "{}")

    @property
    def chosen_card(self) -> Card:
        """The card entered; valid only after the first step, and not for an account."""
        return Card.from_json(self.card or "{}")

    def is_older_than(self, lifetime: timedelta, now: datetime) -> bool:
        """Return whether the session has outlived its lifetime."""
        return now - datetime.fromisoformat(self.created_at) >= lifetime


def start(
    connection: sqlite3.Connection, query: Mapping[str, str], now: datetime, language: str = "ko"
) -> str:
    """Create a session and return its id, the only thing that later URLs contain.

    Raises:
        WindowRefused: A parameter violates the documentation of the browser script (contract §2).
    """
    success_url, fail_url = query.get("successUrl", ""), query.get("failUrl", "")
    parent = query.get("parentOrigin") or success_url
    types = list(dict.fromkeys((query.get("cardTypes") or ",".join(OWNER_TYPES)).split(",")))
    _check(query, success_url, fail_url, parent, types)
    if shop_of_client_key(connection, query["clientKey"]) is None:
        raise WindowRefused("UNAUTHORIZED_KEY")
    session_id = random_ids.letters(connection, 32)
    connection.execute(
        "INSERT INTO trip VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'method', NULL, NULL, NULL, ?, ?)",
        (
            session_id,
            query["clientKey"],
            query["customerKey"],
            success_url,
            fail_url,
            "iframe" if query.get("windowTarget") == "iframe" else "self",
            origin_of(parent),
            query.get("method", "CARD"),
            ",".join(types),
            now.isoformat(),
            language,
        ),
    )
    return session_id


def find(connection: sqlite3.Connection, session_id: str) -> WindowSession | None:
    """Return a session, or None if the id is unknown."""
    row = connection.execute("SELECT * FROM trip WHERE id = ?", (session_id,)).fetchone()
    return WindowSession(**dict(row)) if row else None


def change_language(connection: sqlite3.Connection, session_id: str, language: str) -> None:
    """Change the language in which a session's pages are shown."""
    connection.execute("UPDATE trip SET language = ? WHERE id = ?", (language, session_id))


def take_method(
    connection: sqlite3.Connection, session_id: str, method: Card | Account, persona: str
) -> None:
    """Move to the identity step, storing the masked card or account."""
    connection.execute(
        "UPDATE trip SET step = 'identity', card = ?, persona = ?"
        " WHERE id = ? AND step IN ('method', 'identity')",
        (method.to_json(), persona, session_id),
    )


def confirm(connection: sqlite3.Connection, session_id: str, now: datetime) -> None:
    """End the session after the identity step: with an authKey, or with the persona's failure."""
    session = find(connection, session_id)
    if session is None or session.step != "identity":
        return
    persona = PERSONAS_BY_NAME.get(session.persona or "")
    if persona and persona.window_code:
        end(connection, session_id, "failed", persona.window_code)
        return
    connection.execute("UPDATE trip SET step = 'succeeded' WHERE id = ?", (session_id,))
    # Ends in "=", as Toss's keys do, which exposes shops that forget to encode or decode it.
    auth_key = random_ids.base64_key(connection)
    connection.execute(
        "INSERT INTO authorization VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
        (
            auth_key,
            session_id,
            session.client_key,
            session.customer_key,
            session.card,
            session.persona,
            now.isoformat(),
        ),
    )


def end(connection: sqlite3.Connection, session_id: str, step: str, code: str) -> None:
    """End an open session unsuccessfully."""
    connection.execute(
        "UPDATE trip SET step = ?, end_code = ? WHERE id = ? AND step IN ('method', 'identity')",
        (step, code, session_id),
    )


def destination(connection: sqlite3.Connection, session: WindowSession) -> str:
    """Return the URL after the session: successUrl or failUrl with Toss's parameters (§2.1)."""
    if session.step == "succeeded":
        [auth_key] = connection.execute(
            "SELECT auth_key FROM authorization WHERE trip_id = ?", (session.id,)
        ).fetchone()
        parameters = {"customerKey": session.customer_key, "authKey": auth_key}
        return with_parameters(session.success_url, parameters)
    code = session.end_code or "PAY_PROCESS_ABORTED"
    return with_parameters(session.fail_url, {"code": code, "message": WINDOW_MESSAGES[code]})


def _check(
    query: Mapping[str, str], success_url: str, fail_url: str, parent: str, types: list[str]
) -> None:
    checks = {
        "INVALID_CLIENT_KEY": _CLIENT_KEY.fullmatch(query.get("clientKey", "")),
        "INVALID_CUSTOMER_KEY": _CUSTOMER_KEY.fullmatch(query.get("customerKey", "")),
        "INCORRECT_SUCCESS_URL_FORMAT": is_absolute_http(success_url),
        "INCORRECT_FAIL_URL_FORMAT": is_absolute_http(fail_url),
        "NOT_SUPPORTED_METHOD": query.get("method", "CARD") in METHODS,
        "INVALID_PARAMETERS": is_absolute_http(parent) and set(types) <= set(OWNER_TYPES),
    }
    for code, holds in checks.items():
        if not holds:
            raise WindowRefused(code)
