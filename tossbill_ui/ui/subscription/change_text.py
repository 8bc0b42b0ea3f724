"""Texts about changing to another plan."""

from tossbill_ui.ui.shared.text import Text

CHANGE = Text("요금제 바꾸기", "Change plan")
KEEP = Text("요금제 변경 취소하기", "Keep my current plan")
CHOOSE = Text("어떤 요금제로 바꿀까요?", "Which plan would you like?")
CHOOSE_BODY = Text(
    "고르면 금액과 날짜를 먼저 보여드려요. 아직 바뀌는 것은 없어요.",
    "You'll see the amounts and dates first. Nothing changes yet.",
)
NONE = Text("바꿀 수 있는 다른 요금제가 없어요.", "No other plans are available.")
LEAVE = Text("그대로 두기", "Keep my current plan")

TITLE = Text("{plan}, 언제부터 쓸까요?", "When should {plan} start?")
NOW_WHEN = Text("오늘부터", "Today")
NOW = Text("지금 바꾸기", "Change now")
NOW_AND_PAY = Text("지금 {amount} 결제하고 바꾸기", "Change now and pay {amount}")
NOW_AND_BACK = Text("지금 바꾸고 {amount} 돌려받기", "Change now and get {amount} back")
PAYS = Text("오늘 결제 {amount}", "Pay {amount}")
BACK = Text("환불 {amount}", "Refund {amount}")
HOW_ALL = Text(
    "{price}을 결제해요. 새 기간이 오늘 시작하고, {day}부터 {rate}을 자동결제해요.",
    "You pay {price}. A new billing period starts today, and from {day} on {rate} is charged "
    "automatically.",
)
HOW_LESS = Text(
    "{price}에서 지금 요금제의 남은 날만큼 {credit}을 뺐어요. 새 기간이 오늘 시작하고, "
    "{day}부터 {rate}을 자동결제해요.",
    "{price} minus {credit} for the days left on your current plan. A new billing period "
    "starts today, and from {day} on {rate} is charged automatically.",
)
HOW_BACK = Text(
    "지금 요금제의 남은 날이 {credit}이라, {price}을 빼고 돌려드려요. 새 기간이 오늘 시작하고, "
    "{day}부터 {rate}을 자동결제해요.",
    "The days left on your current plan are worth {credit}. You get back what remains after "
    "{price}. A new billing period starts today, and from {day} on {rate} is charged "
    "automatically.",
)
HOW_IN_TRIAL = Text(
    "무료 체험은 {day}까지 그대로 이어져요. 그 전에 계속할지 여쭤보고, 계속한다고 답하면 그날부터 "
    "{price}을 결제해요.",
    "Your free trial continues until {day}. We'll ask you before then, and {price} is "
    "charged that day only if you choose to continue.",
)
LATER_WHEN = Text("{day}부터", "From {day}")
LATER_AMOUNT = Text("그날 결제 {amount}", "Pay {amount}")
LATER_HOW = Text(
    "그때까지 지금 요금제를 그대로 이용해요. 그 전에는 되돌릴 수 있어요.",
    "You stay on your current plan until then. You can change your mind before that.",
)
LATER_HOW_IN_TRIAL = Text(
    "무료 체험이 끝나는 그날 {method} {price}을 결제하는 데 동의하는 거예요. 그 전에는 되돌리거나 "
    "해지할 수 있어요.",
    "You agree that {price} will be charged to {method} on that day, when the free trial "
    "ends. You can change your mind or cancel before that.",
)
LATER = Text("{day}부터 바꾸기", "Change on {day}")

REFUSED = Text("요금제를 바꾸지 못했어요", "Your plan wasn't changed")
REFUSED_BODY = Text(
    "지금 요금제는 그대로이고, 결제된 금액은 없어요.",
    "You're still on your current plan, and nothing was charged.",
)
BEGUN = Text("요금제를 바꿨어요", "Your plan was changed")
CHANGED_BACK = Text(
    "요금제를 바꿨어요. {amount} 환불을 요청했어요.",
    "Your plan was changed. A refund of {amount} was requested.",
)
DONE = Text(
    "요금제 변경을 요청했어요. 결과는 여기에 바로 보여요.",
    "Plan change requested. The result will appear here.",
)
CHANGED = Text("요금제를 바꿨어요.", "Your plan was changed.")
DONE_LATER = Text(
    "다음 결제일에 요금제를 바꿀게요. 그 전에는 되돌릴 수 있어요.",
    "Your plan will change with the next payment. You can change your mind before that.",
)
DONE_KEPT = Text("요금제를 바꾸지 않고 그대로 이용해요.", "You're keeping your current plan.")
