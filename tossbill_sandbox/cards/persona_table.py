"""The table of personas: test cards with a fixed outcome. Number format: ``personas.py``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Persona:
    """A test card with a fixed outcome.

    Attributes:
        name: Its name in the control API and in tests.
        label: The label of its chip in the window.
        number: The card number.
        issuer_code: Toss's issuer code.
        card_type: ``신용``, ``체크`` or ``미확인``.
        window_code: The code sent to failUrl, if authentication fails in the window.
        issue_code: The code that refuses the issue, if it is refused.
        charge_code: The code that declines charges, if they are declined.
        until: When declines end: ``month`` (the 1st of the next month), ``three_days``, ``payday``
            (the next 10th or 25th), counted from the issue on the Korean calendar; None is never.
        declines_first: Decline this many charges, then approve.
        approves_first: Approve this many charges, then decline.
        removed: Whether Toss deletes the billing key right after issuing it.
    """

    name: str
    label: str
    number: str
    issuer_code: str
    card_type: str
    window_code: str | None = None
    issue_code: str | None = None
    charge_code: str | None = None
    until: str | None = None
    declines_first: int | None = None
    approves_first: int = 0
    removed: bool = False


TABLE = (
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
    Persona(
        "monthly_limit",
        "롯데 신용 · 월 한도 초과, 다음 달 1일부터 승인",
        "9400007100011112",
        "71",
        "신용",
        charge_code="REJECT_CARD_PAYMENT",
        until="month",
    ),
    Persona(
        "three_day_limit",
        "하나 신용 · 3일 한도 초과, 3일 뒤 승인",
        "9400002100012222",
        "21",
        "신용",
        charge_code="REJECT_CARD_PAYMENT",
        until="three_days",
    ),
    Persona(
        "balance_low",
        "토스뱅크 체크 · 잔액 부족, 10일과 25일부터 승인",
        "9400002400013332",
        "24",
        "체크",
        charge_code="REJECT_CARD_PAYMENT",
        until="payday",
    ),
    Persona(
        "expired",
        "KB국민 신용 · 유효기간 만료",
        "9400001100014442",
        "11",
        "신용",
        charge_code="INVALID_CARD_EXPIRATION",
    ),
    Persona(
        "stolen",
        "신한 신용 · 분실·도난",
        "9400004100015552",
        "41",
        "신용",
        charge_code="INVALID_CARD_LOST_OR_STOLEN",
    ),
    Persona(
        "stopped",
        "삼성 신용 · 정지",
        "9400005100016663",
        "51",
        "신용",
        charge_code="INVALID_STOPPED_CARD",
    ),
    Persona(
        "issuer_silent",
        "NH농협 신용 · 카드사 무응답",
        "9400009100017772",
        "91",
        "신용",
        charge_code="FAILED_CARD_COMPANY_RESPONSE",
    ),
    Persona(
        "unsupported",
        "BC 종류 미확인 · 지원하지 않는 카드",
        "9400003100018882",
        "31",
        "미확인",
        charge_code="NOT_SUPPORTED_CARD_TYPE",
    ),
    Persona(
        "key_removed",
        "카카오뱅크 체크 · 발급 직후 빌링키 삭제",
        "9400001500019993",
        "15",
        "체크",
        removed=True,
    ),
    Persona(
        "approves_after_1",
        "현대 신용 · 한 번 거절 후 승인",
        "9400006100021112",
        "61",
        "신용",
        charge_code="REJECT_CARD_PAYMENT",
        declines_first=1,
    ),
    Persona(
        "approves_after_2",
        "현대 신용 · 두 번 거절 후 승인",
        "9400006100022222",
        "61",
        "신용",
        charge_code="REJECT_CARD_PAYMENT",
        declines_first=2,
    ),
    Persona(
        "approves_after_3",
        "현대 신용 · 세 번 거절 후 승인",
        "9400006100023332",
        "61",
        "신용",
        charge_code="REJECT_CARD_PAYMENT",
        declines_first=3,
    ),
    Persona(
        "approves_once",
        "롯데 신용 · 한 번 승인 후 한도 초과",
        "9400007100024442",
        "71",
        "신용",
        charge_code="REJECT_CARD_PAYMENT",
        approves_first=1,
    ),
)
