"""Korean notice texts."""

from tossbill_ui.notices.models import NoticeKind

# Disclosures that the law requires before a free trial becomes paid.
_TRIAL_FACTS = """\
체험이 끝나는 날: {next_on}
지금 가격: 0원
그날부터 가격: {amount} (부가세 포함)
결제수단: {method}
해지하는 방법: {how}

답하기: {link}
"""

TEXTS = {
    NoticeKind.RECEIPT: """\
{amount}을 결제했어요
{plan} 구독료를 결제했어요.

금액: {amount} (부가세 포함)
공급가액: {supplied}
부가세: {vat}
면세 금액: {tax_free}
결제수단: {method}
이용 기간: {starts_on}부터 {last_on}까지
다음 결제일: {next_on}
매출전표: {receipt}

결제 내역 보기: {link}
구독을 관리하거나 해지하려면: {manage}
""",
    NoticeKind.PAYMENT_FAILED: """\
{plan} 구독료를 결제하지 못했어요
{amount}을 결제하지 못했어요. 빠져나간 돈은 없어요.

이유: {reason}
결제수단: {method}
다시 결제하는 날: {next_on}
이용할 수 있는 날: {kept_on}까지
이용할 수 있는 날: {until_on}까지, 그 뒤에는 결제할 때까지 이용할 수 없어요
지금은 이용할 수 없어요. {starts_on}에 결제하면 {last_on}까지 이용할 수 있어요.
{ends_on}까지 결제하지 못하면 그날 구독이 끝나요.
{pauses_on}까지 결제하지 못하면 그날 구독이 멈춰요.

{카드를|결제수단을} 바꾸면 바로 결제할 수 있어요: {link}
""",
    NoticeKind.CARD_NEEDED: """\
{plan} 구독을 이어가려면 {카드를|결제수단을} 바꿔 주세요
지금 등록한 결제수단으로는 더 결제할 수 없어요. 빠져나간 돈은 없어요.

이유: {reason}
결제수단: {method}
결제할 금액: {amount}
다음 결제일: {next_on}
{카드를|결제수단을} 바꿀 수 있는 기한: {due_on}
이용할 수 있는 날: {kept_on}까지
이용할 수 있는 날: {until_on}까지, 그 뒤에는 결제할 때까지 이용할 수 없어요
지금은 이용할 수 없어요. {starts_on}에 결제하면 {last_on}까지 이용할 수 있어요.
{ends_on}까지 결제하지 못하면 그날 구독이 끝나요.
{pauses_on}까지 결제하지 못하면 그날 구독이 멈춰요.

{카드|결제수단} 바꾸기: {link}
""",
    NoticeKind.NOT_STARTED: """\
{plan} 구독을 시작하지 못했어요
첫 결제 {amount}을 하지 못했어요. 빠져나간 돈은 없고, {카드는|계좌는} 등록해 두었어요.

이유: {reason}
결제수단: {method}

다른 {카드로|결제수단으로} 다시 시작하기: {link}
""",
    NoticeKind.NOT_CHANGED: """\
{plan} 구독을 바꾸지 못했어요
{amount}을 결제하지 못해 구독은 그대로예요. 빠져나간 돈은 없어요.

이유: {reason}
결제수단: {method}

구독 보기: {link}
""",
    NoticeKind.ENDED_UNPAID: """\
{plan} 구독이 끝났어요
{amount}을 결제하지 못해 구독이 끝났어요. 이 금액은 더 결제하지 않아요.

구독 보기: {link}
""",
    NoticeKind.PAUSED_UNPAID: """\
{plan} 구독이 멈췄어요
{amount}을 결제하지 못해 구독이 멈췄어요. 이 금액은 더 결제하지 않아요.

구독 보기: {link}
""",
    NoticeKind.CARD_EXPIRES: """\
{plan} 구독에 쓰는 카드가 {expires_on}에 만료돼요
그 뒤에는 이 카드로 결제할 수 없어요. 새 카드로 바꿔 주세요. 지금 결제하는 금액은 없어요.

결제수단: {method}
쓸 수 있는 날: {expires_on}까지
다음 결제일: {next_on}

카드 바꾸기: {link}
""",
    NoticeKind.TRIAL_ENDING: """\
{plan} 무료 체험이 {next_on}에 끝나요. 계속 이용할지 알려 주세요
계속 이용한다고 답해야 결제해요.
체험만 하고 끝내거나 답하지 않으면 {next_on}에 결제 없이 끝나요.

"""
    + _TRIAL_FACTS,
    NoticeKind.TRIAL_REMINDER: """\
{plan} 무료 체험이 곧 끝나요
아직 계속 이용할지 답하지 않았어요. 답하지 않으면 {next_on}에 결제 없이 끝나요.

"""
    + _TRIAL_FACTS,
    NoticeKind.TRIAL_CHOSEN: """\
{plan} 무료 체험이 {next_on}에 끝나요
고른 대로 그날부터 {coming} 요금제로 이어지고, 자동으로 결제해요.

첫 결제일: {next_on}
금액: {amount} (부가세 포함)
결제수단: {method}
해지하는 방법: {how}

그 전에 해지하면 결제하지 않아요: {link}
""",
    NoticeKind.TRIAL_OVER: """\
{plan} 무료 체험이 끝났어요
계속 이용한다는 답이 없어서 결제 없이 구독이 끝났어요. 등록한 결제수단은 그대로 있어요.

구독 보기: {link}
""",
    NoticeKind.PRICE_RISES: """\
{plan} 가격이 {next_on}부터 {amount}이 돼요
동의해야 새 가격으로 결제해요.
동의하지 않거나 답하지 않으면 {next_on}에 구독이 끝나고 더 결제하지 않아요.

바뀌는 날: {next_on}
지금 가격: {before} (부가세 포함)
새 가격: {amount} (부가세 포함)
결제수단: {method}
해지하는 방법: {how}

동의하는지 답하기: {link}
""",
    NoticeKind.PRICE_LOWERED: """\
{plan} 가격이 {next_on}부터 {amount}으로 내려가요
따로 할 일은 없어요. 그날부터 새 가격으로 결제해요.

바뀌는 날: {next_on}
지금 가격: {before} (부가세 포함)
새 가격: {amount} (부가세 포함)

구독 보기: {link}
""",
    NoticeKind.NO_CONSENT: """\
새 가격에 동의하지 않아 {plan} 구독이 끝났어요
더 이상 자동으로 결제하지 않아요.

구독 보기: {link}
""",
    NoticeKind.CANCELED: """\
{plan} 구독을 해지했어요
더 이상 자동으로 결제하지 않아요.

이용할 수 있는 날: {until_on}까지
돌려드릴 금액: {amount}

구독 보기: {link}
""",
    NoticeKind.REFUNDED: """\
{amount}을 돌려드렸어요
{plan} 구독료 {amount}을 돌려드렸어요. {카드사에|은행에} 따라 며칠 뒤에 보일 수 있어요.

환불 금액: {amount}
결제수단: {method}

결제 내역 보기: {link}
""",
    NoticeKind.SIGN_IN_CODE: """\
인증번호를 보내드려요
인증번호: {code}

인증번호를 요청한 화면에 10분 안에 입력해 주세요. 아무에게도 알려주지 마세요.
요청하지 않았다면 이 메일은 무시해도 괜찮아요.
""",
    NoticeKind.EMAIL_CHANGED: """\
알림 받을 이메일이 바뀌었어요
이제 다른 주소로 알림을 보내요. 새 주소를 인증할 때까지는 이 주소로 로그인할 수 있어요.

직접 바꾸지 않았다면 로그인해서 이메일을 확인해 주세요: {link}
""",
    NoticeKind.EMAIL_REMOVED: """\
이 이메일로는 더 이상 로그인할 수 없어요
알림도 이 주소로 보내지 않아요.

직접 바꾸지 않았다면 바로 알려 주세요. 구독을 확인하는 곳: {link}
""",
    NoticeKind.WEBHOOK_GIVEN_UP: """\
{host}에 웹훅을 보내지 못했어요
하루 넘게 여덟 번 보냈지만 받지 않았어요. 그 뒤의 이벤트는 계속 보내요.

실패하기 시작한 날: {since_on}
엔드포인트: {endpoint}

무엇이 실패하는지 보기: tossbill webhooks list
놓친 이벤트 다시 보내기: tossbill webhooks replay
""",
    NoticeKind.WEBHOOK_FAILING: """\
{host}에 보내는 웹훅이 나흘째 실패하고 있어요
하루 더 아무것도 받지 않으면 웹훅을 꺼요.

실패하기 시작한 날: {since_on}
엔드포인트: {endpoint}

지금 하나 보내고 응답 보기: tossbill webhooks test {endpoint}
""",
    NoticeKind.WEBHOOK_OFF: """\
{host}에 보내는 웹훅을 껐어요
닷새 동안 아무것도 받지 않았거나, 받는 쪽이 더는 받지 않겠다고 응답했어요(410).
사라진 이벤트는 없어요.

실패하기 시작한 날: {since_on}
엔드포인트: {endpoint}

다시 켜기: tossbill webhooks on {endpoint}
놓친 이벤트 다시 보내기: tossbill webhooks replay {endpoint}
""",
}

UNKNOWN_ISSUER = "카드"
ACCOUNT = "계좌"
