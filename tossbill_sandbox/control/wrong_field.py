"""Names the wrong field of a call that is made with the secret key, and refused as by Toss."""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tossbill_sandbox.api import charging
from tossbill_sandbox.api.billing import MAX_KEY_LENGTH
from tossbill_sandbox.api.call import Fields
from tossbill_sandbox.cards.personas import is_plausible
from tossbill_sandbox.control import body
from tossbill_sandbox.errors import TossRefusal

# A field's form in words, and whether the field of a request has it.
Rule = tuple[str, Callable[[Fields], object]]
Rules = Mapping[str, Rule]

_CARD_NUMBER: Rule = (
    "must be a card number as a text, such as a test card's",
    lambda fields: is_plausible(fields.text("cardNumber", 1, 20)),
)
AUTHORIZATION: Rules = {
    "customerKey": (
        f"must be a text of 2 to {MAX_KEY_LENGTH} characters",
        lambda fields: fields.text("customerKey", 2, MAX_KEY_LENGTH),
    ),
    "cardNumber": _CARD_NUMBER,
}
PAYMENT: Rules = {
    "orderId": (
        "must be a text of 6 to 64 letters, digits, - or _",
        lambda fields: charging.ORDER_ID.fullmatch(fields.text("orderId")),
    ),
    "orderName": (
        "must be a text of 1 to 100 characters",
        lambda fields: fields.text("orderName", 1, 100),
    ),
    "amount": ("must be a whole number of won", lambda fields: fields.whole("amount") >= 0),
    "cardNumber": _CARD_NUMBER,
}
_REFUSALS = {"INVALID_REQUEST", "INVALID_CARD_NUMBER", "FAILED_DB_PROCESSING"}


async def named(request: Request, answer: Response, rules: Rules) -> Response:
    """Return an answer; if it refuses a field, with a sentence beside Toss's code and message."""
    said = cast("dict[str, Any]", json.loads(bytes(answer.body)))
    if said.get("code") not in _REFUSALS:
        return answer
    sentence = await _sentence(request, rules)
    return JSONResponse({**said, "error": sentence}, answer.status_code) if sentence else answer


async def _sentence(request: Request, rules: Rules) -> str:
    try:
        given = await body.json_object(request)
    except ValueError as error:
        return str(error)
    for name, (form, holds) in rules.items():
        if name not in given:
            return f"{name} is missing"
        if not _holds(holds, Fields(json.dumps(given).encode())):
            return f"{name} {form}"
    return "one of the optional fields is wrong, or their sum is above the amount"


def _holds(holds: Callable[[Fields], object], fields: Fields) -> bool:
    try:
        return bool(holds(fields))
    except TossRefusal:
        return False
