"""Bank accounts, an alternative to cards (contract §2.1, TRANSFER).

Every persona has an account too: its number is the persona's card number without the first four
digits, so each persona can be used with either method.
"""

import json
from dataclasses import asdict, dataclass

from tossbill_sandbox.cards.personas import ORDINARY, PERSONAS, Persona

# Two-digit bank codes from Toss's list.
BANKS: dict[str, str] = {
    "06": "KB국민은행",
    "88": "신한은행",
    "20": "우리은행",
    "81": "하나은행",
    "11": "NH농협은행",
    "03": "IBK기업은행",
    "90": "카카오뱅크",
    "92": "토스뱅크",
    "89": "케이뱅크",
    "31": "대구은행",
    "32": "부산은행",
    "23": "SC제일은행",
    "45": "새마을금고",
    "71": "우체국",
    "48": "신협",
}


@dataclass(frozen=True, slots=True)
class Account:
    """The stored facts of an account: only those that Toss's own responses show."""

    bank_code: str
    masked_number: str
    owner_type: str

    @property
    def bank_name(self) -> str:
        """The bank's name."""
        return BANKS[self.bank_code]

    def to_json(self) -> str:
        """Serialize for the database."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Account | None":
        """Deserialize; None if the text describes a card."""
        fields = json.loads(text)
        return cls(**fields) if "bank_code" in fields else None

    def to_transfer(self) -> dict[str, str]:
        """Return an item of the Billing object's ``transfers`` (contract §4.1)."""
        return {"bankName": self.bank_name, "bankAccountNumber": self.masked_number}


def account_number_of(persona: Persona) -> str:
    """Return a persona's account number: twelve digits."""
    return persona.number[4:]


def persona_of_account(number: str) -> str:
    """Return the name of the persona an account number belongs to."""
    return next(
        (each.name for each in PERSONAS.values() if account_number_of(each) == number), ORDINARY
    )


def mask_account(number: str) -> str:
    """Mask an account number, keeping the first three and last four digits.

    Toss documents only that it is masked (contract §4.1); this form is ours.
    """
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
