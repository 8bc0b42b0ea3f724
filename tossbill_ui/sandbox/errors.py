"""Toss's errors: code, status and both texts (contract §5 and §5.7).

A text that was never recorded in English is Toss's Korean text in both languages.
"""

from typing import NamedTuple


class ErrorText(NamedTuple):
    """One row of Toss's list."""

    status: int
    ko: str
    en: str | None = None


ERRORS: dict[str, ErrorText] = {
    "ALREADY_REMOVED_BILLING_KEY": ErrorText(400, "이미 삭제된 빌링키입니다"),
    "INVALID_API_KEY": ErrorText(400, "잘못된 시크릿키 연동 정보 입니다.", "Incorrect secret key."),
    "INVALID_BILLING_AUTH": ErrorText(
        400, "유효하지 않은 빌링 인증입니다.", "Invalid billing authentication."
    ),
    "INVALID_BILL_KEY_REQUEST": ErrorText(
        400,
        "빌링키 인증이 완료되지 않았거나 유효하지 않은 빌링 거래 건입니다.",
        "Billing key authentication has not been completed or is an invalid billing transaction.",
    ),
    "INVALID_CARD_EXPIRATION": ErrorText(
        400,
        "카드 정보를 다시 확인해주세요. (유효기간)",
        "Please check the card expiration date information again.",
    ),
    "INVALID_CARD_NUMBER": ErrorText(
        400, "카드번호를 다시 확인해주세요.", "Please check your card number again."
    ),
    "INVALID_IDEMPOTENCY_KEY": ErrorText(400, "멱등키는 300자 이하여야 합니다."),
    "INVALID_REJECT_CARD": ErrorText(
        400,
        "카드 사용이 거절되었습니다. 카드사 문의가 필요합니다.",
        "Refer to card issuer/decline.",
    ),
    "INVALID_REQUEST": ErrorText(400, "잘못된 요청입니다.", "The bad request."),
    "INVALID_STOPPED_CARD": ErrorText(400, "정지된 카드 입니다.", "This is a suspended card."),
    "NOT_MATCHES_CUSTOMER_KEY": ErrorText(
        400,
        "빌링 인증 고객키와 결제 요청 고객키가 일치하지 않습니다.",
        "The billing authentication customer key and the payment request customer key "
        "do not match.",
    ),
    "NOT_SUPPORTED_METHOD": ErrorText(
        400, "지원되지 않는 결제 수단입니다.", "This payment method is not supported."
    ),
    "UNAUTHORIZED_KEY": ErrorText(
        401,
        "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.",
        "This is an unauthenticated secret key or client key.",
    ),
    "INCORRECT_BASIC_AUTH_FORMAT": ErrorText(
        403, "잘못된 요청입니다. ':' 를 포함해 인코딩해주세요."
    ),
    "REJECT_CARD_COMPANY": ErrorText(
        403, "결제 승인이 거절되었습니다.", "Payment confirm is rejected"
    ),
    "NOT_FOUND_BILLING": ErrorText(
        404,
        "존재하지 않는 빌링 결제 인증 정보 입니다.",
        "Billing payment authentication information that does not exist.",
    ),
    "NOT_FOUND_HTTP_METHOD": ErrorText(404, "존재하지 않는 HTTP 메소드 접근입니다."),
    "NOT_FOUND_PAYMENT": ErrorText(
        404, "존재하지 않는 결제 정보 입니다.", "The payment does not exist."
    ),
    "IDEMPOTENT_REQUEST_PROCESSING": ErrorText(409, "이전 멱등 요청이 처리중입니다."),
    "COMMON_ERROR": ErrorText(
        500,
        "일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.",
        "A temporary error has occurred. Please try again in a few minutes.",
    ),
    "FAILED_DB_PROCESSING": ErrorText(
        500,
        "잘못된 요청 값으로 처리 중 DB 에러가 발생했습니다.",
        "A DB error occurred while processing with an invalid request value.",
    ),
}

# Sent to failUrl, or thrown by the browser script; their texts differ from the API's (§2.1).
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
    "UNAUTHORIZED_KEY": "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.",
}


class TossRefusal(Exception):
    """The request is refused with one of Toss's codes; raised before anything is written."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
