"""Texts of the page of sessions."""

from tossbill_ui.customers.models import Via
from tossbill_ui.ui.shared.text import Text

TITLE = Text("로그인한 기기", "Where you're signed in")
LEAD = Text(
    "모르는 기기가 있으면 로그아웃하세요. 그 기기에 열려 있는 창도 곧 닫혀요.",
    "If you don't recognize a device, sign it out. Pages open there close shortly after.",
)
LOADING = Text("기기를 불러오고 있어요", "Loading your devices")
EMPTY = Text("로그인한 기기가 없어요", "You're not signed in anywhere")
EMPTY_BODY = Text(
    "결제수단을 등록하거나 링크로 들어오면 여기에 나와요.",
    "Devices show up here once you register a payment method or come in by a link.",
)
HERE = Text("지금 이 기기", "This device")
UNKNOWN = Text("알 수 없는 브라우저", "Unknown browser")
BROWSER_ON = Text("{system}의 {browser}", "{browser} on {system}")
USED = Text("마지막 사용 {at}", "Last used {at}")
SINCE = Text("{way} · {at}부터", "{way} · since {at}")
WAYS = {
    Via.COOKIE: Text("이 브라우저에서 시작", "Began in this browser"),
    Via.LINK: Text("링크로 들어옴", "Came in by a link"),
    Via.CODE: Text("메일로 받은 인증번호로 들어옴", "Signed in with an emailed code"),
}
ONE_TASK = Text("{way} (한 가지 일만)", "{way} (one task only)")
END = Text("로그아웃", "Sign out")
END_OTHERS = Text("다른 기기에서 모두 로그아웃", "Sign out everywhere else")
ENDED = Text("그 기기에서 로그아웃했어요.", "That device is signed out.")
ENDED_OTHERS = Text("다른 기기에서 모두 로그아웃했어요.", "All other devices are signed out.")
GONE = Text("이미 로그아웃한 기기예요.", "That device was signed out already.")
OPEN = Text("로그인한 기기 보기", "See where you're signed in")
