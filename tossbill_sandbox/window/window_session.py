"""Window sessions: a customer's visit to the window, from the shop's page and back to it.

``method -> identity -> succeeded | failed``, and ``canceled`` or ``expired`` from either step. A
one-off payment has no identity step: ``method -> succeeded | failed``.
Every transition is one conditional UPDATE, so a form submitted twice has one effect and leads to
the same URL both times.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from tossbill_sandbox.api import one_off
from tossbill_sandbox.api.auth import shop_of_client_key
from tossbill_sandbox.cards.accounts import Account
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME, Card
from tossbill_sandbox.errors import TossRefusal, window_message
from tossbill_sandbox.store import random_ids
from tossbill_sandbox.urls import with_parameters

OPEN_STEPS = frozenset({"method", "identity"})
OWNER_TYPES = ("PERSONAL", "CORPORATE")
METHODS = {"CARD": "카드", "TRANSFER": "계좌"}
IDENTITY_CODE = "000000"


@dataclass(frozen=True, slots=True)
class WindowSession:
    """A row of the table ``trip``, with what is paid for if it is a one-off payment."""

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
    payment_key: str | None
    script: str
    installments: str
    order_id: str | None
    order_name: str | None
    total_krw: int | None

    @property
    def is_payment(self) -> bool:
        """Whether it is a one-off payment and not a registration."""
        return self.payment_key is not None

    @property
    def months(self) -> list[int]:
        """The numbers of months that the buyer may choose from; 0 is at once."""
        return [int(each) for each in self.installments.split(",")]

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


def find(connection: sqlite3.Connection, session_id: str) -> WindowSession | None:
    """Return a session, or None if the id is unknown."""
    row = connection.execute(
        "SELECT trip.*, order_id, order_name, total_krw"
        " FROM trip LEFT JOIN payment USING (payment_key) WHERE id = ?",
        (session_id,),
    ).fetchone()
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


def pay(
    connection: sqlite3.Connection,
    session_id: str,
    now: datetime,
    card: Card,
    persona_name: str,
    *,
    installment_months: int,
) -> None:
    """End the session of a one-off payment: with the card, or with the persona's failure."""
    session = find(connection, session_id)
    if session is None or not session.is_open or session.payment_key is None:
        return
    persona = PERSONAS_BY_NAME.get(persona_name)
    if persona and persona.window_code:
        end(connection, session_id, "failed", persona.window_code)
        return
    shop = shop_of_client_key(connection, session.client_key)
    if shop is None:
        raise LookupError(session.client_key)
    try:
        one_off.pay(
            connection,
            shop,
            now,
            session.payment_key,
            card,
            persona_name,
            installment_months=installment_months,
        )
    except TossRefusal as refused:
        end(connection, session_id, "failed", refused.code)
    else:
        connection.execute("UPDATE trip SET step = 'succeeded' WHERE id = ?", (session_id,))


def end(connection: sqlite3.Connection, session_id: str, step: str, code: str) -> None:
    """End an open session unsuccessfully."""
    connection.execute(
        "UPDATE trip SET step = ?, end_code = ? WHERE id = ? AND step IN ('method', 'identity')",
        (step, code, session_id),
    )


def destination(connection: sqlite3.Connection, session: WindowSession) -> str:
    """Return the URL after the session: successUrl or failUrl with Toss's parameters (§2.1)."""
    if session.step == "succeeded":
        return with_parameters(session.success_url, _results(connection, session))
    code = session.end_code or "PAY_PROCESS_ABORTED"
    parameters = {"code": code, "message": window_message(code)}
    # Documented: no order id after a cancel.
    if session.order_id is not None and code != "PAY_PROCESS_CANCELED":
        parameters["orderId"] = session.order_id
    return with_parameters(session.fail_url, parameters)


def _results(connection: sqlite3.Connection, session: WindowSession) -> dict[str, str]:
    if session.payment_key is not None:
        kind = {"paymentType": "NORMAL"} if session.script == "v2" else {}
        return kind | {
            "orderId": session.order_id or "",
            "paymentKey": session.payment_key,
            "amount": str(session.total_krw),
        }
    [auth_key] = connection.execute(
        "SELECT auth_key FROM authorization WHERE trip_id = ?", (session.id,)
    ).fetchone()
    return {"customerKey": session.customer_key, "authKey": auth_key}
