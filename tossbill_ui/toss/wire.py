"""Models of Toss's JSON, frozen.

Toss adds fields, enum values and codes without a new API version (contract §8), so unknown fields
are ignored and enums stay text. Only fields that we cannot work without are required: a card that
Toss has registered must not be lost over a missing detail.
"""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from tossbill_ui.core.text import visible
from tossbill_ui.toss.mask import masked
from tossbill_ui.toss.receipts import receipt_link

WON = "KRW"
_KEY = re.compile(r"[!-~]{1,200}")
_SEOUL = timezone(timedelta(hours=9))
# Nothing at Toss is older, and no page, period or calendar of ours reaches further.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _instant(value: object, parse: ValidatorFunctionWrapHandler) -> datetime | None:
    """Return an instant in UTC; None for one that cannot be, as if Toss had sent none.

    A time without an offset, which Toss may send (contract §9), is Seoul's.
    """
    try:
        at = cast("datetime | None", parse(value))
        at = at.replace(tzinfo=_SEOUL) if at and at.tzinfo is None else at
        return at.astimezone(UTC) if at and _EARLIEST <= at < _LATEST else None
    except (ValueError, OverflowError):
        return None


def _number_only(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("not a number")  # noqa: TRY004 - pydantic reports ValueError only
    return value


def _key_only(value: object) -> object:
    if not (isinstance(value, str) and _KEY.fullmatch(value)):
        raise ValueError("not a key")
    return value


def _empty_for_null(value: object) -> object:
    return "" if value is None else value


Instant = Annotated[datetime | None, WrapValidator(_instant)]
# No payment is larger, and a database integer cannot be.
MOST_KRW = 2**31 - 1
Won = Annotated[int, BeforeValidator(_number_only), Field(ge=0, le=MOST_KRW)]
# At most 200 characters (contract §4.8).
PaymentKey = Annotated[str, BeforeValidator(_key_only)]
# At most 200 characters (contract §4.1); checked at once, as Toss issues a key only once.
BillingKey = Annotated[SecretStr, BeforeValidator(_key_only)]
Word = Annotated[str, AfterValidator(visible)]
Text = Annotated[Word, BeforeValidator(_empty_for_null)]


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        coerce_numbers_to_str=True,
        extra="ignore",
        frozen=True,
        # A validation error would otherwise repeat the input, including a billing key.
        hide_input_in_errors=True,
        validate_by_alias=True,
        validate_by_name=True,
    )


class Problem(_Wire):
    """An error response of the ``/v1`` endpoints: ``{code, message}`` (contract §5)."""

    code: str
    message: Text = ""


class BillingCard(_Wire):
    """The registered card.

    Attributes:
        issuer_code: Two characters, for example ``61`` (contract §4.8, issuer codes).
        acquirer_code: Two characters, or empty.
        number: Masked by Toss, for example ``43301234****123*``.
        card_type: 신용, 체크, 기프트 or 미확인.
        owner_type: 개인, 법인 or 미확인.
    """

    issuer_code: Text = ""
    acquirer_code: Text = ""
    number: Text = ""
    card_type: Text = ""
    owner_type: Text = ""


class BillingTransfer(_Wire):
    """The registered bank account; Toss masks the number."""

    bank_name: Text = ""
    bank_account_number: Text = ""


