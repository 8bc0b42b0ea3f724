"""Every sentence a customer reads, in Korean (해요체) and English.

A screen shown while money is in doubt says what happened to it. A line break in a text is shown
as one: what became of money stands on a line of its own. Korean words that belong together are
joined by a space that does not break.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from tossbill_ui.customers.language import Language

_language: ContextVar[Language] = ContextVar("language", default="ko")


def speak(language: Language) -> None:
    """Write in a language from here on, in this task: one page, or one event of a page."""
    _language.set(language)


def spoken() -> Language:
    """Return the language of the page that is being written."""
    return _language.get()


@dataclass(frozen=True)
class Text:
    """One thing to say, in every language; ``{name}`` stands for a value."""

    ko: str
    en: str

    def __call__(self, **values: object) -> str:
        """Say it in the language of the page, with its values."""
        return (self.en if spoken() == "en" else self.ko).format(**values)


@dataclass(frozen=True)
class ByKind:
    """One thing to say, of a card or of a bank account."""

    card: Text
    account: Text

    def of(self, kind: str) -> Text:
        """Return what is said of a kind of payment method (`PaymentMethod.kind`)."""
        return self.account if kind == "account" else self.card
