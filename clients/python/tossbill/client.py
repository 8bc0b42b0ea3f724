"""The client for programs with threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from tossbill import exchange, webhooks
from tossbill.cache import Cache
from tossbill.errors import TossbillError
from tossbill.exchange import NOT_MODIFIED, PAUSES, Request
from tossbill.state import State
from tossbill.webhooks import Event


class Tossbill:
    """A client of one Tossbill; make one, and use it in all threads.

    Args:
        url: Where it is, for example ``https://pay.example.com``.
        key: An API key, from ``tossbill api-key add``.
        webhook_secret: The secret of your webhook endpoint, or several while you change it;
            without one, no webhook is accepted.
        transport: A transport of httpx, for tests.
        now: A clock in seconds that never goes back.
        sleep: Waits a number of seconds.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        webhook_secret: str | Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(transport=transport, **exchange.client_options(url, key))
        self._cache, self._sleep = Cache(now), sleep
        self._keys = webhooks.keys_of(webhook_secret) if webhook_secret else ()

    def is_active(self, external_id: str | int, plan: str | None = None) -> bool:
        """Whether your user may use a plan now; without one, anything.

        Asked at most every 30 seconds. While the API does not answer, the last answer holds for an
        hour.

        Raises:
            Problem: The key is not valid, or has not the scope ``read``.
            Unavailable: There is no answer, and none of the last hour.
        """
        return self.state(external_id).allows(plan)

    def state(self, external_id: str | int) -> State:
        """Return what your user may use, as `is_active` knows it."""
        name = exchange.name_of(external_id)
        if (fresh := self._cache.fresh(name)) is not None:
            return fresh
        question = self._cache.ask(name)
        request = exchange.state_request(name, question.etag)
        try:
            response = self._exchange(request)
            if question.known and response.status_code == NOT_MODIFIED:
                return self._cache.keep(question, question.known.state, question.etag)
            found = exchange.state_of(request, response)
        except TossbillError as error:
            old = self._cache.instead(question)
            if old is None or not exchange.may_be_sent_again(error):
                raise
            return old
        return self._cache.keep(question, found, response.headers.get("etag", ""))

    def portal_link(
        self,
        external_id: str | int,
        *,
        expires_in: timedelta | int | None = None,
        idempotency_key: str | None = None,
        **facts: Any,  # noqa: ANN401 - the fields of the API
    ) -> str:
        """Return an address at which your user is signed in: redirect them there.

        Args:
            external_id: Your id of the user, who becomes a customer if they are none yet.
            expires_in: How long it can be opened, a number is of seconds; by default an hour.
            idempotency_key: A name for this command; one is drawn if you give none.
            facts: ``email``, ``email_verified``, ``name``, ``locale``, ``task``, ``subscription``,
                ``plan``, ``return_url``: see the API.

        Raises:
            Problem: The link cannot be as wanted.
            Unavailable: There is no answer.
        """
        request = exchange.portal_link(external_id, facts, expires_in, idempotency_key)
        return self._carry_out(request)["url"]

    def get(self, path: str, **params: Any) -> Any:  # noqa: ANN401 - JSON
        """Return what is at a path of the API, for example ``/subscriptions``.

        Raises:
            Problem: The API refused.
            Unavailable: There is no answer.
        """
        return self._carry_out(Request("GET", path, params=params or None))

    def command(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """Carry out a command of the API, once, however often it has to be sent.

        Raises:
            Problem: The API refused.
            Unavailable: There is no answer, after several attempts.
        """
        return self._carry_out(exchange.command(method, path, body, idempotency_key))

    def receive(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Verify a webhook and return its event; what is known of its customer is asked anew.

        Raises:
            InvalidSignature: It is not signed with ``webhook_secret``, or too old.
        """
        event = webhooks.verify_with(self._keys, headers, body)
        if event.external_id:
            self._cache.forget(event.external_id)
        return event

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _carry_out(self, request: Request) -> Any:  # noqa: ANN401 - JSON
        for pause in PAUSES:
            try:
                return exchange.answer_of(request, self._exchange(request))
            except TossbillError as error:
                if not exchange.may_be_sent_again(error):
                    raise
            self._sleep(pause)
        return exchange.answer_of(request, self._exchange(request))

    def _exchange(self, request: Request) -> httpx.Response:
        try:
            return self._http.request(request.method, request.path, **request.options)
        except httpx.HTTPError as error:
            raise exchange.unavailable(request, f"There is no answer: {error}") from error
