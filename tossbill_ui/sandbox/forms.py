"""What a customer types into the window, checked as strictly as a card company would."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from tossbill_ui.sandbox.clock import KST
from tossbill_ui.sandbox.personas import is_plausible


@dataclass(frozen=True, slots=True)
class CardForm:
    """The card step: the text as typed, and a sentence for each field that is wrong."""

    number: str = field(default="", repr=False)
    expiry: str = field(default="", repr=False)
    birth: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    agreed: bool = False
    errors: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def digits(self) -> str:
        """The card number without its spaces."""
        return re.sub(r"[\s-]", "", self.number)

    @property
    def is_business(self) -> bool:
        """Whether the owner gave a business number."""
        return len(re.sub(r"[\s-]", "", self.birth)) == 10


def check_card(typed: dict[str, str], *, card_types: str, now: datetime) -> CardForm:
    """Read the card form.

    Source: the fields of contract §4.2, whose texts are inferred for the window (§2.1).
    """
    form = CardForm(
        number=typed.get("number", "").strip()[:30],
        expiry=typed.get("expiry", "").strip()[:10],
        birth=typed.get("birth", "").strip()[:15],
        password=typed.get("password", "").strip()[:4],
        agreed=typed.get("agree") == "yes",
    )
    found = {
        "number": None if is_plausible(form.digits) else "카드번호 15~16자리를 확인해 주세요.",
        "expiry": _expiry_error(form.expiry, now),
        "password": (
            None
            if re.fullmatch(r"[0-9]{2}", form.password)
            else "비밀번호 앞 두 자리를 숫자로 입력해 주세요."
        ),
        "birth": _birth_error(form.birth, card_types),
        "agree": None if form.agreed else "동의하면 카드를 등록할 수 있어요.",
    }
    form.errors.update({name: text for name, text in found.items() if text})
    return form


def _expiry_error(text: str, now: datetime) -> str | None:
    match = re.fullmatch(r"(0[1-9]|1[0-2])\s*/?\s*([0-9]{2})", text)
    if match is None:
        return "유효기간을 월/연 순서로 입력해 주세요. 예: 12/30"
    today = now.astimezone(KST)
    if (2000 + int(match[2]), int(match[1])) < (today.year, today.month):
        return "유효기간이 지난 카드예요."
    return None


def _birth_error(text: str, card_types: str) -> str | None:
    digits = re.sub(r"[\s-]", "", text)
    if len(digits) == 10 and "CORPORATE" in card_types:
        return None if re.fullmatch(r"[0-9]{10}", digits) else _BIRTH_HINTS[card_types]
    if "PERSONAL" in card_types and re.fullmatch(r"[0-9]{6}", digits) and _is_date(digits):
        return None
    return _BIRTH_HINTS[card_types]


def _is_date(digits: str) -> bool:
    # 2000 is a leap year, so 29 February of an unknown century passes.
    year = 2000 + int(digits[:2])
    try:
        datetime(year, int(digits[2:4]), int(digits[4:]), tzinfo=KST)
    except ValueError:
        return False
    return True


_BIRTH_HINTS = {
    "PERSONAL": "생년월일 6자리를 입력해 주세요. 예: 900101",
    "CORPORATE": "사업자등록번호 10자리를 입력해 주세요.",
    "PERSONAL,CORPORATE": "생년월일 6자리나 사업자등록번호 10자리를 입력해 주세요.",
    "CORPORATE,PERSONAL": "사업자등록번호 10자리나 생년월일 6자리를 입력해 주세요.",
}
