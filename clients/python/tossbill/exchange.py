"""The requests and answers of both clients, without the wire."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from urllib.parse import quote

import httpx

from tossbill.errors import Problem, TossbillError, Unavailable
from tossbill.state import State

TIMEOUT_SECONDS = 10.0
# A command is sent again after these pauses, with the same idempotency key.
PAUSES = (0.2, 1.0, 3.0)
AGAIN = frozenset({"still_running", "too_many_requests"})
NO_CONTENT, NOT_MODIFIED = 204, 304


@dataclass(frozen=True)
class Request:
    """A request to the API.

    Attributes:
        path: Below ``/api/v1``.
        idempotency_key: Empty if it only reads.
    """

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    params: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    idempotency_key: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """The arguments for httpx."""
        headers = dict(self.headers)
        if self.idempotency_key:
            headers["idempotency-key"] = self.idempotency_key
        body = {} if self.body is None else {"json": self.body}
        return {"params": self.params, "headers": headers, **body}


def client_options(url: str, key: str) -> dict[str, Any]:
    """Return the arguments for a client of httpx."""
    return {
        "base_url": f"{url.rstrip('/')}/api/v1",
        "headers": {"authorization": f"Bearer {key}", "user-agent": "tossbill-python/0.1"},
        "timeout": TIMEOUT_SECONDS,
        "follow_redirects": False,
    }


def name_of(external_id: object) -> str:
    """Return the shop's id of a user as text.

    Raises:
        TypeError: It is neither text nor a number, as for a visitor who has not logged in.
    """
    if isinstance(external_id, bool) or not isinstance(external_id, str | int):
        raise TypeError(f"The id of a user is text or a number, not {external_id!r}.")
    return str(external_id)


def state_request(name: str, etag: str) -> Request:
    """Return the question what a user may use, or whether an answer is still the newest."""
    headers = {"if-none-match": etag} if etag else {}
    return Request("GET", f"/customers/ext:{quote(name, safe='')}/state", headers=headers)


def state_of(request: Request, response: httpx.Response) -> State:
    """Return the state in a response.

    Raises:
        Problem: The API refused.
        Unavailable: The response cannot be used.
    """
    found = answer_of(request, response)
    try:
        return State.of(found)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise unavailable(request, "The API's answer has another form.") from None


def command(
    method: str, path: str, body: Mapping[str, Any] | None, idempotency_key: str | None
) -> Request:
    """Return a command, which has a new name if the caller gave none."""
    return Request(method, path, body, idempotency_key=idempotency_key or str(uuid.uuid4()))


def portal_link(
    external_id: str | int,
    facts: Mapping[str, Any],
    expires_in: timedelta | int | None,
    name: str | None,
) -> Request:
    """Return the command to make a link."""
    said = {"external_id": name_of(external_id), "expires_in": _seconds(expires_in), **facts}
    body = {key: value for key, value in said.items() if value is not None}
    return command("POST", "/portal-links", body, name)


def _seconds(span: timedelta | int | None) -> int | None:
    return int(span.total_seconds()) if isinstance(span, timedelta) else span


def answer_of(request: Request, response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    """Return what a response says.

    Raises:
        Problem: The API refused.
        Unavailable: The response cannot be used.
    """
    if response.status_code == NO_CONTENT:
        return None
    try:
        found = response.json()
    except ValueError:
        found = None
    if response.is_success and found is not None:
        return found
    if response.is_client_error and isinstance(found, dict) and "code" in found:
        facts = cast("dict[str, Any]", found)
        raise Problem(response.status_code, facts, idempotency_key=request.idempotency_key)
    raise unavailable(request, f"The API answered {response.status_code}.")


def unavailable(request: Request, message: str) -> Unavailable:
    """Return the error of a request that has no answer."""
    return Unavailable(message, idempotency_key=request.idempotency_key)


def may_be_sent_again(error: TossbillError) -> bool:
    """Whether the same request may succeed soon."""
    return isinstance(error, Unavailable) or (isinstance(error, Problem) and error.code in AGAIN)
