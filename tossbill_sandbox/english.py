"""The English of the window and the panel, by the Korean."""

from tossbill_sandbox.hints import HINTS

_NAMES = {
    "KB국민": "KB Kookmin",
    "카카오뱅크": "KakaoBank",
    "하나": "Hana",
    "토스뱅크": "Toss Bank",
    "BC": "BC",
    "신한": "Shinhan",
    "삼성": "Samsung",
    "현대": "Hyundai",
    "롯데": "Lotte",
    "NH농협": "NH NongHyup",
    "KB국민은행": "KB Kookmin Bank",
    "신한은행": "Shinhan Bank",
    "우리은행": "Woori Bank",
    "하나은행": "Hana Bank",
    "NH농협은행": "NH NongHyup Bank",
    "IBK기업은행": "IBK",
    "케이뱅크": "K bank",
    "대구은행": "Daegu Bank",
    "부산은행": "Busan Bank",
    "SC제일은행": "SC First Bank",
    "새마을금고": "Saemaul Geumgo",
    "우체국": "Korea Post",
    "신협": "Shinhyup",
    "신용": "credit",
    "체크": "debit",
    "기프트": "gift card",
    "미확인": "unknown type",
}

_WINDOW = {
    "여기에는 아무것도 없어요. API는 {api}에, 패널은 {panel}에 있어요.": (
        "Nothing is here. The API is at {api}, the panel at {panel}."
    ),
    "연습용 결제창": "Practice payment window",
    "<strong>연습용</strong> 실제 정보는 쓰지 마세요": (
        "<strong>Practice</strong> Don't enter real details"
    ),
    "결제창 닫기": "Close the payment window",
    "카드": "card",
    "계좌": "account",
    "<strong>{shop}</strong>에서 자동결제에 쓸 {what}예요. 지금 결제되는 금액은 없어요.": (
        "The {what} that <strong>{shop}</strong> will charge automatically. Nothing is charged now."
    ),
    "연습용 {what} 고르기": "Choose a practice {what}",
    "다음": "Next",
    "다른 결과 {count}가지 더 보기": "Show {count} more outcomes",
    "카드 정보를 입력해 주세요": "Enter your card details",
    "계좌 정보를 입력해 주세요": "Enter your account details",
    "카드 정보": "Card details",
    "계좌 정보": "Account details",
    "카드번호": "Card number",
    "카드사": "Card company",
    "카드번호로 알아보기": "Detect from the card number",
    "유효기간": "Expiry date",
    "비밀번호 앞 2자리": "First 2 digits of the PIN",
    "누구의 카드인가요?": "Whose card is it?",
    "누구의 계좌인가요?": "Whose account is it?",
    "은행": "Bank",
    "은행 고르기": "Choose a bank",
    "계좌번호": "Account number",
    "개인": "Personal",
    "법인": "Business",
    "생년월일 6자리": "Date of birth (6 digits)",
    "사업자등록번호 10자리": "Business registration number (10 digits)",
    "{one} 또는 {other}": "{one} or {other}",
    "{what} 확인과 자동결제 등록에 동의해요 <em>필수</em>": (
        "I agree to the check of this {what} and to automatic payments <em>required</em>"
    ),
    "동의하는 내용 보기": "What you agree to",
    "가게가 정한 날에 이 결제수단으로 결제해요. 본인 확인을 위해 입력한 정보를 한 번 확인하고, "
    "번호 전체와 비밀번호는 저장하지 않아요. 등록은 가게에서 지울 수 있어요.": (
        "The shop charges this payment method on the days it has set. What you enter is checked "
        "once to verify your identity; the full number and the PIN are not stored. You can remove "
        "it at the shop."
    ),
    "생년월일 6자리를 입력해 주세요. 예: 900101": "Enter 6 digits, for example 900101.",
    "사업자등록번호 10자리를 입력해 주세요. 예: 1234567890": (
        "Enter 10 digits, for example 1234567890."
    ),
    "카드번호 15~16자리를 확인해 주세요.": "Check the 15 or 16 digits of the card number.",
    "계좌번호 10~14자리를 확인해 주세요.": "Check the 10 to 14 digits of the account number.",
    "은행을 골라 주세요.": "Choose a bank.",
    "카드사를 골라 주세요.": "Choose a card company.",
    "이 카드번호는 {issuer} 카드예요.": "This number belongs to a {issuer} card.",
    "유효기간을 월/연 순서로 입력해 주세요. 예: 12/30": (
        "Enter month and year, for example 12/30."
    ),
    "유효기간이 지난 카드예요.": "This card has expired.",
    "비밀번호 앞 두 자리를 숫자로 입력해 주세요.": "Enter the first two digits of the PIN.",
    "동의하면 등록할 수 있어요.": "Tick the box to agree.",
    "본인 확인": "Identity check",
    "본인 확인을 할게요": "Verify your identity",
    "연습용이라 문자를 보내지 않아요. 인증번호 <strong>{code}</strong>을 입력해 주세요.": (
        "This is practice, so no text message is sent. Enter the code <strong>{code}</strong>."
    ),
    "등록할 {what}": "To be registered: {what}",
    "다시 입력하기": "Enter it again",
    "{what} 등록하기": "Register this {what}",
    "인증번호 6자리": "6-digit code",
    "인증번호가 맞지 않아요. {code}을 입력해 주세요.": "That's not the code. Enter {code}.",
    "가게로 돌아가고 있어요": "Returning to the shop",
    "잠시만 기다려 주세요.": "Just a moment.",
    "가게로 돌아가기": "Return to the shop",
    "시간이 지났어요": "Time is up",
    "30분 안에 끝내지 않아 창을 닫았어요. 결제된 금액은 없어요.": (
        "The window closed because it wasn't finished within 30 minutes. Nothing was charged."
    ),
    "결제창을 열 수 없어요": "The payment window can't open",
    "이미 끝난 결제창이에요": "This payment window has ended",
    "다시 하려면 가게의 화면에서 새로 시작해 주세요.": (
        "To try again, start over on the shop's page."
    ),
    "결제": "Payment",
    "{amount} 결제하기": "Pay {amount}",
    "할부": "Installments",
    "일시불": "Pay in full",
    "{count}개월": "{count} months",
    "신용카드만 나누어 낼 수 있어요.": "Only a credit card can be paid in installments.",
    "동의하면 결제할 수 있어요.": "Tick the box to agree.",
    "주문 내용을 확인했고 결제에 동의해요 <em>필수</em>": (
        "I have checked the order and agree to pay <em>required</em>"
    ),
    "가게가 결제를 승인하면 이 카드로 한 번 결제해요. 카드번호 전체는 저장하지 않아요.": (
        "Once the shop confirms the payment, this card is charged once. The full number is not "
        "stored."
    ),
}

