"""The share of one caller: an account for its address, and one for its browser's session.

A session has half of what an address has, so that one person does not use up the share of all who
are behind the same address. CPU time is measured (`core.cpu`). A turn is paid for in advance, as
much as recent turns have cost, since many could begin before the first is measured; what it costs
more is paid for afterwards, and whoever is in debt waits for the next turn.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from starlette.datastructures import Headers
from starlette.types import Scope

from tossbill_ui.core.budgets import CALLERS_REMEMBERED, Bucket
from tossbill_ui.core.crypto import Signer
from tossbill_ui.core.limit_settings import LimitSettings
from tossbill_ui.customers.session import from_cookie_header
from tossbill_ui.http.callers import caller_of

Kind = Literal["request", "webhook", "event", "opening", "report"]

# What can be saved up, in seconds of the rate.
SAVED_SECONDS = 10.0
# Connections and error reports of pages, and webhooks: a second, and at once.
OPENINGS = (5.0, 100.0)
REPORTS = (0.1, 10.0)
WEBHOOKS = (10.0, 100.0)
# CPU seconds that a turn costs at least: what the server does before and after our code.
LEAST_CPU: dict[Kind, float] = {
    "request": 0.001,
    "webhook": 0.001,
    "event": 0.0005,
    "opening": 0.002,
    "report": 0.0,
}
# How much a turn counts in the average of what turns cost: the last hundred or so.
RECENT = 0.99
# How long a turn may be waited for, and how many may wait.
PATIENCE_SECONDS = 5.0
LONGEST_QUEUE = 200
# How long a refusal takes when too many wait: refusing at once would invite the next.
REFUSAL_SECONDS = 1.0


class Account:
    """The budgets of an address or a session.

    Args:
        settings: The limits of an address.
        share: The part of them that this account has.
    """

    def __init__(self, settings: LimitSettings, share: float = 1.0) -> None:
        def bucket(rate: float, burst: float) -> Bucket:
            return Bucket(rate * share, burst * share)

        cpu, requests = settings.tossbill_limit_cpu / 100, settings.tossbill_limit_requests
        events = settings.tossbill_limit_events
        self.cpu = bucket(cpu, cpu * SAVED_SECONDS)
        self._buckets: dict[Kind, Bucket] = {
            "request": bucket(requests, requests * SAVED_SECONDS),
            "webhook": bucket(*WEBHOOKS),
            "event": bucket(events, events * SAVED_SECONDS),
            "opening": bucket(*OPENINGS),
            "report": bucket(*REPORTS),
        }
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._prepaid = self._recent_cost = self._recent_turns = 0.0

    async def take(self, kind: Kind, tokens: float, *, until: float) -> bool:
        """Take tokens, waiting in line for them and for CPU time; return False if it is too late.

        Args:
            kind: What of.
            tokens: How many.
            until: When to give up, by the event loop's clock.
        """
        if self._waiting >= LONGEST_QUEUE:
            await asyncio.sleep(REFUSAL_SECONDS)
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout_at(until), self._turn:
                seconds = self._wait(kind, tokens)
                while seconds > 0:
                    await asyncio.sleep(seconds)
                    seconds = self._wait(kind, tokens)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        self._pay(kind, tokens)
        return True

    def take_at_once(self, kind: Kind, tokens: float) -> bool:
        """Take tokens if they are there, and CPU time too."""
        is_there = self._wait(kind, tokens) <= 0
        if is_there:
            self._pay(kind, tokens)
        return is_there

    def pay(self, seconds: float) -> None:
        """Take note of CPU time that has been used, some of it paid for in advance."""
        self._recent_cost += seconds
        left = seconds - self._prepaid
        self._prepaid = max(0.0, -left)
        self.cpu.pay(max(0.0, left))

    def _pay(self, kind: Kind, tokens: float) -> None:
        self._buckets[kind].pay(tokens)
        self._recent_turns = RECENT * self._recent_turns + 1
        self._recent_cost *= RECENT
        expected = self._recent_cost / self._recent_turns
        self._prepaid += expected
        self.cpu.pay(LEAST_CPU[kind] * tokens + expected)

    def _wait(self, kind: Kind, tokens: float) -> float:
        return max(self.cpu.wait(), self._buckets[kind].wait(tokens))


@dataclass(frozen=True)
class Caller:
    """The sender of a request, or the opener of a connection.

    Attributes:
        key: The address or network.
        accounts: The session's account, if there is a session, and the address's.
    """

    key: str
    accounts: tuple[Account, ...]

    def pay(self, seconds: float) -> None:
        """Take note of CPU time that has been used."""
        for account in self.accounts:
            account.pay(seconds)

    async def may(self, kind: Kind, tokens: float = 1.0) -> bool:
        """Return whether the caller may do something, once it is its turn.

        Args:
            kind: What.
            tokens: How much of it.
        """
        until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        for account in self.accounts:
            if not await account.take(kind, tokens, until=until):
                return False
        return True

    def may_at_once(self, kind: Kind, tokens: float = 1.0) -> bool:
        """Return whether the caller may do something now, without waiting for a turn."""
        return all(account.take_at_once(kind, tokens) for account in self.accounts)


class Accounts:
    """The accounts of all callers; of too many, the one unheard for longest starts anew."""

    def __init__(self, settings: LimitSettings, signer: Signer) -> None:
        self._settings, self._signer = settings, signer
        self._of: OrderedDict[str, Account] = OrderedDict()

    def caller_of(self, scope: Scope) -> Caller:
        """Return who sent a request or opens a connection."""
        key = caller_of(scope)
        own = self._account(key, 1.0)
        session = from_cookie_header(self._signer, Headers(scope=scope).get("cookie", ""))
        if session is None:
            return Caller(key, (own,))
        return Caller(key, (self._account(f"session {session.id}", 0.5), own))

    def sender_of(self, scope: Scope) -> Caller:
        """Return who sends a webhook: no flood of them takes a customer's share, nor one Toss's."""
        key = caller_of(scope)
        return Caller(key, (self._account(f"webhooks {key}", 1.0),))

    def _account(self, key: str, share: float) -> Account:
        account = self._of.pop(key, None) or Account(self._settings, share)
        self._of[key] = account
        if len(self._of) > CALLERS_REMEMBERED:
            self._of.popitem(last=False)
        return account