class Billing(_Wire):
    """A registered payment method and its billing key (contract §4.1).

    ``cardCompany`` and ``cardNumber`` of API versions before 2024-06-01 repeat ``card`` and are
    left out.

    Attributes:
        billing_key: The key to charge the method with; secret.
        customer_key: The customer it was issued for.
        method: 카드 or 계좌이체.
        authenticated_at: When the customer authorized it, UTC; None if Toss does not say it.
        m_id: Our merchant id at Toss.
        card: Set for 카드.
        transfers: Set for 계좌이체.
        masked: The response as received, with billing key and account numbers masked.
    """

    billing_key: BillingKey
    customer_key: str
    method: Text = ""
    authenticated_at: Instant = None
    m_id: Text = ""
    card: BillingCard | None = None
    transfers: list[BillingTransfer] | None = None
    masked: dict[str, JsonValue] = Field(default_factory=dict, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _keep_a_masked_copy(cls, data: object) -> object:
        if not isinstance(data, dict) or "billingKey" not in data:
            return cast("object", data)
        received = cast("dict[str, JsonValue]", data)
        return {**received, "masked": masked(received, secret=str(received["billingKey"]))}

    def masked_json(self) -> str:
        """Return Toss's response, indented, for display in sandbox and test mode.

        The billing key is masked wherever it occurs; card and account numbers keep their last
        four characters. Fields and their order are as received.
        """
        return json.dumps(self.masked, ensure_ascii=False, indent=2)


class PaymentCard(BillingCard):
    """The card of a payment.

    Attributes:
        amount: The amount charged to this card, whole won.
        approve_no: The card company's approval number; ``00000000`` in the test environment.
    """

    amount: Won = 0
    approve_no: Text = ""


class Cancel(_Wire):
    """One refund of a payment, full or partial (contract §4.8).

    Attributes:
        cancel_amount: Whole won.
        tax_free_amount: The tax-free part of it.
        transaction_key: Toss's id of the refund.
        cancel_status: DONE, IN_PROGRESS or ABORTED; empty in older API versions.
    """

    cancel_amount: Won
    tax_free_amount: Won = 0
    cancel_reason: Text = ""
    canceled_at: Instant = None
    transaction_key: Text = ""
    cancel_status: Text = ""

    @property
    def is_done(self) -> bool:
        """Whether the money has moved: it is neither in progress nor aborted."""
        return self.cancel_status in ("", "DONE")


class Receipt(_Wire):
    """The link to the customer's receipt; empty unless it leads to Toss."""

    url: Annotated[str, BeforeValidator(receipt_link)] = ""


class Failure(_Wire):
    """The reason why a payment failed."""

    code: Text = ""
    message: Text = ""


class Payment(_Wire):
    """One payment as Toss reports it (contract §4.8).

    Attributes:
        payment_key: Toss's id of the payment.
        order_id: Our id of the payment.
        status: READY, IN_PROGRESS, WAITING_FOR_DEPOSIT, DONE, CANCELED, PARTIAL_CANCELED, ABORTED
            or EXPIRED. A full refund is recognized by ``balance_amount == 0``, not by the status.
        type: NORMAL, BILLING or BRANDPAY.
        method: 카드, 계좌이체, …; empty when Toss sends none.
        currency: KRW; amounts in any other are not won, whatever their names say.
        total_amount: The amount charged, whole won.
        balance_amount: The amount left after refunds, whole won.
        requested_at: UTC.
        approved_at: UTC; None until approved.
        secret: Authenticates a payment webhook (contract §9).
    """

    payment_key: PaymentKey
    order_id: str
    order_name: Text = ""
    status: Word
    type: Text = ""
    method: Text = ""
    currency: Text = WON
    total_amount: Won
    balance_amount: Won
    requested_at: Instant = None
    approved_at: Instant = None
    last_transaction_key: Text = ""
    m_id: Text = ""
    version: Text = ""
    is_partial_cancelable: bool | None = None
    card: PaymentCard | None = None
    cancels: list[Cancel] | None = None
    failure: Failure | None = None
    receipt: Receipt | None = None
    secret: SecretStr | None = None

    @property
    def is_in_won(self) -> bool:
        """Whether its amounts are won; Toss leaves the currency out of some responses."""
        return self.currency in ("", WON)

    @property
    def receipt_url(self) -> str:
        """The URL of the receipt, or an empty string."""
        return self.receipt.url if self.receipt else ""


class Transaction(_Wire):
    """One transaction as Toss lists it (contract §4.7).

    Attributes:
        transaction_key: Toss's id; a payment has one, and each of its refunds another.
        status: DONE for a charge, CANCELED or PARTIAL_CANCELED for a refund.
        transaction_at: UTC.
        currency: See `Payment`.
        amount: Whole won. The sign for a refund is unmeasured, so it is used for charges only.
    """

    transaction_key: str = Field(min_length=1)
    payment_key: PaymentKey
    order_id: Text = ""
    status: Text = ""
    method: Text = ""
    transaction_at: Instant = None
    currency: Text = WON
    amount: Annotated[int, BeforeValidator(_number_only), Field(ge=-MOST_KRW, le=MOST_KRW)] = 0

    @property
    def is_in_won(self) -> bool:
        """Whether its amount is won."""
        return self.currency in ("", WON)