_PERSONAS = {
    "현대 신용": "Hyundai credit",
    "신한 체크": "Shinhan debit",
    "신한 신용": "Shinhan credit",
    "삼성 신용": "Samsung credit",
    "KB국민 신용": "KB Kookmin credit",
    "롯데 신용": "Lotte credit",
    "토스뱅크 체크": "Toss Bank debit",
    "하나 신용": "Hana credit",
    "NH농협 신용": "NH NongHyup credit",
    "카카오뱅크 체크": "KakaoBank debit",
    "BC 종류 미확인": "BC, unknown type",
    "승인": "approved",
    "발급 거절": "refused at issue",
    "인증 실패": "fails in the window",
    "월 한도 초과": "over its monthly limit",
    "3일 한도 초과": "over its 3-day limit",
    "잔액 부족": "no funds",
    "월 한도 초과, 다음 달 1일부터 승인": "monthly limit, approved from the 1st",
    "잔액 부족, 10일과 25일부터 승인": "no funds, approved from the 10th or 25th",
    "3일 한도 초과, 3일 뒤 승인": "3-day limit, approved 3 days later",
    "한 번 승인 후 한도 초과": "approved once, then over the limit",
    "한 번 거절 후 승인": "declined once, then approved",
    "두 번 거절 후 승인": "declined twice, then approved",
    "세 번 거절 후 승인": "declined three times, then approved",
    "유효기간 만료": "expired",
    "정지": "suspended",
    "분실·도난": "lost or stolen",
    "카드사 무응답": "card company doesn't answer",
    "지원하지 않는 카드": "card not supported",
    "발급 직후 빌링키 삭제": "billing key deleted right after issue",
}

