"""The errors of this package.

TossbillError
├── Problem            the API refused; `code` says why
├── Unavailable        there was no answer, or none that can be used
└── InvalidSignature   a webhook is not signed by your Tossbill, or is too old
"""

from __future__ import annotations

from collections.abc import Mapping


class TossbillError(Exception):
    """Base class of every error of this package."""


class Problem(TossbillError):
    """The API refused a request.

    Attributes:
        status: The HTTP status.
        code: The reason, for programs.
        detail: One sentence for people.
        request_id: The id of the request, which the log of your Tossbill has too.
        facts: Everything that the problem says, for example the amount that holds now.
        idempotency_key: That of the command; empty if nothing was commanded.
    """

    def __init__(
        self, status: int, facts: Mapping[str, object], *, idempotency_key: str = ""
    ) -> None:
        self.status, self.facts, self.idempotency_key = status, facts, idempotency_key
        self.code = str(facts.get("code", "unknown"))
        self.detail = str(facts.get("detail", ""))
        self.request_id = str(facts.get("request_id", ""))
        super().__init__(f"{status} {self.code}: {self.detail}")


class Unavailable(TossbillError):
    """There was no answer, or none that can be used; it is not known whether a command was done.

    Send the same command again with the same idempotency key: it takes effect once.

    Attributes:
        idempotency_key: That of the command; empty if nothing was commanded.
    """

    def __init__(self, message: str, *, idempotency_key: str = "") -> None:
        super().__init__(message)
        self.idempotency_key = idempotency_key


class InvalidSignature(TossbillError):
    """A webhook is not signed by your Tossbill, or is too old: answer 400, and do nothing."""
