"""Korean, in 해요체. A screen shown while money is in doubt says what happened to it.

A line break in a text is shown as one: what became of money stands on a line of its own.
Words that belong together are joined by a space that does not break.
"""

from tossbill_ui.toss.issuers import KOREAN

TITLE_HOME = "자동결제 등록"
TITLE_RESULT = "카드 등록 결과"

HOME_TITLE = "결제수단을 등록하고\n자동결제를 시작해요"
HOME_BODY = "카드는 토스페이먼츠의 안전한 창에서 등록하고, 카드 번호는 저장하지 않아요."
HOME_REGISTER = "카드 등록하기"
HOME_HISTORY = "등록 내역 보기"

REGISTER_TITLE = "카드를 등록할게요"
REGISTER_BODY = "토스페이먼츠 창에서 카드 정보를 입력하고 본인 확인을 하면 끝나요."
REGISTER_TODAY_AMOUNT = "0원"
REGISTER_STORED = "저장하는 정보"
REGISTER_STORED_VALUE = "카드사와 끝 번호"
REGISTER_CONSENT = (
    "카드를 등록하면 자동결제에 쓰는 데 동의하는 거예요. 언제든 지울\u00a0수\u00a0있어요."
)
REGISTER_BUTTON = "카드 등록하기"
REGISTER_OPENING = "카드 등록창을 열고 있어요"
REGISTER_UNDER_WAY = "앞서 시작한 카드\u00a0등록을 확인하고 있어요"
REGISTER_UNDER_WAY_BODY = (
    "두\u00a0번 등록되지 않도록 먼저 한 등록이 끝나면 다시 시작할\u00a0수\u00a0있어요.\n"
    "결제된 금액은 없어요."
)
REGISTER_NO_SCRIPT = "이 페이지는 자바스크립트가 필요해요. 브라우저 설정에서 켜 주세요."
SDK_FAILED = "결제창을 열지 못했어요"
SDK_FAILED_BODY = "광고 차단 기능을 끄고 다시 시도해 주세요. 등록된 카드와 결제된 금액은 없어요."
RETRY = "다시 시도하기"

WORKING_TITLE = "카드를 확인하고 있어요"
WORKING_BODY = "창을 닫아도 등록은 계속돼요.\n결제된 금액은 없어요."
ISSUED_TITLE = "카드를 등록했어요"
ISSUED_ACCOUNT_TITLE = "계좌를 등록했어요"
ISSUED_BODY = "다음 자동결제부터 이 결제수단을 써요.\n지금 결제된 금액은 없어요."
FAILED_TITLE = "카드를 등록하지 못했어요"
NOTHING_CHARGED = "\n결제된 금액은 없어요."
CANCELED_TITLE = "카드 등록을 멈췄어요"
CANCELED_BODY = "결제된 금액은 없어요.\n원할 때 다시 시작할\u00a0수\u00a0있어요."
DOUBT_TITLE = "확인이 늦어지고 있어요"
DOUBT_BODY = (
    "카드사의 답을 기다리고 있어요. 두\u00a0번 등록되지 않으니 기다려 주세요.\n"
    "결제된 금액은 없어요."
)
USED_TITLE = "이미 처리한 등록이에요"
USED_BODY = (
    "이 등록에는 다른 카드가 먼저 등록되어, 이번 카드는 등록하지 않았어요.\n결제된 금액은 없어요."
)
OTHER_BROWSER_TITLE = "이 브라우저에서는 볼\u00a0수\u00a0없는 등록이에요"
OTHER_BROWSER_BODY = (
    "등록을 시작한 브라우저에서 열어 주세요.\n여기서 등록된 카드와 결제된 금액은 없어요."
)
SESSION_LOST_TITLE = "등록을 이어갈 수 없어요"
SESSION_LOST_BODY = (
    "브라우저의 쿠키가 사라져 누구의 카드인지 확인하지 못했어요.\n"
    "카드는 등록하지 않았고 결제된 금액은 없어요."
)
BAD_LINK_TITLE = "올바르지 않은 링크예요"
BAD_LINK_BODY = "카드는 등록하지 않았고 결제된 금액은 없어요.\n처음부터 다시 등록해 주세요."
NOTHING_TITLE = "확인할 등록이 없어요"
NOTHING_BODY = "카드 등록을 시작하면 여기에서 결과를 볼 수 있어요."
REMOVED_TITLE = "지운 결제수단이에요"
REMOVED_BODY = "등록했던 결제수단을 지웠어요.\n결제된 금액은 없어요."

TO_HISTORY = "등록 내역 보기"
TO_REGISTER = "카드 등록하기"
REGISTER_AGAIN = "다시 등록하기"
REGISTER_ANOTHER = "다른 카드 등록하기"
TO_HOME = "처음으로"
CODE_LABEL, MESSAGE_LABEL = "오류 코드", "토스의 안내"
REGISTERED_AT = "등록한 시각"
JSON_TITLE = "토스 응답 (연습·테스트에서만 보여요)"

HISTORY_TITLE = "등록 내역"
HISTORY_EMPTY = "아직 등록한 결제수단이 없어요"
HISTORY_EMPTY_BODY = "카드를 등록하면 여기에 모두 남아요."
HISTORY_EMPTY_FILTER = "조건에 맞는 내역이 없어요"
HISTORY_CLEAR = "필터 지우기"
HISTORY_LOADING = "내역을 불러오고 있어요"
HISTORY_FILTERS = {"all": "전체", "active": "사용 중", "removed": "지움", "failed": "등록 안 됨"}
HISTORY_FILTER_LABEL = "내역 고르기"
COLUMN_DATE, COLUMN_METHOD, COLUMN_STATUS = "날짜", "결제수단", "상태"
COLUMN_ACTION = "관리"
PREVIOUS, NEXT = "이전", "다음"
REMOVE = "지우기"
REMOVE_ASK = "이 결제수단을 지울까요?"
REMOVE_YES = "지울게요"
REMOVE_NO = "그대로 둘게요"
REMOVE_IN_DOUBT = "지웠는지 확인하고 있어요. 확인되면 여기에 바로 보여요."
REMOVE_REFUSED = "지우지 못했어요. 결제수단은 그대로예요. 잠시 뒤 다시 시도해 주세요."
REMOVE_DONE = "결제수단을 지웠어요."

STATUS = {
    "active": "사용 중",
    "removing": "지우는 중",
    "removed": "지움",
    "issuing": "확인 중",
    "unknown": "확인 중",
    "failed": "등록 안 됨",
    "abandoned": "멈춤",
}

OFFLINE = "연결이 끊겼어요."
OFFLINE_BODY = (
    "다시 이어지면 화면도 저절로 바뀌어요. 그동안 이 화면에서 새로 결제되는 금액은 없어요."
)
NOT_FOUND_TITLE = "페이지를 찾을 수 없어요"
NOT_FOUND_BODY = "주소가 바뀌었거나 사라졌어요.\n결제된 금액은 없어요."
BANNER = {
    "sandbox": "연습 모드 · 실제 카드와 돈을 쓰지 않아요",
    "test": "테스트 모드 · 토스 테스트 환경이에요",
}

ISSUERS = KOREAN
UNKNOWN_ISSUER = "카드"
ACCOUNT = "계좌"
