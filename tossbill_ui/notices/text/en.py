"""English notice texts."""

from tossbill_ui.notices.models import NoticeKind

# Disclosures that the law requires before a free trial becomes paid.
_TRIAL_FACTS = """\
Trial ends: {next_on}
Price now: ₩0
Price from then on: {amount}, VAT included
Payment method: {method}
How to cancel: {how}

Let us know: {link}
"""

TEXTS = {
    NoticeKind.RECEIPT: """\
We charged {amount}
Thank you. Your payment for {plan} was successful.

Amount: {amount}, VAT included
Net amount: {supplied}
VAT: {vat}
Tax-free amount: {tax_free}
Payment method: {method}
Billing period: {starts_on} to {last_on}
Next payment: {next_on}
Receipt: {receipt}

View your payments: {link}
Manage or cancel your subscription: {manage}
""",
    NoticeKind.PAYMENT_FAILED: """\
Your payment for {plan} failed
We couldn't charge {amount}. No money was taken.

Reason: {reason}
Payment method: {method}
Next attempt: {next_on}
You keep access until: {kept_on}
You keep access until: {until_on}. After that you have no access until it is paid.
You have no access now. If you pay on {starts_on}, you have access until {last_on}.
If it isn't paid by {ends_on}, your subscription ends that day.
If it isn't paid by {pauses_on}, your subscription is paused that day.

Change your {card|payment method} and pay now: {link}
""",
    NoticeKind.CARD_NEEDED: """\
Change your {card|payment method} to keep {plan}
Your current payment method can no longer be charged. No money was taken.

Reason: {reason}
Payment method: {method}
Amount due: {amount}
Next payment: {next_on}
Change it by: {due_on}
You keep access until: {kept_on}
You keep access until: {until_on}. After that you have no access until it is paid.
You have no access now. If you pay on {starts_on}, you have access until {last_on}.
If it isn't paid by {ends_on}, your subscription ends that day.
If it isn't paid by {pauses_on}, your subscription is paused that day.

Change your {card|payment method}: {link}
""",
    NoticeKind.NOT_STARTED: """\
Your {plan} subscription didn't start
The first payment of {amount} failed. No money was taken.
Your {card|account} stays registered.

Reason: {reason}
Payment method: {method}

Try again with another {card|payment method}: {link}
""",
    NoticeKind.NOT_CHANGED: """\
Your {plan} subscription was not changed
The payment of {amount} failed, so your subscription stays as it was. No money was taken.

Reason: {reason}
Payment method: {method}

View your subscription: {link}
""",
    NoticeKind.ENDED_UNPAID: """\
Your {plan} subscription has ended
We couldn't charge {amount}, so your subscription has ended. We won't try this charge again.

View your subscription: {link}
""",
    NoticeKind.PAUSED_UNPAID: """\
Your {plan} subscription is paused
We couldn't charge {amount}, so your subscription is paused. We won't try this charge again.

View your subscription: {link}
""",
    NoticeKind.CARD_EXPIRES: """\
The card for your {plan} subscription expires on {expires_on}
It can't be charged after that day. Please use another card. Nothing is charged now.

Payment method: {method}
Can be charged until: {expires_on}
Next payment: {next_on}

Change your card: {link}
""",
    NoticeKind.TRIAL_ENDING: """\
Your free trial of {plan} ends on {next_on}. Would you like to continue?
You will be charged only if you choose to continue.
If you choose to end it, or don't answer, it ends on {next_on} without a charge.

"""
    + _TRIAL_FACTS,
    NoticeKind.TRIAL_REMINDER: """\
Your free trial of {plan} ends soon
You haven't told us yet whether you would like to continue.
If you don't answer, it ends on {next_on} without a charge.

"""
    + _TRIAL_FACTS,
    NoticeKind.TRIAL_CHOSEN: """\
Your free trial of {plan} ends on {next_on}
As you chose, {coming} starts that day and will be charged automatically.

First payment: {next_on}
Amount: {amount}, VAT included
Payment method: {method}
How to cancel: {how}

If you cancel before that day, nothing will be charged: {link}
""",
    NoticeKind.TRIAL_OVER: """\
Your free trial of {plan} has ended
You didn't choose to continue, so your subscription ended without a charge.
Your payment method stays registered.

View your subscription: {link}
""",
    NoticeKind.PRICE_RISES: """\
The price of {plan} increases to {amount} on {next_on}
You will be charged the new price only if you agree to it.
If you decline, or don't answer, your subscription ends on {next_on} and you won't be charged again.

Effective from: {next_on}
Current price: {before}, VAT included
New price: {amount}, VAT included
Payment method: {method}
How to cancel: {how}

Let us know: {link}
""",
    NoticeKind.PRICE_LOWERED: """\
The price of {plan} goes down to {amount} on {next_on}
You don't need to do anything. You will be charged the new price from that day on.

Effective from: {next_on}
Current price: {before}, VAT included
New price: {amount}, VAT included

View your subscription: {link}
""",
    NoticeKind.NO_CONSENT: """\
Your {plan} subscription has ended because you didn't agree to the new price
You won't be charged again.

View your subscription: {link}
""",
    NoticeKind.CANCELED: """\
Your {plan} subscription has been canceled
You won't be charged again.

You keep access until: {until_on}
Refund: {amount}

View your subscription: {link}
""",
    NoticeKind.REFUNDED: """\
We refunded {amount}
We refunded {amount} for {plan}. Your {card company|bank} may take a few days to show it.

Refund: {amount}
Refunded to: {method}

View your payments: {link}
""",
    NoticeKind.SIGN_IN_CODE: """\
Your code
Code: {code}

Enter it within 10 minutes on the page that asked for it. Don't share it.
If you didn't ask for a code, you can ignore this email.
""",
    NoticeKind.EMAIL_CHANGED: """\
Your notification email was changed
Notifications now go to another address. Until it is verified, this one still signs you in.

If this wasn't you, sign in and check your email address: {link}
""",
    NoticeKind.EMAIL_REMOVED: """\
This email no longer signs you in
Notifications no longer go to this address either.

If this wasn't you, let us know right away. Your subscriptions: {link}
""",
    NoticeKind.WEBHOOK_GIVEN_UP: """\
A webhook to {host} could not be delivered
It was tried eight times in more than a day. Later events are still sent.

Failing since: {since_on}
Endpoint: {endpoint}

See what fails: tossbill webhooks list
Send again what was missed: tossbill webhooks replay
""",
    NoticeKind.WEBHOOK_FAILING: """Webhooks to {host} have been failing for four days
If nothing is accepted for another day, they will be turned off.

Failing since: {since_on}
Endpoint: {endpoint}

Send one now and see the answer: tossbill webhooks test {endpoint}
""",
    NoticeKind.WEBHOOK_OFF: """Webhooks to {host} are turned off
Nothing was accepted for five days, or the receiver answered that it is gone (410).
No event is lost.

Failing since: {since_on}
Endpoint: {endpoint}

Turn them on again: tossbill webhooks on {endpoint}
Send again what was missed: tossbill webhooks replay {endpoint}
""",
}

UNKNOWN_ISSUER = "Card"
ACCOUNT = "Account"
