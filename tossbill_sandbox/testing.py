"""The sandbox for a shop's tests: in-process without sockets, or on a port of its own."""

import asyncio
import html
import json
import re
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import uvicorn

from tossbill_sandbox.app import SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY, Sandbox, create_app
from tossbill_sandbox.cards.accounts import account_number_of
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_sandbox.in_process import SandboxTransport
from tossbill_sandbox.server import OPTIONS
from tossbill_sandbox.standalone import listen
from tossbill_sandbox.window.window_session import IDENTITY_CODE

# A reserved domain, so a request that leaks out of the process reaches nobody.
BASE_URL = "http://toss.test"
_SHOP = "http://shop.test"
_REFUSAL = re.compile(r'data-code="([^"]*)" data-message="([^"]*)"')


class TossSandbox:
    """A sandbox to test a shop with.

    Attributes:
        app: The ASGI app.
        base_url: Replaces ``https://api.tosspayments.com``.
        client_key: The key for the browser.
        secret_key: The key for the server.
        http: A client that sends the secret key.
    """

    def __init__(
        self, app: Sandbox | None = None, base_url: str = BASE_URL, *, sockets: bool = False
    ) -> None:
        self.app = app or create_app()
        self.base_url = base_url
        self.client_key = SANDBOX_CLIENT_KEY
        self.secret_key = SANDBOX_SECRET_KEY
        self.http = httpx.AsyncClient(
            transport=None if sockets else self.transport,
            base_url=base_url,
            auth=(SANDBOX_SECRET_KEY, ""),
            trust_env=False,
            # Each `asyncio.run` of a test has its own loop, which no connection outlives.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    @property
    def transport(self) -> httpx.ASGITransport:
        """A transport without sockets, for an ``httpx.AsyncClient`` of your own.

        The client's timeout holds: a charge whose answer a fault withholds raises
        ``httpx.ReadTimeout``.
        """
        return SandboxTransport(self.app)

    async def auth_key(
        self, persona: str = "approve", *, customer_key: str = "customer_1", method: str = "CARD"
    ) -> str:
        """Go through the window as a customer would and return the authKey.

        Args:
            persona: The name of the persona whose card or account is used.
            customer_key: The customerKey of the registration.
            method: ``CARD`` or ``TRANSFER``.

        Raises:
            WindowFailed: The window ends at failUrl, as with some personas, or does not open.
            ValueError: No persona has this name.
        """
        window = await self._open(customer_key, method)
        part, form = _form_of(persona, method)
        await self.http.post(f"{window}/{part}", data=form)
        ended = await self.http.post(f"{window}/code", data={"code": IDENTITY_CODE})
        back = parse_qs(urlsplit(ended.headers["location"]).query)
        if "authKey" not in back:
            raise WindowFailed(back["code"][0], back["message"][0])
        return back["authKey"][0]

    async def billing_key(self, persona: str = "approve", **options: str) -> str:
        """Register a persona's card or account and return its billing key.

        Raises:
            WindowFailed: As in ``auth_key``.
            Refused: The exchange is refused, as with some personas.
        """
        customer_key = options.setdefault("customer_key", "customer_1")
        answer = await self.http.post(
            "/v1/billing/authorizations/issue",
            json={
                "authKey": await self.auth_key(persona, **options),
                "customerKey": customer_key,
            },
        )
        return _accepted(answer).json()["billingKey"]

    async def double_charges(self) -> list[dict[str, Any]]:
        """Return the charges that the shop may have made twice; a shop's tests assert none.

        Each has a ``message``, the two orders (``unheard`` and ``again``) and the ``reason`` why
        the answer to the first was lost.
        """
        return (await self.control("GET", "ledger/check"))["double_charges"]

    async def control(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Call the control API, for example ``("GET", "ledger")``.

        Raises:
            Refused: The call is wrong; the message is the sandbox's own sentence.
        """
        # A call may send webhooks or move the clock by years; it takes as long as it takes.
        answer = await self.http.request(method, f"/_control/{path}", json=body, timeout=None)
        return _accepted(answer).json()

    async def _open(self, customer_key: str, method: str) -> str:
        query = {
            "clientKey": self.client_key,
            "customerKey": customer_key,
            "method": method,
            "successUrl": f"{_SHOP}/success",
            "failUrl": f"{_SHOP}/fail",
        }
        answer = await self.http.get("/window", params=query)
        if refusal := _REFUSAL.search(answer.text):
            raise WindowFailed(*map(html.unescape, refusal.groups()))
        return urlsplit(answer.headers["location"]).path


class WindowFailed(Exception):
    """The window did not open, or sent the customer to failUrl.

    Attributes:
        code: Toss's code, for example ``REJECT_CARD_COMPANY``.
        message: Toss's message, as failUrl gets it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Refused(httpx.HTTPStatusError):
    """The sandbox refused a call of ``billing_key`` or ``control``.

    Attributes:
        code: Toss's code, for example ``INVALID_REJECT_CARD``; empty if the refusal has none.
        message: Toss's message, or the sandbox's own sentence.
    """

    def __init__(self, answer: httpx.Response) -> None:
        self.code, self.message = _reason(answer)
        text = ": ".join(filter(None, (self.code, self.message)))
        super().__init__(text, request=answer.request, response=answer)


@contextmanager
def toss_on_a_port(app: Sandbox | None = None) -> Generator[TossSandbox]:
    """Serve a sandbox on a free port of this machine, for code that opens its own sockets."""
    app = app or create_app()
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", **OPTIONS))
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(_serve(server, app, listener)))
        thread.start()
        try:
            host, port = listener.getsockname()
            yield TossSandbox(app, f"http://{host}:{port}", sockets=True)
        finally:
            server.should_exit = True
            thread.join()


async def _serve(server: uvicorn.Server, app: Sandbox, listener: socket.socket) -> None:
    await server.serve(sockets=[listener])
    await app.aclose()


def _accepted(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise Refused(answer)
    return answer


def _reason(answer: httpx.Response) -> tuple[str, str]:
    """Return the code and the message of a refusal."""
    try:
        said: dict[str, str] = answer.json()
    except json.JSONDecodeError:
        return "", answer.text.strip()
    return said.get("code", ""), said.get("message") or said.get("error", "")


def _form_of(persona: str, method: str) -> tuple[str, dict[str, str]]:
    known = PERSONAS_BY_NAME.get(persona)
    if known is None:
        names = ", ".join(PERSONAS_BY_NAME)
        raise ValueError(f"No persona is named {persona!r}; these are: {names}")
    form = {"birth": "900101", "agree": "yes"}
    if method == "TRANSFER":
        return "account", {**form, "company": "06", "number": account_number_of(known)}
    return "card", {**form, "number": known.number, "expiry": "12/49", "password": "12"}
