"""English."""

from tossbill_ui.notices.models import NoticeKind

# What the law wants said before free becomes paid.
_TRIAL_FACTS = """\
The trial ends on: {next_on}
Price now: 0 won
Price from then on: {amount}, tax included
Paid with: {method}
How to cancel: press Cancel under My subscriptions, at any time.

Answer: {link}
"""

TEXTS = {
    NoticeKind.RECEIPT: """\
We charged {amount}
Your payment for {plan} went through.

Amount: {amount}, tax included
Net: {supplied}
VAT: {vat}
Tax free: {tax_free}
Paid with: {method}
Period: {starts_on} to {last_on}
Next payment: {next_on}
Receipt: {receipt}

Manage or cancel your subscription: {link}
""",
    NoticeKind.PAYMENT_FAILED: """\
We could not charge you for {plan}
The payment of {amount} did not go through. No money was taken.

Reason: {reason}
Paid with: {method}
We try again on: {next_on}
It works until: {until_on}

Change the {card|payment method} and pay now: {link}
""",
    NoticeKind.CARD_NEEDED: """\
{plan} needs another {card|payment method}
We cannot charge the payment method on file any more. No money was taken.

Reason: {reason}
Payment method: {method}
Amount due: {amount}
Next payment: {next_on}
Change it by: {due_on}
It works until: {until_on}

Change the {card|payment method}: {link}
""",
    NoticeKind.NOT_STARTED: """\
{plan} could not start
The first payment of {amount} did not go through. No money was taken.
Your {card|account} stays registered.

Reason: {reason}
Payment method: {method}

Start again with another {card|payment method}: {link}
""",
    NoticeKind.NOT_CHANGED: """\
{plan} stays as it was
The payment of {amount} did not go through, so nothing changed. No money was taken.

Reason: {reason}
Payment method: {method}

See your subscription: {link}
""",
    NoticeKind.STOPPED: """\
{plan} has stopped
We could not collect {amount}, so the subscription has stopped. This amount is not charged any more.

See your subscription: {link}
""",
    NoticeKind.CARD_EXPIRES: """\
The card of your {plan} subscription expires on {expires_on}
After that day it cannot be charged. Please change to another one; nothing is charged now.

Payment method: {method}
Can be charged until: {expires_on}
Next payment: {next_on}

Change the card: {link}
""",
    NoticeKind.TRIAL_ENDING: """\
Your free trial of {plan} ends on {next_on}. Do you want to go on?
You are charged only if you say so.
If you stop, or do not answer, it ends on {next_on} without a charge.

"""
    + _TRIAL_FACTS,
    NoticeKind.TRIAL_REMINDER: """\
Your free trial of {plan} ends soon
You have not said yet whether you want to go on. Without an answer it ends on {next_on}, and
nothing is charged.

"""
    + _TRIAL_FACTS,
    NoticeKind.TRIAL_CHOSEN: """\
Your free trial of {plan} ends on {next_on}
As you chose, {coming} begins on that day, and we charge you automatically.

First payment: {next_on}
Amount: {amount}, tax included
Payment method: {method}
How to cancel: press Cancel under My subscriptions, at any time.

Cancel before that day and nothing is charged: {link}
""",
    NoticeKind.TRIAL_OVER: """\
Your free trial of {plan} is over
You did not say that you want to go on, so it has ended and nothing was charged. Your payment method
stays registered.

See the subscription: {link}
""",
    NoticeKind.PRICE_RISES: """\
The price of {plan} becomes {amount} on {next_on}
You are charged it only if you agree.
If you do not, or do not answer, it ends on {next_on} and nothing more is charged.

Day of the change: {next_on}
Price now: {before}, tax included
New price: {amount}, tax included
Paid with: {method}
How to cancel: {how}

See the subscription: {link}
""",
    NoticeKind.NO_CONSENT: """\
{plan} has ended, since you did not agree to the new price
Nothing more is charged.

See the subscription: {link}
""",
    NoticeKind.CANCELED: """\
{plan} is canceled
We do not charge you any more.

It works until: {until_on}
You get back: {amount}

See your subscription: {link}
""",
    NoticeKind.REFUNDED: """\
We refunded {amount}
The money for {plan} is on its way. Depending on the {card company|bank} it shows after some days.

Refund: {amount}
To: {method}

See your payments: {link}
""",
}

SOFT = (
    "The {card limit or balance|account's balance} is too low, or the {card company|bank} declined"
)
HARD = "This {card|account} cannot be used any more"
REASONS = {
    "INVALID_STOPPED_CARD": "{The card is suspended|This account cannot be used any more}",
    "INVALID_CARD_EXPIRATION": (
        "{The card has expired, or its expiry date is wrong|This account cannot be used any more}"
    ),
    "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT": "This month's {card|account} limit is used up",
    "EXCEED_MAX_ONE_DAY_AMOUNT": "Today's {card|account} limit is used up",
    "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT": "Today's limit of withdrawals is used up",
    "EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT": "It is more than can be withdrawn at once",
    "EXCEED_MAX_DAILY_PAYMENT_COUNT": "The {card|account} has been used too often today",
    "ALREADY_REMOVED_BILLING_KEY": "The payment method was deleted",
    "REJECT_ACCOUNT_PAYMENT": "The account's balance is too low",
}
UNKNOWN_ISSUER = "Card"
ACCOUNT = "Account"
