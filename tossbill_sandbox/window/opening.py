"""Opening a window: its parameters are checked as by the browser scripts (contract §2)."""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from tossbill_sandbox import hints
from tossbill_sandbox.api import one_off
from tossbill_sandbox.api.auth import Shop, shop_of_client_key
from tossbill_sandbox.errors import TossRefusal, window_message
from tossbill_sandbox.store import random_ids
from tossbill_sandbox.urls import is_absolute_http, origin_of
from tossbill_sandbox.window import purchase
from tossbill_sandbox.window.purchase import InvalidPurchase
from tossbill_sandbox.window.window_session import METHODS, OWNER_TYPES

PAYMENT = "payment"
ANONYMOUS = "@@ANONYMOUS"
_CLIENT_KEY = re.compile(r"(test|live)_ck_\w+")
_CUSTOMER_KEY = re.compile(r"[A-Za-z0-9\-_=.@]{2,50}")


class WindowRefused(Exception):
    """The window does not open, with one of the browser script's codes, and a hint about keys."""

    def __init__(self, code: str, hint: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.hint = hint
        self.message = window_message(code)


def start(
    connection: sqlite3.Connection,
    query: Mapping[str, str],
    now: datetime,
    language: str = "ko",
    *,
    lifetime: timedelta,
    any_key: bool = False,
) -> str:
    """Create a session and return its id, the only thing that later URLs contain.

    Raises:
        WindowRefused: A parameter violates the documentation of the browser script (contract §2).
    """
    success_url, fail_url = query.get("successUrl", ""), query.get("failUrl", "")
    parent = query.get("parentOrigin") or success_url
    types = list(dict.fromkeys((query.get("cardTypes") or ",".join(OWNER_TYPES)).split(",")))
    _check(query, success_url, fail_url, parent, types)
    shop = shop_of_client_key(connection, query["clientKey"], any_key=any_key)
    if shop is None:
        raise WindowRefused("UNAUTHORIZED_KEY", hints.about_client_key(query["clientKey"]))
    session_id = random_ids.letters(connection, 32)
    row = {
        "id": session_id,
        "client_key": shop.client_key,
        "customer_key": query.get("customerKey", ""),
        "success_url": success_url,
        "fail_url": fail_url,
        "target": "iframe" if query.get("windowTarget") == "iframe" else "self",
        "parent_origin": origin_of(parent),
        "method": query.get("method", "CARD"),
        "card_types": ",".join(types),
        "step": "method",
        "created_at": now.isoformat(),
        "language": language,
        "script": "v1" if query.get("script") == "v1" else "v2",
        **_payment(connection, shop, query, now, lifetime),
    }
    connection.execute(
        f"INSERT INTO trip ({', '.join(row)})"  # noqa: S608 - constant names
        f" VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )
    return session_id


def _payment(
    connection: sqlite3.Connection,
    shop: Shop,
    query: Mapping[str, str],
    now: datetime,
    lifetime: timedelta,
) -> dict[str, str]:
    """Create the payment that the window is for; a registration has none."""
    if query.get("purpose") != PAYMENT:
        return {}
    try:
        wanted = purchase.read(query)
        payment_key = one_off.request(
            connection, shop, now, wanted.order, lifetime=lifetime, metadata=wanted.metadata
        )
    except InvalidPurchase as error:
        raise WindowRefused(str(error)) from error
    except TossRefusal as refused:
        raise WindowRefused(refused.code) from refused
    months = ",".join(str(each) for each in wanted.installments)
    return {"payment_key": payment_key, "installments": months}


def _check(
    query: Mapping[str, str], success_url: str, fail_url: str, parent: str, types: list[str]
) -> None:
    checks = {
        "INVALID_CLIENT_KEY": _CLIENT_KEY.fullmatch(query.get("clientKey", "")),
        "INVALID_CUSTOMER_KEY": _is_customer(query),
        "INCORRECT_SUCCESS_URL_FORMAT": is_absolute_http(success_url),
        "INCORRECT_FAIL_URL_FORMAT": is_absolute_http(fail_url),
        "NOT_SUPPORTED_METHOD": query.get("method", "CARD") in _methods(query),
        "INVALID_PARAMETERS": is_absolute_http(parent) and set(types) <= set(OWNER_TYPES),
    }
    for code, holds in checks.items():
        if not holds:
            is_key = code == "INVALID_CLIENT_KEY"
            key = query.get("clientKey", "")
            raise WindowRefused(code, hints.about_client_key(key) if is_key else "")


def _is_customer(query: Mapping[str, str]) -> bool:
    """Return whether the customer key has its form; a payment may do without one."""
    key = query.get("customerKey", "")
    if query.get("purpose") == PAYMENT and key in ("", ANONYMOUS):
        return True
    return _CUSTOMER_KEY.fullmatch(key) is not None


def _methods(query: Mapping[str, str]) -> Iterable[str]:
    return ["CARD"] if query.get("purpose") == PAYMENT else METHODS
