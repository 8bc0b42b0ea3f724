"""The rate limit per endpoint (contract §7): a switch, off by default."""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from tossbill_sandbox.api.call import Call
from tossbill_sandbox.errors import TossRefusal

MINUTE = timedelta(minutes=1)


class RateLimiter:
    """Counts calls in the last minute by shop and endpoint, on the sandbox's clock."""

    def __init__(self) -> None:
        self._calls: defaultdict[tuple[str, str], deque[datetime]] = defaultdict(deque)

    def check(self, call: Call, endpoint: str) -> None:
        """Count a call.

        Raises:
            TossRefusal: ``TOO_MANY_REQUESTS``; Toss's own code for a 429 was never recorded.
        """
        limit = call.switches.rate_limit_per_minute
        if limit is None:
            return
        calls = self._calls[call.shop.secret_key, endpoint]
        while calls and call.now - calls[0] >= MINUTE:
            calls.popleft()
        if len(calls) >= limit:
            raise TossRefusal("TOO_MANY_REQUESTS")
        calls.append(call.now)
