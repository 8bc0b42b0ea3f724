"""Texts around every page, and of the not-found and error pages."""

from tossbill_ui.ui.shared.text import Text

# The links at the top of every page, short enough for a phone.
NAVIGATION = Text("메뉴", "Menu")
NAVIGATION_PLANS = Text("요금제", "Plans")
NAVIGATION_SUBSCRIPTIONS = Text("내 구독", "Subscriptions")
NAVIGATION_METHODS = Text("결제수단", "Payment methods")
NAVIGATION_HISTORY = Text("결제 내역", "History")

SHARE = Text("{brand} 구독을 시작하고 관리해요.", "Start and manage your {brand} subscription.")

REGISTER_NO_SCRIPT = Text(
    "자바스크립트가 꺼져 있어 일부 기능을 쓸 수 없어요. 브라우저 설정에서 켜 주세요.",
    "JavaScript is off, so parts of this page don't work. Please turn it on in your browser.",
)

# In place of a row whose values make no sense.
UNDRAWABLE = Text("이 항목은 표시할 수 없어요.", "This line cannot be shown.")

RECEIPT = Text("매출전표 보기", "View receipt")

TO_SHOP = Text("쇼핑몰로 돌아가기", "Back to the shop")

TO_HOME = Text("처음으로", "Back to home")

OFFLINE = Text("연결이 끊겼어요.", "Connection lost.")

OFFLINE_BODY = Text(
    "다시 이어지면 화면도 저절로 바뀌어요. 그동안 이 화면에서 새로 결제되는 금액은 없어요.",
    "This page updates once you're back online. Nothing new is charged from it until then.",
)

# What became of a press, by `presses.jsx`'s word for it.
PRESSES = {
    "dropped": Text(
        "연결이 끊겨서 누른 것은 보내지 않았어요. 바뀐 것과 결제된 금액은 없어요. "
        "다시 이어지면 눌러 주세요.",
        "The connection is lost, so your press wasn't sent. Nothing was changed and nothing was "
        "charged. Please press again once you're back online.",
    ),
    "waiting": Text(
        "누른 것에 아직 답이 없어요. 처리했는지, 결제한 금액이 있는지 확인하는 대로 보여 "
        "드릴게요. 두 번 결제되지 않으니 기다려 주세요.",
        "There's no response to your press yet. Whether it went through and anything was charged "
        "will appear as soon as we know. Please wait: you won't be charged twice.",
    ),
    "broken": Text(
        "누른 다음에 연결이 끊겼다가 다시 이어졌어요. 처리한 것은 이 화면에 보여요. "
        "보이지 않으면 다시 눌러 주세요. 두 번 결제되지 않아요.",
        "The connection was lost after your press and is back. If it went through, this page "
        "shows it; if not, please press again. You won't be charged twice.",
    ),
}

NOT_FOUND_TITLE = Text("페이지를 찾을 수 없어요", "Page not found")

NOT_FOUND_BODY = Text(
    "주소가 바뀌었거나 사라졌어요.\n결제된 금액은 없어요.",
    "The page was moved or removed.\nNothing was charged.",
)

BROKEN_TITLE = Text("화면을 보여드리지 못했어요", "We couldn't show this page")

BROKEN_BODY = Text(
    "저희 쪽에 문제가 생겼어요. 불편을 드려 죄송합니다.\n"
    "새로 고치면 지금 상태를 볼 수 있고, 같은 등록이나 결제가 두 번 되지 않아요.",
    "Sorry, something went wrong on our side.\n"
    "Reload to see the current status. Nothing is registered or charged twice.",
)

BROKEN_AGAIN = Text("다시 열기", "Reload")

BUSY_TITLE = Text("요청이 너무 많아요", "Too many requests")

BUSY_BODY = Text(
    "이 인터넷 연결에서 짧은 시간에 요청이 너무 많이 왔어요.\n"
    "잠시 뒤에 다시 열어 주세요. 같은 등록이나 결제가 두 번 되지 않아요.",
    "This internet connection sent too many requests in a short time.\n"
    "Please reload in a moment. Nothing is registered or charged twice.",
)

BANNER = {
    "sandbox": Text(
        "연습 모드 · 실제 카드와 돈을 쓰지 않아요", "Sandbox · no real cards, no real money"
    ),
    "test": Text("테스트 모드 · 토스 테스트 환경이에요", "Test mode · Toss test environment"),
}

SANDBOX_PANEL = Text("샌드박스 패널", "Sandbox panel")

# Written in the language that the link switches to.
OTHER_LANGUAGE = {"ko": ("en", "English"), "en": ("ko", "한국어")}
