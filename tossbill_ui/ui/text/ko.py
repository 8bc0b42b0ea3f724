"""Korean words of the history, until it has both languages."""

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
