"""Every text that customers read, in Korean (해요체) and English.

A screen shown while a payment is unresolved says what happened to the money. A line break in a
text is shown as one, so that the outcome of a charge gets a line of its own. A one-syllable Korean
word stays on the line of the word it belongs to, by a non-breaking space.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass

from tossbill_ui.core.language import Language

# 수, the dependent noun of 할 수 있어요, binds to both sides; 두, 더 or 이 to the next word.
DEPENDENT = re.compile(r" 수 (?=[있없])")
ONE_SYLLABLE = re.compile(r"(?<!\S)([가-힣]) (?=\S)")
_language: ContextVar[Language] = ContextVar("language", default="ko")


def speak(language: Language) -> None:
    """Set the language of this task, which renders one page or handles one event."""
    _language.set(language)


def spoken() -> Language:
    """Return the language of the page being rendered."""
    return _language.get()


@dataclass(frozen=True)
class Text:
    """A text in every language; ``{name}`` stands for a value."""

    ko: str
    en: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "ko", joined(self.ko))

    def __call__(self, **values: object) -> str:
        """Return it in the language of the page, with its values."""
        return (self.en if spoken() == "en" else self.ko).format(**values)


def joined(words: str) -> str:
    """Keep a one-syllable Korean word on the line of the word it belongs to."""
    return ONE_SYLLABLE.sub("\\1\u00a0", DEPENDENT.sub("\u00a0수\u00a0", words))


@dataclass(frozen=True)
class ByKind:
    """A text about a card, and the same about a bank account."""

    card: Text
    account: Text

    def of(self, kind: str) -> Text:
        """Return the text for a kind of payment method (`PaymentMethod.kind`)."""
        return self.account if kind == "account" else self.card
