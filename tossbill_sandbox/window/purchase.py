"""The order of a one-off payment, as the browser scripts pass it to the window (contract §2.1)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from tossbill_sandbox.api.call import LONE_SURROGATE, MAX_AMOUNT_KRW
from tossbill_sandbox.api.charging import INSTALLMENTS, Order

# In Korea cards are paid off in months from this amount.
INSTALLMENTS_FROM_KRW = 50_000
MAX_PAIRS, MAX_NAME, MAX_VALUE = 5, 40, 2000
# The script allows "=", unlike the API's reference.
_ORDER_ID = re.compile(r"[A-Za-z0-9\-_=]{6,64}")
# As the confirm reads an amount: without leading zeros.
_WHOLE = re.compile("-?(?:0|[1-9][0-9]{0,15})")


class InvalidPurchase(ValueError):
    """The order breaks the documentation of the browser script; the text is a code of its."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A checked order.

    Attributes:
        order: What is paid for.
        installments: The numbers of months that the buyer may choose from; 0 is at once.
        metadata: The shop's own values.
    """

    order: Order
    installments: list[int]
    metadata: dict[str, str]


def read(query: Mapping[str, str]) -> Purchase:
    """Read an order from the parameters of the window's address.

    Raises:
        InvalidPurchase: With the browser script's code.
    """
    total = _amount(query.get("amount", ""))
    order = Order(
        order_id=_checked(query.get("orderId", ""), _ORDER_ID),
        order_name=_checked(query.get("orderName", ""), re.compile(r".{1,100}", re.DOTALL)),
        total_krw=total,
        tax_free_krw=_whole(query, "taxFreeAmount"),
        tax_exemption_krw=_whole(query, "taxExemptionAmount"),
        installment_months=0,
    )
    if order.tax_free_krw + order.tax_exemption_krw > total:
        raise InvalidPurchase("INVALID_PARAMETERS")
    return Purchase(
        order=order,
        installments=_installments(query, total),
        metadata=_metadata(query.get("metadata", "{}")),
    )


def _amount(text: str) -> int:
    if not _WHOLE.fullmatch(text) or int(text) > MAX_AMOUNT_KRW:
        raise InvalidPurchase("INVALID_AMOUNT_VALUE")
    if int(text) <= 0:
        raise InvalidPurchase("BELOW_ZERO_AMOUNT")
    return int(text)


def _checked(text: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(text) or not text.strip():
        raise InvalidPurchase("INVALID_PARAMETERS")
    return text


def _whole(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "0")
    if not _WHOLE.fullmatch(text) or int(text) < 0:
        raise InvalidPurchase("INVALID_PARAMETERS")
    return int(text)


def _installments(query: Mapping[str, str], total_krw: int) -> list[int]:
    """Return what the buyer may choose: a fixed number of months, or up to the shop's maximum."""
    given = [name for name in ("cardInstallmentPlan", "maxCardInstallmentPlan") if name in query]
    months = [_whole(query, name) for name in given]
    if len(given) > 1 or not set(months) <= INSTALLMENTS:
        raise InvalidPurchase("INVALID_PARAMETERS")
    if total_krw < INSTALLMENTS_FROM_KRW:
        return [0]
    if given == ["cardInstallmentPlan"]:
        return months
    most = months[0] if months else max(INSTALLMENTS)
    return sorted(each for each in INSTALLMENTS if each <= most)


def _metadata(text: str) -> dict[str, str]:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPurchase("INVALID_METADATA") from error
    if not isinstance(value, dict) or len(cast("dict[str, Any]", value)) > MAX_PAIRS:
        raise InvalidPurchase("INVALID_METADATA")
    pairs = cast("dict[str, Any]", value)
    if not all(_is_pair(name, each) for name, each in pairs.items()):
        raise InvalidPurchase("INVALID_METADATA")
    return pairs


def _is_pair(name: str, value: object) -> bool:
    if not isinstance(value, str) or LONE_SURROGATE.search(name + value):
        return False
    return len(name) <= MAX_NAME and not set(name) & {"[", "]"} and len(value) <= MAX_VALUE
