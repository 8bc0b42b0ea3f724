"""Validation of the window's forms, as strict as a card company's."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from tossbill_sandbox.cards.accounts import BANKS, Account, mask_account
from tossbill_sandbox.cards.personas import (
    ISSUERS,
    ORDINARY,
    Card,
    describe,
    is_plausible,
    persona_name,
)
from tossbill_sandbox.language import text
from tossbill_sandbox.store.clock import KST

OWNER_HINTS = {
    "PERSONAL": "생년월일 6자리를 입력해 주세요. 예: 900101",
    "CORPORATE": "사업자등록번호 10자리를 입력해 주세요. 예: 1234567890",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodForm:
    """A submitted form: the values as entered, and an error message for each invalid field.

    Attributes:
        number: Card or account number.
        company: Code of the chosen issuer or bank; may be empty for a card.
        owner: ``PERSONAL`` or ``CORPORATE``.
        birth: Birth date or business number, depending on the owner.
        months: Months in which a one-off payment is paid off; 0 is at once.
        errors: Error messages by field name, in the order of the fields.
    """

    number: str = field(default="", repr=False)
    company: str = ""
    expiry: str = field(default="", repr=False)
    owner: str = "PERSONAL"
    birth: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    months: int = 0
    agreed: bool = False
    errors: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def digits(self) -> str:
        """The number without spaces and hyphens."""
        return _digits(self.number)

    @property
    def is_business(self) -> bool:
        """Whether the owner is a business."""
        return self.owner == "CORPORATE"

    @property
    def card(self) -> Card:
        """The card described; valid only if there are no errors."""
        valid_until = f"20{self.expiry[-2:]}-{self.expiry[:2]}"
        card = describe(self.digits, is_business=self.is_business, valid_until=valid_until)
        if not self.company or self.company == card.issuer_code:
            return card
        return replace(card, issuer_code=self.company, acquirer_code=self.company)

    @property
    def account(self) -> Account:
        """The account described; valid only if there are no errors."""
        owner = "법인" if self.is_business else "개인"
        return Account(self.company, mask_account(self.digits), owner)


def blank(owner_types: list[str]) -> MethodForm:
    """Return an empty form with the first owner type selected (contract §2.1)."""
    return MethodForm(owner=owner_types[0])


def check_card(typed: dict[str, str], *, owner_types: list[str], now: datetime) -> MethodForm:
    """Validate the card form.

    Source: the fields of contract §4.2; the window's error texts are inferred (§2.1).
    """
    form = _read(typed, owner_types)
    return _with_errors(
        form,
        number=None if is_plausible(form.digits) else text("카드번호 15~16자리를 확인해 주세요."),
        company=_issuer_error(form),
        expiry=_expiry_error(form.expiry, now),
        password=_password_error(form.password),
        birth=_birth_error(form),
        agree=None if form.agreed else text("동의하면 등록할 수 있어요."),
    )


def check_payment(typed: dict[str, str], *, months: list[int], now: datetime) -> MethodForm:
    """Validate the card form of a one-off payment, with a choice of months.

    It asks for no password and no birth date: at Toss the card company identifies the buyer.
    """
    form = _read(typed, ["PERSONAL"])
    by_text = {str(each): each for each in months}
    form = replace(form, months=by_text.get(typed.get("months", ""), months[0]))
    return _with_errors(
        form,
        number=None if is_plausible(form.digits) else text("카드번호 15~16자리를 확인해 주세요."),
        company=_issuer_error(form),
        expiry=_expiry_error(form.expiry, now),
        months=_months_error(form),
        agree=None if form.agreed else text("동의하면 결제할 수 있어요."),
    )


def check_account(typed: dict[str, str], *, owner_types: list[str]) -> MethodForm:
    """Validate the account form."""
    form = _read(typed, owner_types)
    plausible = re.fullmatch(r"[0-9]{10,14}", form.digits)
    return _with_errors(
        form,
        company=None if form.company in BANKS else text("은행을 골라 주세요."),
        number=None if plausible else text("계좌번호 10~14자리를 확인해 주세요."),
        birth=_birth_error(form),
        agree=None if form.agreed else text("동의하면 등록할 수 있어요."),
    )


def _read(typed: dict[str, str], owner_types: list[str]) -> MethodForm:
    owner = typed.get("owner", "")
    return MethodForm(
        number=typed.get("number", "").strip()[:30],
        company=typed.get("company", "").strip()[:2],
        expiry=typed.get("expiry", "").strip()[:10],
        owner=owner if owner in owner_types else owner_types[0],
        birth=typed.get("birth", "").strip()[:15],
        password=typed.get("password", "").strip()[:4],
        agreed=typed.get("agree") == "yes",
    )


def _with_errors(form: MethodForm, **found: str | None) -> MethodForm:
    """Keep the error messages."""
    form.errors.update({name: said for name, said in found.items() if said})
    return form


def _issuer_error(form: MethodForm) -> str | None:
    if form.company not in {"", *ISSUERS}:
        return text("카드사를 골라 주세요.")
    # A persona's number determines its issuer; for any other number the choice is accepted.
    if persona_name(form.digits) == ORDINARY or not form.company:
        return None
    issuer = describe(form.digits, is_business=False).issuer_code
    if form.company == issuer:
        return None
    return text("이 카드번호는 {issuer} 카드예요.", issuer=text(ISSUERS[issuer]))


def _expiry_error(expiry: str, now: datetime) -> str | None:
    match = re.fullmatch(r"(0[1-9]|1[0-2])\s*/?\s*([0-9]{2})", expiry)
    if match is None:
        return text("유효기간을 월/연 순서로 입력해 주세요. 예: 12/30")
    today = now.astimezone(KST)
    if (2000 + int(match[2]), int(match[1])) < (today.year, today.month):
        return text("유효기간이 지난 카드예요.")
    return None


def _months_error(form: MethodForm) -> str | None:
    is_credit = not form.months or describe(form.digits, is_business=False).card_type == "신용"
    return None if is_credit else text("신용카드만 나누어 낼 수 있어요.")


def _password_error(password: str) -> str | None:
    is_valid = re.fullmatch(r"[0-9]{2}", password)
    return None if is_valid else text("비밀번호 앞 두 자리를 숫자로 입력해 주세요.")


def _birth_error(form: MethodForm) -> str | None:
    digits = _digits(form.birth)
    if form.is_business:
        valid = re.fullmatch(r"[0-9]{10}", digits) is not None
    else:
        valid = re.fullmatch(r"[0-9]{6}", digits) is not None and _is_date(digits)
    return None if valid else text(OWNER_HINTS[form.owner])


def _is_date(digits: str) -> bool:
    # The century is unknown; 2000 is a leap year, so 29 February passes.
    year = 2000 + int(digits[:2])
    try:
        datetime(year, int(digits[2:4]), int(digits[4:]), tzinfo=KST)
    except ValueError:
        return False
    return True


def _digits(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed)
