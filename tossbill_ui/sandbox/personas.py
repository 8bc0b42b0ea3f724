"""Card numbers that decide what happens, and what any other number is taken for.

The numbers cannot be anybody's: real card numbers satisfy the Luhn check and these do not (a
test holds them to it), and their first digits, 9400 00, are no issuer's. After them come two
digits for the issuer code (with a 00 for the rest), so ``9400 0061 …`` is 현대.
"""

import json
from dataclasses import asdict, dataclass

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

# First six digits with a known owner (contract §4.1 and §7).
_KNOWN_BINS: dict[str, str] = {
    "433012": "61",
    "490625": "31",
    "941000": "21",
}


@dataclass(frozen=True, slots=True)
class Persona:
    """A card number with a fate.

    Attributes:
        name: Its name in ledgers and tests.
        label: What its chip says.
        number: The card number.
        issuer_code: Toss's code of the issuer.
        card_type: ``신용`` or ``체크``.
        window_code: The code the window ends with on failUrl, if it fails there.
        issue_code: The code the issue call is refused with, if it is.
    """

    name: str
    label: str
    number: str
    issuer_code: str
    card_type: str
    window_code: str | None = None
    issue_code: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What may be remembered of a card: nothing that Toss's own answer does not show."""

    number: str
    issuer_code: str
    acquirer_code: str
    card_type: str
    owner_type: str

    def to_json(self) -> str:
        """Write it for the database."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Card":
        """Read it back."""
        return cls(**json.loads(text))


_TABLE = (
    Persona("approve", "현대 신용 · 승인", "9400006100001234", "61", "신용"),
    Persona("approve_check", "신한 체크 · 승인", "9400004100002345", "41", "체크"),
    Persona(
        "refused_at_issue",
        "삼성 신용 · 발급 거절",
        "9400005100003456",
        "51",
        "신용",
        issue_code="INVALID_REJECT_CARD",
    ),
    Persona(
        "refused_in_window",
        "KB국민 신용 · 인증 실패",
        "9400001100004567",
        "11",
        "신용",
        window_code="REJECT_CARD_COMPANY",
    ),
)

PERSONAS: dict[str, Persona] = {persona.number: persona for persona in _TABLE}
PERSONAS_BY_NAME: dict[str, Persona] = {persona.name: persona for persona in _TABLE}

# Any plausible card that is in no table behaves like this one.
ORDINARY = "ordinary"


def is_plausible(number: str) -> bool:
    """Tell whether digits could be a domestic card: 15 or 16 of them, first one 3 to 9."""
    return (
        number.isascii()
        and number.isdigit()
        and len(number) in (15, 16)
        and number[0] in "345679"
        and len(set(number)) > 1
    )


def persona_name(number: str) -> str:
    """Return the persona a number belongs to."""
    persona = PERSONAS.get(number)
    return persona.name if persona else ORDINARY


def describe(number: str, *, is_business: bool) -> Card:
    """Turn a plausible number into what Toss would tell about it.

    The issuer of an unlisted number follows from its first six digits, so the same card is always
    the same issuer's.
    """
    persona = PERSONAS.get(number)
    issuer = persona.issuer_code if persona else _issuer_of(number[:6])
    return Card(
        number=mask(number),
        issuer_code=issuer,
        # Toss's own example pairs 61 with 31 (§4.1); other issuers acquire for themselves.
        acquirer_code="31" if issuer == "61" else issuer,
        card_type=persona.card_type if persona else "신용",
        owner_type="법인" if is_business else "개인",
    )


def mask(number: str) -> str:
    """Mask a number as Toss does: ``43301234****123*`` (contract §4.1)."""
    return f"{number[:8]}{'*' * (len(number) - 12)}{number[-4:-1]}*"


def _issuer_of(first_six: str) -> str:
    codes = sorted(ISSUERS)
    return _KNOWN_BINS.get(first_six) or codes[int(first_six) % len(codes)]
