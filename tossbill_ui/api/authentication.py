"""Recognizes the API key of a request, and limits what each key and each stranger may ask."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from fastapi import Request

from tossbill_ui.api.problems import ApiProblem
from tossbill_ui.api_keys import keys
from tossbill_ui.api_keys.models import ApiKey
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.budgets import CALLERS_REMEMBERED, Bucket, Buckets
from tossbill_ui.core.callers import UNKNOWN, caller_at
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.runtime import Runtime

BEARER = re.compile(r"bearer +(?P<key>\S+)", re.IGNORECASE)
# How long a key that was found is not looked up again: so long a revoked one still works.
REMEMBERED = timedelta(seconds=2)
# Wrong keys of one address: a second, and at once.
WRONG_KEYS = (5.0, 50.0)
# What a key can save up, in seconds of its rate.
SAVED_SECONDS = 2.0


@dataclass(frozen=True)
class Program:
    """The program that sends a request.

    Attributes:
        key: Its key.
    """

    key: ApiKey

    @property
    def actor(self) -> Actor:
        """The program as the actor."""
        return keys.actor_of(self.key)

    def require(self, scope: ApiScope) -> None:
        """Check that the key has a scope.

        Raises:
            ApiProblem: It has not (403, ``scope_missing``).
        """
        if not keys.may(self.key, scope):
            detail = f"This key does not have the scope `{scope}`."
            raise ApiProblem(403, "scope_missing", detail)


@dataclass
class Gate:
    """Lets requests with a valid key pass, as many as a key may send.

    Args:
        rt: The process's runtime.
    """

    rt: Runtime
    _known: OrderedDict[str, tuple[ApiKey, datetime]] = field(
        default_factory=OrderedDict[str, tuple[ApiKey, datetime]]
    )
    _noted: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def __post_init__(self) -> None:
        rate = float(self.rt.settings.tossbill_limit_api)
        self._of_keys = Buckets(rate, rate * SAVED_SECONDS)
        self._of_strangers = Buckets(*WRONG_KEYS)

    async def admit(self, request: Request) -> Program:
        """Return the program that sends a request.

        Raises:
            ApiProblem: There is no valid key (401, ``key_missing`` or ``key_invalid``), or there
                were too many requests (429, ``too_many_requests``).
        """
        key = await self._key(request)
        _take(self._of_keys.of(key.id))
        self._note_use(key)
        return Program(key)

    async def _key(self, request: Request) -> ApiKey:
        header = BEARER.fullmatch(request.headers.get("authorization", ""))
        if header is None:
            raise _unauthorized("key_missing", "Send `Authorization: Bearer tb_…`.")
        text, now = header["key"], self.rt.machine.now()
        key_hash = fingerprint(text)
        known = self._known.get(key_hash)
        if known and now < known[1] and keys.is_valid(known[0], now):
            return known[0]
        wrong = self._of_strangers.of(caller_at(request.client.host if request.client else UNKNOWN))
        if known is None:  # wrong keys of the same address must not lock out one that was right
            _take(wrong)
        found = await keys.find(self.rt, key_hash) if keys.KEY.fullmatch(text) else None
        if found is None:
            self._known.pop(key_hash, None)
            raise _unauthorized("key_invalid", "This API key is not valid.")
        if known is None:
            wrong.pay(-1.0)
        self._remember(key_hash, found, now)
        return found

    def _remember(self, key_hash: str, key: ApiKey, now: datetime) -> None:
        self._known[key_hash] = (key, now + REMEMBERED)
        self._known.move_to_end(key_hash)
        if len(self._known) > CALLERS_REMEMBERED:
            self._known.popitem(last=False)

    def _note_use(self, key: ApiKey) -> None:
        """Store the time of a use once a minute, outside the request."""
        now = self.rt.machine.now()
        last = self._noted.get(key.id) or key.last_used_at
        if last is None or last <= now - keys.NOTED:
            self._noted[key.id] = now
            self.rt.tasks.spawn(keys.note_use(self.rt, key), name=f"note use of {key.prefix}")


def _take(bucket: Bucket) -> None:
    if not bucket.take():
        raise _too_many(bucket)


def _too_many(bucket: Bucket) -> ApiProblem:
    headers = {"retry-after": str(max(1, ceil(bucket.wait(1.0))))}
    return ApiProblem(429, "too_many_requests", "Wait, then send it again.", headers=headers)


def _unauthorized(code: str, detail: str) -> ApiProblem:
    return ApiProblem(401, code, detail, headers={"www-authenticate": "Bearer"})
