"""The mail that carries a code, written by a domain that this one does not import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.language import Language
from tossbill_ui.customers.models import SignInCode
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class CodeMail:
    """A code on its way to an address.

    Attributes:
        row: The stored attempt, with the address and the end of its validity.
        customer_id: The customer whose mailbox keeps the fact; of several with the address the
            oldest.
        code: The code, which nothing but the mail holds.
        language: The language of the page that asked.
    """

    row: SignInCode
    customer_id: str
    code: str
    language: Language


class CodeMailer(Protocol):
    """Writes the mail of a code."""

    def __call__(self, rt: Runtime, db: AsyncSession, code: CodeMail) -> None:
        """Write the mail in the transaction that stores the code, and send it after the commit."""
        ...


_registered: CodeMailer | None = None


def register(mailer: CodeMailer) -> None:
    """Register the mailer of this process; the composition root calls this once."""
    global _registered
    _registered = mailer


def current() -> CodeMailer:
    """Return the mailer of this process.

    Raises:
        RuntimeError: None is registered.
    """
    if _registered is None:
        raise RuntimeError("No mailer of codes is registered; see `composition`.")
    return _registered
