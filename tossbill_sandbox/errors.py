"""Toss's errors: code, status and both texts (contract §5 and §5.7).

The table is ``errors.csv``. Its last column names the endpoints that document the code; it is empty
when Toss lists a code without an endpoint. Messages never recorded in English fall back to Toss's
Korean text.
"""

import csv
from pathlib import Path
from typing import NamedTuple


class ErrorText(NamedTuple):
    """One row of Toss's error list."""

    status: int
    ko: str
    en: str | None = None
    endpoints: frozenset[str] = frozenset()


def _read() -> dict[str, ErrorText]:
    path = Path(__file__).with_name("errors.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: ErrorText(
                int(row["status"]),
                row["ko"],
                row["en"] or None,
                frozenset(row["endpoints"].split()),
            )
            for row in csv.DictReader(file)
        }


ERRORS: dict[str, ErrorText] = _read()

# Sent to failUrl, or thrown by the browser script; the messages differ from the API's (§2.1).
WINDOW_MESSAGES: dict[str, str] = {
    "PAY_PROCESS_CANCELED": "사용자에 의해 결제가 취소되었습니다.",
    "PAY_PROCESS_ABORTED": "결제 진행 중 승인에 실패하여 결제가 중단되었습니다.",
    "REJECT_CARD_COMPANY": "결제 승인이 거절되었습니다.",
    "INVALID_CLIENT_KEY": "ClientKey 형태가 올바르지 않습니다.",
    "INVALID_CUSTOMER_KEY": (
        "고객키는 영문 대소문자, 숫자, 특수문자 -, _, =, ., @로 2자 이상 50자 이하여야 합니다."
    ),
    "INCORRECT_SUCCESS_URL_FORMAT": "잘못된 successUrl 입니다.",
    "INCORRECT_FAIL_URL_FORMAT": "잘못된 failUrl 입니다.",
    "INVALID_PARAMETERS": (
        "필수 파라미터를 누락하거나, 정의되지 않은 파라미터를 추가하거나, "
        "파라미터의 타입이 올바르지 않을 때 발생합니다."
    ),
    "NOT_SUPPORTED_METHOD": "지원되지 않는 결제수단입니다.",
    "BELOW_ZERO_AMOUNT": "금액은 0보다 커야 합니다.",
    "INVALID_AMOUNT_VALUE": "결제금액이 올바르지 않습니다.",
    # Ours: Toss's text was never recorded.
    "INVALID_METADATA": "metadata가 올바르지 않습니다.",
    "UNAUTHORIZED_KEY": "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.",
}


def window_message(code: str) -> str:
    """Return the text that failUrl gets with a code; the API's own, if there is no other."""
    return WINDOW_MESSAGES.get(code) or ERRORS[code].ko


class TossRefusal(Exception):
    """A request is refused with one of Toss's codes; raised before anything is written.

    Attributes:
        code: The code.
        hint: What to do about it, one of ``hints.HINTS``, or empty.
    """

    def __init__(self, code: str, hint: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.hint = hint
