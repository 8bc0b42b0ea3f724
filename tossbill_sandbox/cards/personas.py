"""Test card numbers with fixed outcomes, and the defaults for all other numbers.

The numbers belong to nobody: real card numbers pass the Luhn check and these do not (a test
verifies it), and no issuer has the prefix 9400 00. The next two digits are the issuer code, so
``9400 0061 …`` is 현대.
"""

import json
from dataclasses import asdict, dataclass

from tossbill_sandbox.cards.persona_table import TABLE, Persona

__all__ = ["ISSUERS", "ORDINARY", "PERSONAS", "PERSONAS_BY_NAME", "Card", "Persona"]

ISSUERS: dict[str, str] = {
    "11": "KB국민",
    "15": "카카오뱅크",
    "21": "하나",
    "24": "토스뱅크",
    "31": "BC",
    "41": "신한",
    "51": "삼성",
    "61": "현대",
    "71": "롯데",
    "91": "NH농협",
}

# Six-digit prefixes with a known issuer (contract §4.1 and §7).
_KNOWN_BINS: dict[str, str] = {
    "433012": "61",
    "490625": "31",
    "941000": "21",
}


# Issuer and acquirer pairs from recorded responses (§4.1, §4.3); other issuers are their own.
_ACQUIRERS: dict[str, str] = {"61": "31", "24": "21"}


@dataclass(frozen=True, slots=True)
class Card:
    """The stored facts of a card: those that Toss's responses show, and its expiry month.

    A billing key expires with its card (contract §4.1): ``valid_until`` is ``2030-12``, or None
    if unknown.
    """

    number: str
    issuer_code: str
    acquirer_code: str
    card_type: str
    owner_type: str
    valid_until: str | None = None

    def to_json(self) -> str:
        """Serialize for the database."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Card":
        """Deserialize."""
        return cls(**json.loads(text))


# Numbers with a measured outcome in Toss's own test environment (contract §7).
_MEASURED: dict[str, str] = {
    "4330121234567890": "unsupported",
    "5520221234567890": "unsupported",
}

PERSONAS: dict[str, Persona] = {persona.number: persona for persona in TABLE}
PERSONAS_BY_NAME: dict[str, Persona] = {persona.name: persona for persona in TABLE}

# The persona of any plausible card in no table.
ORDINARY = "ordinary"


def is_plausible(number: str) -> bool:
    """Return whether a number could be a domestic card: 15 or 16 varied digits."""
    return (
        number.isascii()
        and number.isdigit()
        and len(number) in (15, 16)
        and number[0] in "345679"
        and len(set(number)) > 1
    )


def persona_name(number: str) -> str:
    """Return the name of the persona a number belongs to."""
    persona = PERSONAS.get(number)
    return persona.name if persona else _MEASURED.get(number, ORDINARY)


def describe(number: str, *, is_business: bool, valid_until: str | None = None) -> Card:
    """Return the facts that Toss would show of a plausible card number.

    The issuer of an unlisted number is derived from its first six digits, so a number always has
    the same issuer.
    """
    listed = PERSONAS.get(number)
    persona = PERSONAS_BY_NAME.get(persona_name(number))
    issuer = listed.issuer_code if listed else _issuer_of(number[:6])
    return Card(
        number=mask(number),
        issuer_code=issuer,
        acquirer_code=_ACQUIRERS.get(issuer, issuer),
        card_type=persona.card_type if persona else "신용",
        owner_type="법인" if is_business else "개인",
        valid_until=valid_until,
    )


def mask(number: str) -> str:
    """Mask a number as Toss does: ``43301234****123*`` (contract §4.1)."""
    return f"{number[:8]}{'*' * (len(number) - 12)}{number[-4:-1]}*"


def _issuer_of(first_six: str) -> str:
    codes = sorted(ISSUERS)
    return _KNOWN_BINS.get(first_six) or codes[int(first_six) % len(codes)]