_PANEL = {
    "샌드박스 패널": "Sandbox panel",
    "<strong>연습용</strong> 실제 돈은 움직이지 않아요": (
        "<strong>Practice</strong> No real money moves"
    ),
    "불러오고 있어요": "Loading",
    "두 번 결제했을 수 있어요": "This shop may have charged twice",
    "결제 응답을 받지 못했는데, 조회하지 않고 새 주문번호로 다시 결제했어요.": (
        "It never heard the result of a charge, and charged again under a new order id"
        " without asking."
    ),
    "같은 <code>Idempotency-Key</code>로 다시 요청하거나 주문번호로 조회한 다음 결제하세요.": (
        "Repeat the call with the same <code>Idempotency-Key</code>, or look the order up,"
        " before you charge again."
    ),
    "{first}의 응답을 받지 못하고 {second}로 다시 결제했어요.": (
        "The result of {first} was never heard, and {second} charged again."
    ),
    "확인했어요": "Dismiss",
    "오류 코드": "Error code",
    "시계": "Clock",
    "1시간 뒤": "1 hour later",
    "하루 뒤": "1 day later",
    "한 달 뒤": "1 month later",
    "다음 일정까지": "To the next event",
    "며칠 뒤로": "Days ahead",
    "지금": "Now",
    "가기": "Go",
    "결제수단": "Payment methods",
    "결제": "Payments",
    "웹훅": "Webhooks",
    "받을 주소": "Address",
    "추가": "Add",
    "보낸 기록": "Deliveries",
    "장애": "Faults",
    "어디에서": "Where",
    "무엇이": "What",
    "몇 번": "How often",
    "켜기": "Turn on",
    "고객에게 보낸 메일": "Mail to customers",
    "요청": "Requests",
    "고객에게 메일을 보내면 여기에 보여요.": "Mail to customers will appear here.",
    "연습용 토스가 대답하지 않아요. 켜져 있는지 확인해 주세요.": (
        "The practice Toss doesn't answer. Check that it's running."
    ),
    "이 패널은 샌드박스를 켠 컴퓨터에서만 쓸 수 있어요. 그 컴퓨터에서 localhost 주소로 열거나 "
    "샌드박스를 --control-from 옵션으로 시작해 주세요.": (
        "This panel is for the sandbox's own machine only. Open it there at localhost, or start the"
        " sandbox with --control-from."
    ),
    "다음 일정: {time}": "Next event: {time}",
    "예정된 일이 없어요": "Nothing is scheduled",
    "{time}까지 가는 중이에요.": "On its way to {time}.",
    "아직 결과를 모르는 결제 {order}부터 확인해요.": (
        "Payment {order} comes first: its outcome isn't known yet."
    ),
    "실제 시각 {time}에 토스에 다시 물어보고, 결과를 알면 이어서 가요.": (
        "Toss is asked again at {time}, real time, and the clock goes on once the outcome is known."
    ),
    '고객 <code id="customer-key"></code>의 결제수단과 결제만 보고 있어요.': (
        'Only the payment methods and payments of customer <code id="customer-key"></code>.'
    ),
    "모두 보기": "Show everything",
    "가게에서 이 브라우저의 구독 보기": "See this browser's subscriptions at the shop",
    "고객 {key}": "Customer {key}",
    "{count}개 더 보기": "Show {count} more",
    "등록한 결제수단이 여기에 보여요.": "Registered payment methods will appear here.",
    "결제하면 여기에 보여요.": "Payments will appear here.",
    "주소를 추가하면 웹훅을 보내요.": "Add an address to receive webhooks.",
    "아직 보낸 웹훅이 없어요.": "No webhooks have been sent yet.",
    "켜 둔 장애가 없어요.": "No faults are on.",
    "API를 부르면 여기에 보여요.": "API calls will appear here.",
    "지워짐": "Deleted",
    "남은 {amount}": "{amount} left",
    "토스에서 환불": "Refund at Toss",
    "{name} 토스에서 환불": "Refund {name} at Toss",
    "토스에서 얼마를 환불할까요? (원)": "How many won should Toss refund?",
    "지우기": "Remove",
    "{name} 지우기": "Remove {name}",
    "보내는 중": "sending",
    "다음 {time}": "next {time}",
    "{count}번": "{count}×",
    "본문": "Body",
    "다시 보내기": "Resend",
    "{name} 다시 보내기": "Resend {name}",
    "계속": "always",
    "{count}번 남음": "{count} left",
    "끄기": "Turn off",
    "{name} 끄기": "Turn off {name}",
    "주소 없음": "no address",
    "내용": "Text",
    "복사했어요": "Copied",
    "끊김": "aborted",
    "보낸 것과 받은 것": "Sent and received",
    "curl 복사": "Copy as curl",
    "{name} curl 복사": "Copy {name} as curl",
    "{days}일 뒤, {time}": "{days} days later, {time}",
    "{amount}원": "₩{amount}",
}

ENGLISH = _NAMES | _WINDOW | _PERSONAS | _PANEL | HINTS
# The panel draws itself in the browser, with this part of the table.
PANEL = _PANEL
