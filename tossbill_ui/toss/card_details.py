"""A card's details, on their way from our own form to Toss."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, repr=False)
class CardDetails:
    """A card's details: held while Toss is asked, and never stored (ADR-0037).

    Attributes:
        number: 13 to 19 digits.
        expiry_year: Two digits.
        expiry_month: ``01`` to ``12``.
        identity: A birth date ``YYMMDD``, or a business number of ten digits.
        password: The first two digits of the card's password.
    """

    number: SecretStr
    expiry_year: SecretStr
    expiry_month: SecretStr
    identity: SecretStr
    password: SecretStr

    def to_body(self) -> dict[str, SecretStr]:
        """Return the fields of the request to Toss (contract §4.2)."""
        return {
            "cardNumber": self.number,
            "cardExpirationYear": self.expiry_year,
            "cardExpirationMonth": self.expiry_month,
            "customerIdentityNumber": self.identity,
            "cardPassword": self.password,
        }
