"""Every parser that is fed by a stranger. A new one gets its line in `PARSERS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from reflex.istate.data import ReflexURL
from starlette.requests import Request

from tossbill_sandbox import language as sandbox_language
from tossbill_sandbox import urls
from tossbill_sandbox.api.auth import _decode
from tossbill_sandbox.api.call import Fields
from tossbill_sandbox.control import local_only
from tossbill_sandbox.errors import TossRefusal
from tossbill_ui.core import cookies
from tossbill_ui.core.crypto import Signer
from tossbill_ui.core.logging import redact
from tossbill_ui.core.mail_address import ADDRESS
from tossbill_ui.core.text import clean, is_code, is_id
from tossbill_ui.customers import language, session
from tossbill_ui.http import headers, safe_redirect, this_machine
from tossbill_ui.http.socket import SessionBoundTokens
from tossbill_ui.http.template import Template
from tossbill_ui.payments.reconcile import ORDER_ID
from tossbill_ui.toss.response import TossResponse, failure, read, read_list
from tossbill_ui.toss.wire import Billing, Payment
from tossbill_ui.ui.history import filters
from tossbill_ui.ui.registration import result_view
from tossbill_ui.ui.shared import panel_address
from tossbill_ui.webhooks import reading

SIGNER = Signer(["k" * 32])
BOUND = SessionBoundTokens(lambda *_: None, signer=SIGNER)  # pyright: ignore[reportArgumentType]
PAGE = Template('<html lang="ko"><title>-</title></head><p data-slot="x" data-fill="id:x">-</p>')
SECRET = "bk_0123456789"


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")


def _request(text: str, *, header: str = "host") -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": f"/{text}",
            "query_string": _bytes(f"next=/{text}"),
            "headers": [(header.encode(), _bytes(text))],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 3000),
        }
    )


def _query(text: str) -> dict[str, str]:
    return dict(_request(f"{text}&period={text}").query_params)


def _response(text: str) -> TossResponse:
    return TossResponse(400, _bytes(text), text)


# Each takes a whole input, whatever limits are in front of it.
PARSERS: dict[str, Callable[[str], object]] = {
    "the session in a cookie": lambda text: session.from_cookie_header(SIGNER, text),
    "a session": lambda text: session.unseal(SIGNER, text),
    "our cookies": lambda text: cookies.narrowed([_bytes(text)], headers.COOKIE_NAMES),
    "the language": lambda text: language.choose(text, text, default="ko"),
    "the sandbox's language": lambda text: sandbox_language.choose({"language": text}, text),
    "the token of a websocket": lambda text: BOUND._bound(
        {"type": "websocket", "query_string": _bytes(f"token={text}"), "headers": []}, None
    ),
    "the address of a page": lambda text: ReflexURL(f"http://localhost/{text}").query_parameters,
    "filters": lambda text: filters.from_query(
        {"topic": text, "subscription": text, **_query(text)}
    ),
    "a day in filters": lambda text: filters.from_query({"period": "days", "since_on": text}),
    "a panel's address": lambda text: panel_address.from_query(_query(text)),
    "a failed return": lambda text: result_view.failure(text, text, text),
    "a refused return": result_view.problem,
    "a webhook": lambda text: reading.read(_bytes(text)),
    "a page's slot": lambda text: PAGE.fill({"x": text, "page_title": text}),
    "a redirect": lambda text: safe_redirect.own_path(_request(text)),
    "the host": lambda text: this_machine.is_local(_request(text)),
    "the host at the sandbox": lambda text: local_only._for_this_machine(_request(text)),
    "the origin at the sandbox": lambda text: local_only._from_no_other_site(
        _request(text, header="origin")
    ),
    "the way at the sandbox": lambda text: local_only._from_this_machine(
        _request(text, header="x-forwarded-for")
    ),
    "the address of a redirect": lambda text: safe_redirect.own_address("http://a", text, text),
    "text": lambda text: clean(text, limit=200),
    "an id": is_id,
    "a code": is_code,
    "an order id": ORDER_ID.fullmatch,
    "a mail address": ADDRESS.fullmatch,
    "a line of the log": redact,
    "a payment of Toss": lambda text: read(_response(text), Payment),
    "payments of Toss": lambda text: read_list(_response(text), Payment),
    "a billing key of Toss": lambda text: read(_response(text), Billing),
    "a refusal of Toss": lambda text: failure(_response(text), secrets=(SECRET,)),
    "a call of the sandbox": lambda text: Fields(_bytes(text)),
    "a key at the sandbox": lambda text: _decode(f"Basic {text}"),
    "a shop's address": urls.is_absolute_http,
    "a form": lambda text: dict(parse_qsl(text)),
}
REFUSALS = (ValueError, TossRefusal)


def feed(parser: Callable[[str], object], text: str) -> Any:
    """Let a parser read a text; it may refuse it."""
    try:
        return parser(text)
    except REFUSALS:
        return None
