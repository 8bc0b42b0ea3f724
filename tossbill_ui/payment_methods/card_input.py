"""Reads what a customer typed into our own card form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import SecretStr

from tossbill_ui.toss.card_details import CardDetails

EMPTY = SecretStr("")
LONGEST = 40
# People and browsers group the digits.
GROUPING = re.compile(r"[\s-]")
NUMBER = re.compile(r"[0-9]{13,19}")
# A phone's number pad has no slash, and a browser may fill in the whole year.
EXPIRY = re.compile(r"(?P<month>0[1-9]|1[0-2])\s*/?\s*(?:20)?(?P<year>[0-9]{2})")
BIRTH_DATE = re.compile(r"(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
BUSINESS_NUMBER = re.compile(r"[0-9]{10}")
PASSWORD = re.compile(r"[0-9]{2}")


class CardField(StrEnum):
    """The fields of the form, by their names in it."""

    NUMBER = "number"
    EXPIRY = "expiry"
    BIRTH = "birth"
    PASSWORD = "password"  # noqa: S105 - the name of a field
    AGREE = "agree"


@dataclass(frozen=True, slots=True, repr=False)
class CardInput:
    """A card as it was typed, not yet checked.

    Attributes:
        number: The card's number, with or without spaces and hyphens.
        expiry: Month and year, such as ``12/30`` or ``1230``.
        birth: A birth date ``YYMMDD``, or a business number.
        password: The first two digits of the card's password.
        agree: The version of the terms that was agreed to; empty if none was.
    """

    number: SecretStr
    expiry: SecretStr
    birth: SecretStr
    password: SecretStr
    agree: SecretStr

    @classmethod
    def from_form(cls, sent: Mapping[str, SecretStr]) -> CardInput:
        """Take the form's fields, of which any may be missing."""
        return cls(**{each.value: sent.get(each.value, EMPTY) for each in CardField})

    def wrong(self, *, today: date, terms: str) -> tuple[CardField, ...]:
        """Return the fields that Toss could not accept, or that are missing.

        Args:
            today: The date in Seoul; a card is valid to the end of its month.
            terms: The version of the terms that has to be agreed to.
        """
        is_right = {
            CardField.NUMBER: NUMBER.fullmatch(_digits(self.number)),
            CardField.EXPIRY: _is_valid(self.expiry, today),
            CardField.BIRTH: _is_identity(_digits(self.birth)),
            CardField.PASSWORD: PASSWORD.fullmatch(_text(self.password)),
            CardField.AGREE: _text(self.agree) == terms,
        }
        return tuple(each for each, right in is_right.items() if not right)

    def details(self) -> CardDetails:
        """Return the details for Toss; call `wrong` first.

        Raises:
            ValueError: The expiry date is malformed; its text is not repeated.
        """
        expiry = EXPIRY.fullmatch(_text(self.expiry))
        if expiry is None:
            raise ValueError("The expiry date was not checked.")
        return CardDetails(
            number=SecretStr(_digits(self.number)),
            expiry_year=SecretStr(expiry["year"]),
            expiry_month=SecretStr(expiry["month"]),
            identity=SecretStr(_digits(self.birth)),
            password=SecretStr(_text(self.password)),
        )


def is_number(text: str) -> bool:
    """Whether a text could be the number of a card."""
    return NUMBER.fullmatch(GROUPING.sub("", text)) is not None


def _text(typed: SecretStr) -> str:
    text = typed.get_secret_value()
    return text.strip() if len(text) <= LONGEST else ""


def _digits(typed: SecretStr) -> str:
    return GROUPING.sub("", _text(typed))


def _is_valid(expiry: SecretStr, today: date) -> bool:
    found = EXPIRY.fullmatch(_text(expiry))
    return found is not None and (2000 + int(found["year"]), int(found["month"])) >= (
        today.year,
        today.month,
    )


def _is_identity(digits: str) -> bool:
    if BUSINESS_NUMBER.fullmatch(digits):
        return True
    found = BIRTH_DATE.fullmatch(digits)
    # The century is unknown, but the leap years are the same.
    return found is not None and _is_date(*(int(part) for part in found.groups()))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(2000 + year, month, day)
    except ValueError:
        return False
    return True
