"""A customer over plain HTTP, making the requests that a browser would make."""

from __future__ import annotations

import itertools
import json
import re
from html import unescape
from types import TracebackType

import httpx

from tossbill_ui.ui.registration.card_text import TERMS_VERSION

APPROVED = "9400006100001234"
REFUSED_AT_ISSUE = "9400005100003456"
REFUSED_IN_WINDOW = "9400001100004567"
# What a customer types into our own card form.
TYPED = {
    "number": APPROVED,
    "expiry": "12/30",
    "birth": "900101",
    "password": "12",
    "agree": TERMS_VERSION,
}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"')
# Each customer has an address, since the cards tried from one are counted.
ADDRESSES = itertools.count(1)
POLLS = 100  # the server holds each of them for a while
CALL = re.compile(r'data-call="(?P<json>[^"]*)"')
SHOWN = re.compile(r'<section class="result"[^>]*data-view="(?P<view>\w+)"')


class Customer:
    """A customer with a cookie jar.

    Args:
        url: The app's address.
    """

    def __init__(self, url: str) -> None:
        self.url, self.address = url, f"2001:db8:0:{next(ADDRESSES):x}::1"
        self.http = httpx.Client(base_url=url, timeout=30)

    def __enter__(self) -> Customer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.http.close()

    @property
    def cookie(self) -> str:
        """The ``Cookie`` header."""
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    def take(self, name: str, value: str) -> None:
        """Take over a cookie as the server sets it; without a domain it would be a second one."""
        self.http.cookies.set(name, value, domain="localhost.local")

    def open_register(self, path: str = "/register/") -> dict[str, str]:
        """Open the registration page; return its arguments for Toss's window."""
        page = self.http.get(path).raise_for_status().text
        found = CALL.search(page)
        assert found, "the page has no call"
        return json.loads(unescape(found["json"]))

    def through_window(self, call: dict[str, str], *, card: str = APPROVED) -> str:
        """Enter a card in the sandbox's window; return the address it redirects to."""
        opened = self.http.get(
            "/sandbox/window",
            params={
                "clientKey": call["client_key"],
                "customerKey": call["customer_key"],
                "successUrl": call["success_url"],
                "failUrl": call["fail_url"],
                "windowTarget": "self",
            },
        )
        assert opened.status_code == 303, opened.text
        window_url = opened.headers["location"]
        fields = {
            "number": card,
            "expiry": "12/30",
            "birth": "900101",
            "password": "12",
            "agree": "yes",
        }
        assert self.http.post(f"{window_url}/card", data=fields).status_code == 303
        end = self.http.post(f"{window_url}/code", data={"code": "000000"})
        assert end.status_code == 303, end.text
        return end.headers["location"]

    def register(self, *, card: str = APPROVED) -> str:
        """Register a card; return the view that the page shows once Toss has responded."""
        address = self.through_window(self.open_register(), card=card)
        for _ in range(POLLS):
            if (view := self.arrive(address)) != "working":
                return view
        raise AssertionError(f"Toss has not responded: {address}")

    def open_form(self, path: str = "/register/") -> dict[str, str]:
        """Open the registration page of a shop with its own card form; return its hidden fields."""
        page = self.http.get(path).raise_for_status().text
        assert 'data-form="yes"' in page
        return {name: unescape(value) for name, value in HIDDEN.findall(page)}

    def send_form(self, hidden: dict[str, str], **typed: str) -> httpx.Response:
        """Send the card form as a browser does, and return the answer without following it."""
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        headers["X-Forwarded-For"] = self.address
        return self.http.post("/register/card", data=hidden | TYPED | typed, headers=headers)

    def register_by_form(self, *, path: str = "/register/", **typed: str) -> str:
        """Register a card with the form; return where its result is."""
        answer = self.send_form(self.open_form(path), **typed)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def arrive(self, address: str) -> str:
        """Open an address, follow its redirects, and return the view of the page."""
        return view_of(self.http.get(address, follow_redirects=True).raise_for_status().text)

    def wait_for(self, address: str, view: str, *, tries: int = POLLS) -> None:
        """Open a page until it shows a view; the server holds each request for a while."""
        shown = ""
        for _ in range(tries):
            shown = self.arrive(address)
            if shown == view:
                return
        raise AssertionError(f"{address} shows {shown}, not {view}")


def view_of(page: str) -> str:
    """Return the ``data-view`` of a result page."""
    found = SHOWN.search(unescape(page)) or re.search(r'data-view="(?P<view>\w+)"', page)
    assert found, page[:500]
    return found["view"]
