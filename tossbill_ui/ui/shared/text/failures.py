"""Failed registrations in a customer's words, by Toss's code, which is shown with them."""

from tossbill_ui.toss.codes import Meaning, lookup
from tossbill_ui.ui.shared.text import ByKind, Text

_ASK_ISSUER = Text(
    "카드사에서 거절했어요. 다른 카드를 쓰거나 카드사에 문의해 주세요.",
    "The card company declined the card. Use another card or contact the card company.",
)
_ASK_BANK = Text(
    "은행에서 거절했어요. 다른 계좌를 쓰거나 은행에 문의해 주세요.",
    "The bank declined the account. Use another account or contact the bank.",
)
_SHOP = Text(
    "가게의 결제 설정에 문제가 있어요. 잠시 뒤 다시 시도해 주세요.",
    "There is a problem with the shop's payment settings. Please try again later.",
)
_START_AGAIN = Text(
    "등록 시간이 지났거나 이미 쓴 확인이에요. 처음부터 다시 등록해 주세요.",
    "The confirmation has expired or was already used. Please start again.",
)
_TOSS = Text(
    "토스페이먼츠에서 잠시 문제가 있었어요. 잠시 뒤 다시 시도해 주세요.",
    "Toss Payments had a temporary problem. Please try again later.",
)

FAILURES = {
    "NOT_FOUND_BILLING": _START_AGAIN,
    "INVALID_BILLING_AUTH": _START_AGAIN,
    "INVALID_CARD_NUMBER": Text("카드 번호를 다시 확인해 주세요.", "Please check the card number."),
    "INVALID_CARD_PASSWORD": Text(
        "카드 비밀번호를 다시 확인해 주세요.", "Please check the card password."
    ),
    "INVALID_CARD_EXPIRATION": Text(
        "카드 유효기간을 다시 확인해 주세요.", "Please check the expiry date."
    ),
    "INVALID_CARD_IDENTITY": Text(
        "생년월일이나 사업자번호가 카드 주인의 것과 달라요.",
        "The date of birth or business number doesn't match the cardholder's.",
    ),
    "INVALID_BIRTH_DAY_FORMAT": Text(
        "생년월일 6자리나 사업자번호 10자리를 다시 확인해 주세요.",
        "Please check the 6-digit date of birth or the 10-digit business number.",
    ),
    "INVALID_REJECT_CARD": _ASK_ISSUER,
    "INVALID_STOPPED_CARD": Text(
        "정지된 카드예요. 다른 카드로 등록해 주세요.",
        "The card is suspended. Please register another one.",
    ),
    "NOT_REGISTERED_CARD_COMPANY": Text(
        "카드사에서 사용 등록을 먼저 해 주세요.",
        "Please activate the card with the card company first.",
    ),
    "NOT_SUPPORTED_CARD_TYPE": Text(
        "자동결제에 쓸 수 없는 카드예요. 다른 카드로 등록해 주세요.",
        "This card can't be used for automatic payments. Please register another one.",
    ),
    "INVALID_CARD_COMPANY": Text(
        "쓸 수 없는 카드사예요. 다른 카드로 등록해 주세요.",
        "Cards from this company aren't accepted. Please register another one.",
    ),
    "EXCEED_MAX_AUTH_COUNT": Text(
        "확인 횟수를 넘었어요. 카드사에 문의해 주세요.",
        "There were too many attempts. Please contact the card company.",
    ),
    "REJECT_CARD_COMPANY": _ASK_ISSUER,
    "REJECT_ACCOUNT_PAYMENT": Text(
        "계좌에서 거절했어요. 다른 결제수단으로 등록해 주세요.",
        "The account was declined. Please register another payment method.",
    ),
    "INVALID_EMAIL": _SHOP,
    "INVALID_REQUEST": _SHOP,
    "NOT_SUPPORTED_METHOD": _SHOP,
    "UNAUTHORIZED_KEY": _SHOP,
    "INVALID_API_KEY": _SHOP,
    "INCORRECT_BASIC_AUTH_FORMAT": _SHOP,
    "FAILED_DB_PROCESSING": _SHOP,
    "FAILED_BILL_KEY_AUTH_CREATION": _TOSS,
    "COMMON_ERROR": _TOSS,
    "PAY_PROCESS_ABORTED": Text(
        "등록 중에 확인이 끊겼어요. 다시 시도해 주세요.",
        "The confirmation was interrupted. Please try again.",
    ),
    "NOT_SUPPORTED_WIDGET_KEY": _SHOP,
    "INVALID_CLIENT_KEY": _SHOP,
    "INVALID_CUSTOMER_KEY": _SHOP,
    "INCORRECT_SUCCESS_URL_FORMAT": _SHOP,
    "INCORRECT_FAIL_URL_FORMAT": _SHOP,
    "INVALID_PARAMETERS": _SHOP,
    "INVALID_PARAMETER": _SHOP,
    "INVALID_METHOD_TRANSACTION": Text(
        "등록창이 이미 열려 있어요. 그 창에서 이어가 주세요.",
        "The registration window is already open. Please continue there.",
    ),
    "FORBIDDEN_SCRIPT": _SHOP,
    # Our own code: the answer to a card from our own form was lost, and so were its details.
    "CARD_NOT_CONFIRMED": Text(
        "카드 등록이 확인되지 않았어요. 다시 등록해 주세요.",
        "We couldn't confirm that the card was registered. Please register it again.",
    ),
    # Our own code: it came back in another browser, where nobody said yes.
    "RETURN_NOT_CONFIRMED": Text(
        "다른 브라우저에서 등록하겠다고 하지 않아 등록하지 않았어요. 다시 등록해 주세요.",
        "Nobody said yes in the other browser, so nothing was registered. Please start again.",
    ),
    "NETWORK_ERROR": Text(
        "인터넷 연결을 확인하고 다시 시도해 주세요.", "Please check your connection and try again."
    ),
}
UNSEEN = ByKind(
    Text(
        "등록을 마치지 못했어요. 다른 카드로 시도하거나 잠시 뒤 다시 시도해 주세요.",
        "The card couldn't be registered. Try another card, or try again later.",
    ),
    Text(
        "등록을 마치지 못했어요. 다른 계좌로 시도하거나 잠시 뒤 다시 시도해 주세요.",
        "The account couldn't be registered. Try another account, or try again later.",
    ),
)
# Toss may return a card's code for an account.
_OF_CARDS = frozenset(
    code for code, words in FAILURES.items() if "카드" in words.ko and words is not _SHOP
)


def explain(code: str, kind: str = "card") -> str:
    """Return the customer's words for a code, also for an unknown one."""
    if kind == "account" and code in _OF_CARDS:
        return _ASK_BANK()
    row = lookup(code)
    is_ours = row is not None and row.meaning in (Meaning.SETUP, Meaning.OPERATOR)
    return FAILURES.get(code, _SHOP if is_ours else UNSEEN.of(kind))()
