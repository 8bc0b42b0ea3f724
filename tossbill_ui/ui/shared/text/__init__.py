"""Every sentence a customer reads, in Korean (해요체) and English.

A screen shown while money is in doubt says what happened to it. A line break in a text is shown
as one: what became of money stands on a line of its own. A Korean word of one syllable stays on
the line of the word it belongs to, by a space that does not break.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass

from tossbill_ui.customers.language import Language

# 수, the dependent noun of 할 수 있어요, belongs to both sides; 두, 더 or 이 to the next word.
DEPENDENT = re.compile(r" 수 (?=[있없])")
ONE_SYLLABLE = re.compile(r"(?<!\S)([가-힣]) (?=\S)")
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "ko", joined(self.ko))

    def __call__(self, **values: object) -> str:
        """Say it in the language of the page, with its values."""
        return (self.en if spoken() == "en" else self.ko).format(**values)


def joined(words: str) -> str:
    """Keep a Korean word of one syllable on the line of the word it belongs to."""
    return ONE_SYLLABLE.sub("\\1\u00a0", DEPENDENT.sub("\u00a0수\u00a0", words))


@dataclass(frozen=True)
class ByKind:
    """One thing to say, of a card or of a bank account."""

    card: Text
    account: Text

    def of(self, kind: str) -> Text:
        """Return what is said of a kind of payment method (`PaymentMethod.kind`)."""
        return self.account if kind == "account" else self.card
