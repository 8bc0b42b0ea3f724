"""Advice about a refused key or a wrong path; Toss sends a code and a message alone.

Sent in a header of their own, since clients may parse Toss's answer strictly; shown in the panel
and on the window's page; logged.
"""

import re

from tossbill_sandbox.store.schema import SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY

CLIENT_KEY_FORM = re.compile("test_ck_[A-Za-z0-9_]{1,100}")
SECRET_KEY_FORM = re.compile("test_sk_[A-Za-z0-9_]{1,100}")

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
EMPTY_SECRET_KEY = "시크릿 키가 비어 있어요. 키를 담은 환경 변수를 확인하세요."  # noqa: S105 - a sentence
EMPTY_CLIENT_KEY = "클라이언트 키가 비어 있어요. 키를 담은 환경 변수를 확인하세요."
FORM_OF_SECRET_KEY = "테스트 시크릿 키는 test_sk_ 뒤에 영문이나 숫자가 1~100자 있어요."  # noqa: S105 - a sentence
FORM_OF_CLIENT_KEY = "테스트 클라이언트 키는 test_ck_ 뒤에 영문이나 숫자가 1~100자 있어요."
LIVE_KEY = "라이브 키예요. 샌드박스는 연습용이라 테스트 키만 받아요."
CLIENT_KEY = "클라이언트 키예요. 서버에서는 시크릿 키(test_sk_)를 쓰세요."
SECRET_KEY = "시크릿 키예요. 브라우저에서는 클라이언트 키(test_ck_)를 쓰세요."  # noqa: S105 - a sentence
BASIC = "시크릿 키를 사용자 이름으로, 비밀번호 없이 HTTP Basic 인증으로 보내세요."
TWO_SLASHES = "주소에 슬래시가 두 개 이어져 있어요. 기본 URL의 마지막 슬래시(/)를 빼세요."
TWICE_V1 = "주소에 /v1이 두 번 있어요. 기본 URL이나 경로 중 한쪽에서만 /v1을 쓰세요."
OTHER_BASE = "API의 경로는 /v1/로 시작해요. 기본 URL을 확인하세요."
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
    EMPTY_SECRET_KEY: "The secret key is empty. Check the variable that should hold it.",
    EMPTY_CLIENT_KEY: "The client key is empty. Check the variable that should hold it.",
    FORM_OF_SECRET_KEY: "A test secret key is test_sk_ and 1 to 100 letters or digits.",
    FORM_OF_CLIENT_KEY: "A test client key is test_ck_ and 1 to 100 letters or digits.",
    TWO_SLASHES: (
        "The path has two slashes in a row. Remove the slash at the end of your base URL."
    ),
    TWICE_V1: "The path has /v1 twice. Have it in your base URL or in the path, not in both.",
    OTHER_BASE: "The API's paths begin with /v1/. Check your base URL.",
    COLON: "Put a colon after the secret key before you encode it with Base64.",
}


def about_secret_key(key: str) -> str:
    """Return what is wrong with a secret key that is not registered."""
    if not key:
        return EMPTY_SECRET_KEY
    if _kind(key) == "ck":
        return CLIENT_KEY
    unknown = UNKNOWN_SECRET_KEY if SECRET_KEY_FORM.fullmatch(key) else FORM_OF_SECRET_KEY
    return _about(key) or unknown


def about_client_key(key: str) -> str:
    """Return what is wrong with a client key that is not registered."""
    if not key:
        return EMPTY_CLIENT_KEY
    if _kind(key) == "sk":
        return SECRET_KEY
    unknown = UNKNOWN_CLIENT_KEY if CLIENT_KEY_FORM.fullmatch(key) else FORM_OF_CLIENT_KEY
    return _about(key) or unknown


def about_path(path: str) -> str:
    """Return what is wrong with a path that contains ``/v1/`` and is none of the API."""
    if "//" in path:
        return TWO_SLASHES
    if "/v1/v1/" in path:
        return TWICE_V1
    return "" if path.startswith("/v1/") else OTHER_BASE


def _about(key: str) -> str | None:
    if _kind(key) in ("gck", "gsk"):
        return WIDGET_KEY
    return LIVE_KEY if key.startswith("live_") else None


def _kind(key: str) -> str:
    """Return the kind in a key's prefix: ``ck`` of ``test_ck_…`` (contract §1)."""
    mode, _, rest = key.partition("_")
    return rest.partition("_")[0] if mode in ("test", "live") else ""
