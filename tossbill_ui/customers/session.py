"""The session: a signed cookie that identifies the customer.

Reflex's own client token is a bearer value that pages can read; it proves nothing here.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from tossbill_ui.core import cookies
from tossbill_ui.core.actor import VISITOR, Actor, customer
from tossbill_ui.core.crypto import Signer, new_id
from tossbill_ui.core.scope import Scope, Task

COOKIE_NAME = "tossbill_session"
# With this prefix a browser takes a cookie from no other host of the domain, and only over TLS.
SECURE_COOKIE_NAME = f"__Host-{COOKIE_NAME}"
COOKIE_NAMES = (SECURE_COOKIE_NAME, COOKIE_NAME)
COOKIE_SECONDS = 180 * 24 * 3600
PURPOSE = "session"
# Tells a tab's state the session as it is stored; only our own middleware sets it.
SOCKET_COOKIE_NAME, SOCKET_PURPOSE = "tossbill_socket", "socket"


@dataclass(frozen=True)
class Session:
    """One browser of one customer.

    Attributes:
        id: Random; a registration can only be finished by the browser that started it.
        customer_id: The customer whose browser it is.
        scope: What it is limited to; None if it sees all of its customer.
        return_url: The page of the shop to go back to; empty if there is none.
    """

    id: str
    customer_id: str
    scope: Scope | None = None
    return_url: str = ""


def new_session() -> Session:
    """Create a session for a new browser."""
    return Session(id=new_id(), customer_id=new_id())


def actor_of(session: Session | None) -> Actor:
    """Return the session's customer; without a session a visitor, who owns nothing."""
    return customer(session.customer_id, scope=session.scope) if session else VISITOR


def seal(signer: Signer, session: Session) -> str:
    """Return the signed value of the cookie."""
    value = f"{session.id}.{session.customer_id}"
    return f"{value}.{signer.token(PURPOSE, value)}"


def unseal(signer: Signer, cookie: str) -> Session | None:
    """Return the session in a cookie's value, or None if we did not sign it."""
    session_id, _, rest = cookie.partition(".")
    customer_id, _, token = rest.partition(".")
    if not (session_id and customer_id):
        return None
    if not signer.verifies(token, PURPOSE, f"{session_id}.{customer_id}"):
        return None
    return Session(id=session_id, customer_id=customer_id)


def seal_for_socket(signer: Signer, session: Session) -> str:
    """Return the signed value that tells a tab's state everything about its session."""
    task, subscription_id = (
        (session.scope.task, session.scope.subscription_id) if session.scope else ("", "")
    )
    facts = [session.id, session.customer_id, task, subscription_id, session.return_url]
    value = base64.urlsafe_b64encode(json.dumps(facts).encode()).decode().rstrip("=")
    return f"{value}.{signer.token(SOCKET_PURPOSE, value)}"


def from_socket(signer: Signer, header: str) -> Session | None:
    """Return the session that our middleware has put into a websocket's ``Cookie`` header."""
    value, _, token = cookies.only(header, SOCKET_COOKIE_NAME).partition(".")
    if not signer.verifies(token, SOCKET_PURPOSE, value):
        return None
    facts = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    session_id, customer_id, task, subscription_id, return_url = facts
    scope = Scope(Task(task), subscription_id) if task else None
    return Session(id=session_id, customer_id=customer_id, scope=scope, return_url=return_url)


def from_cookie_header(signer: Signer, header: str) -> Session | None:
    """Return the session that a ``Cookie`` header carries, if any.

    A second cookie of the name is somebody else's, maybe planted from another host of the domain:
    since nobody can tell which is which, it is no session. Beside a cookie with the prefix, one
    without is ignored; alone, it is a session of an earlier version.
    """
    is_prefixed = bool(cookies.values(header, SECURE_COOKIE_NAME))
    name = SECURE_COOKIE_NAME if is_prefixed else COOKIE_NAME
    return unseal(signer, cookies.only(header, name))
