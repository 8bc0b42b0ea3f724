"""What Toss's codes mean in a customer's words; the code itself is shown beside them."""

from tossbill_ui.toss.codes import Meaning, lookup

_ASK_ISSUER = "카드사에서 거절했어요. 다른 카드를 쓰거나 카드사에 문의해 주세요."
_SHOP = "가게의 결제 설정에 문제가 있어요. 잠시 뒤 다시 시도해 주세요."
_START_AGAIN = "등록 시간이 지났거나 이미 쓴 확인이에요. 처음부터 다시 등록해 주세요."
_TOSS = "토스페이먼츠에서 잠시 문제가 있었어요. 잠시 뒤 다시 시도해 주세요."

FAILURES = {
    "NOT_FOUND_BILLING": _START_AGAIN,
    "INVALID_BILLING_AUTH": _START_AGAIN,
    "INVALID_CARD_NUMBER": "카드 번호를 다시 확인해 주세요.",
    "INVALID_CARD_PASSWORD": "카드 비밀번호를 다시 확인해 주세요.",
    "INVALID_CARD_EXPIRATION": "카드 유효기간을 다시 확인해 주세요.",
    "INVALID_CARD_IDENTITY": "생년월일이나 사업자번호가 카드 주인의 것과 달라요.",
    "INVALID_BIRTH_DAY_FORMAT": "생년월일 6자리나 사업자번호 10자리를 다시 확인해 주세요.",
    "INVALID_REJECT_CARD": _ASK_ISSUER,
    "INVALID_STOPPED_CARD": "정지된 카드예요. 다른 카드로 등록해 주세요.",
    "NOT_REGISTERED_CARD_COMPANY": "카드사에서 사용 등록을 먼저 해 주세요.",
    "NOT_SUPPORTED_CARD_TYPE": "자동결제에 쓸 수 없는 카드예요. 다른 카드로 등록해 주세요.",
    "INVALID_CARD_COMPANY": "쓸 수 없는 카드사예요. 다른 카드로 등록해 주세요.",
    "EXCEED_MAX_AUTH_COUNT": "확인 횟수를 넘었어요. 카드사에 문의해 주세요.",
    "REJECT_CARD_COMPANY": _ASK_ISSUER,
    "REJECT_ACCOUNT_PAYMENT": "계좌에서 거절했어요. 다른 결제수단으로 등록해 주세요.",
    "INVALID_EMAIL": _SHOP,
    "INVALID_REQUEST": _SHOP,
    "NOT_SUPPORTED_METHOD": _SHOP,
    "UNAUTHORIZED_KEY": _SHOP,
    "INVALID_API_KEY": _SHOP,
    "INCORRECT_BASIC_AUTH_FORMAT": _SHOP,
    "FAILED_DB_PROCESSING": _SHOP,
    "FAILED_BILL_KEY_AUTH_CREATION": _TOSS,
    "COMMON_ERROR": _TOSS,
    "PAY_PROCESS_ABORTED": "등록 중에 확인이 끊겼어요. 다시 시도해 주세요.",
    "NOT_SUPPORTED_WIDGET_KEY": _SHOP,
    "INVALID_CLIENT_KEY": _SHOP,
    "INVALID_CUSTOMER_KEY": _SHOP,
    "INCORRECT_SUCCESS_URL_FORMAT": _SHOP,
    "INCORRECT_FAIL_URL_FORMAT": _SHOP,
    "INVALID_PARAMETERS": _SHOP,
    "INVALID_PARAMETER": _SHOP,
    "INVALID_METHOD_TRANSACTION": "등록창이 이미 열려 있어요. 그 창에서 이어가 주세요.",
    "FORBIDDEN_SCRIPT": _SHOP,
    "NETWORK_ERROR": "인터넷 연결을 확인하고 다시 시도해 주세요.",
}
UNSEEN = "등록을 마치지 못했어요. 다른 카드로 시도하거나 잠시 뒤 다시 시도해 주세요."


def explain(code: str) -> str:
    """Return the customer's words for a code, also for one nobody has seen yet."""
    row = lookup(code)
    is_ours = row is not None and row.meaning in (Meaning.SETUP, Meaning.OPERATOR)
    return FAILURES.get(code, _SHOP if is_ours else UNSEEN)
