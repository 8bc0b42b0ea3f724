"""What a refused key needs, in words: Toss's own answer has a code and a message and no more.

Sent in a header of their own, since clients may parse Toss's answer strictly; shown in the panel
and on the window's page; logged.
"""

from tossbill_sandbox.store.schema import SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY

UNKNOWN_SECRET_KEY = (
    "샌드박스에 등록하지 않은 시크릿 키예요. POST /sandbox/_control/shops로 키 쌍을 등록하거나 "
    f"tossbill-sandbox --any-key로 시작하거나 {SANDBOX_SECRET_KEY} 키를 쓰세요."
)
UNKNOWN_CLIENT_KEY = (
    "샌드박스에 등록하지 않은 클라이언트 키예요. POST /sandbox/_control/shops로 키 쌍을 등록하거나 "
    f"tossbill-sandbox --any-key로 시작하거나 {SANDBOX_CLIENT_KEY} 키를 쓰세요."
)
OTHER_PAIR = (
    "인증 키를 다른 쌍의 클라이언트 키로 만들었어요. 클라이언트 키와 시크릿 키는 한 쌍이어야 해요."
)
WIDGET_KEY = (
    "결제위젯 연동 키예요. 샌드박스에는 위젯이 없으니 "
    "API 개별 연동 키(test_ck_, test_sk_)를 쓰세요."
)
LIVE_KEY = "라이브 키예요. 샌드박스는 연습용이라 테스트 키만 받아요."
CLIENT_KEY = "클라이언트 키예요. 서버에서는 시크릿 키(test_sk_)를 쓰세요."
SECRET_KEY = "시크릿 키예요. 브라우저에서는 클라이언트 키(test_ck_)를 쓰세요."  # noqa: S105 - a sentence
BASIC = "시크릿 키를 사용자 이름으로, 비밀번호 없이 HTTP Basic 인증으로 보내세요."
COLON = "시크릿 키 뒤에 콜론(:)을 붙인 다음 Base64로 인코딩하세요."

HINTS = {
    UNKNOWN_SECRET_KEY: (
        "This secret key is not registered in the sandbox. Register your pair with POST "
        f"/sandbox/_control/shops, start tossbill-sandbox --any-key, or use {SANDBOX_SECRET_KEY}."
    ),
    UNKNOWN_CLIENT_KEY: (
        "This client key is not registered in the sandbox. Register your pair with POST "
        f"/sandbox/_control/shops, start tossbill-sandbox --any-key, or use {SANDBOX_CLIENT_KEY}."
    ),
    OTHER_PAIR: (
        "The authKey was made with the client key of another pair. Client key and secret key "
        "belong together."
    ),
    WIDGET_KEY: (
        "This is a widget key. The sandbox has no widgets; use the API keys (test_ck_, test_sk_)."
    ),
    LIVE_KEY: "This is a live key. The sandbox is for practice and takes test keys only.",
    CLIENT_KEY: "This is a client key. The server sends the secret key (test_sk_).",
    SECRET_KEY: "This is a secret key. The browser uses the client key (test_ck_).",
    BASIC: "Send HTTP Basic authentication: the secret key as user name, and no password.",
    COLON: "Put a colon after the secret key before you encode it with Base64.",
}


def about_secret_key(key: str) -> str:
    """Return what is wrong with a secret key that is not registered."""
    return CLIENT_KEY if _kind(key) == "ck" else _about(key) or UNKNOWN_SECRET_KEY


def about_client_key(key: str) -> str:
    """Return what is wrong with a client key that is not registered."""
    return SECRET_KEY if _kind(key) == "sk" else _about(key) or UNKNOWN_CLIENT_KEY


def _about(key: str) -> str | None:
    if _kind(key) in ("gck", "gsk"):
        return WIDGET_KEY
    return LIVE_KEY if key.startswith("live_") else None


def _kind(key: str) -> str:
    """Return the kind in a key's prefix: ``ck`` of ``test_ck_…`` (contract §1)."""
    mode, _, rest = key.partition("_")
    return rest.partition("_")[0] if mode in ("test", "live") else ""
