"""Turns a response from Toss into one value or exactly one error.

Pure: bytes in, a value or an error out. The code takes precedence over the status, since Toss
sends transient faults with status 400 and its lists of codes are incomplete (contract §5). Errors
are raised outside ``except`` blocks: a caught error holds the response and would be kept as
``__context__``.
"""

import json
import re
from dataclasses import dataclass, field
from typing import TypeVar, cast

from pydantic import BaseModel

from tossbill_ui.toss.codes import Meaning, lookup
from tossbill_ui.toss.errors import GatewayRefused, OutcomeUnknown, Refused, TossError
from tossbill_ui.toss.mask import MASK
from tossbill_ui.toss.wire import Problem

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,79}")
_TRACE_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNSTORABLE_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_MESSAGE_LENGTH = 200
_UNAUTHORIZED = 401
# Request timeout, duplicate in progress, too many requests: none reveals the outcome.
_UNSETTLED = frozenset({408, 409, 425, 429})

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class TossResponse:
    """A complete response.

    Attributes:
        status: The HTTP status.
        body: As received; may contain a billing key, so it is not in the repr.
        trace_id: The header ``x-tosspayments-trace-id``, as received.
    """

    status: int
    body: bytes = field(repr=False)
    trace_id: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the status is 200 or 204, the only successes in the contract."""
        return self.status in {200, 204}

    @property
    def is_refusal(self) -> bool:
        """Whether the status is a 4xx that can prove that nothing happened."""
        return 400 <= self.status < 500 and self.status not in _UNSETTLED


def read(answer: TossResponse, model: type[_Model]) -> _Model | None:
    """Parse a body as a model; None if it cannot be parsed."""
    received = read_object(answer.body)
    if received is None:
        return None
    try:
        return model.model_validate(received, by_alias=True, by_name=False)
    except (ValueError, RecursionError):
        return None


def read_list(answer: TossResponse, model: type[_Model]) -> list[_Model] | None:
    """Parse a body as a JSON list of models; None if any of it cannot be parsed."""
    try:
        value = _parse(answer.body)
        if not isinstance(value, list):
            return None
        items = cast("list[object]", value)
        return [model.model_validate(item, by_alias=True, by_name=False) for item in items]
    except (ValueError, RecursionError):
        return None


def read_object(body: bytes) -> dict[str, object] | None:
    """Parse a body as a JSON object; None if it is not one."""
    try:
        value = _parse(body)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _parse(body: bytes) -> object:
    """Parse JSON, replacing escaped characters that no database can store.

    Raises:
        ValueError: It is not JSON, or two readers could understand it differently: a name occurs
            twice in an object, or a number is not one.
    """
    text = body.decode("utf-8-sig")
    value: object = json.loads(text, object_pairs_hook=_unambiguous, parse_constant=_not_a_number)
    return _storable(value) if _UNSTORABLE_ESCAPE.search(text) else value


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _not_a_number(name: str) -> object:
    raise ValueError(f"{name} is not a number")


def _storable(value: object) -> object:
    """Replace NUL and lone surrogates with a space, as `clean` does."""
    if isinstance(value, str):
        return _UNSTORABLE.sub(" ", value)
    if isinstance(value, list):
        return [_storable(each) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return {str(_storable(name)): _storable(each) for name, each in pairs}
    return value


def code_of(answer: TossResponse) -> str:
    """Return the code of an error response, or an empty string if none can be read."""
    problem = read(answer, Problem)
    return problem.code if problem and _CODE.fullmatch(problem.code) else ""


def failure(answer: TossResponse, *, secrets: tuple[str, ...] = ()) -> TossError:
    """Return the error for an unusable response to a POST or a DELETE.

    Args:
        answer: Not a success, or a success that cannot be parsed.
        secrets: Values of the request that must not appear in ``toss_message``.

    Returns:
        ``Refused`` or ``GatewayRefused`` when it is certain that nothing happened, else
        ``OutcomeUnknown``; a code that is not listed is not certain.
    """
    code = code_of(answer)
    row = lookup(code)
    if not answer.is_refusal or (row and not row.certain):
        return unknown(answer)
    if row is None:
        # A 401 without a code may come from any proxy on the way, at any time.
        is_unauthorized = answer.status == _UNAUTHORIZED and code
        return _gateway(answer, code) if is_unauthorized else unknown(answer)
    if row.meaning is Meaning.SETUP:
        return _gateway(answer, code)
    if answer.status == _UNAUTHORIZED:
        return unknown(answer)
    return _refused(answer, code, secrets)


def look_up_failure(answer: TossResponse) -> TossError:
    """Return the error for an unsuccessful look-up.

    Never ``Refused``: a failed look-up says nothing about the payment itself, and must not be
    mistaken for a refused charge.
    """
    error = failure(answer)
    return unknown(answer) if isinstance(error, Refused) else error


def unknown(answer: TossResponse) -> OutcomeUnknown:
    """Return the error for a response that leaves the outcome open."""
    code, trace_id = code_of(answer), _trace_id(answer)
    text = f"Toss's response leaves the outcome open: {_describe(answer, code, trace_id)}."
    return OutcomeUnknown(
        text, toss_code=code, trace_id=trace_id, is_bound=answer.is_refusal and bool(code)
    )


def _gateway(answer: TossResponse, code: str) -> GatewayRefused:
    trace_id = _trace_id(answer)
    text = f"Toss refused our key or contract: {_describe(answer, code, trace_id)}."
    return GatewayRefused(text, toss_code=code, trace_id=trace_id)


def _refused(answer: TossResponse, code: str, secrets: tuple[str, ...]) -> Refused:
    problem, trace_id = read(answer, Problem), _trace_id(answer)
    return Refused(
        f"Toss refused: {_describe(answer, code, trace_id)}.",
        toss_code=code,
        toss_message=_shown_message(problem.message if problem else "", secrets),
        trace_id=trace_id,
    )


def _shown_message(text: str, secrets: tuple[str, ...]) -> str:
    for secret in filter(None, secrets):
        text = text.replace(secret, MASK)
    shown = "".join(character for character in text if character.isprintable())
    return shown if len(shown) <= _MESSAGE_LENGTH else shown[: _MESSAGE_LENGTH - 1] + "…"


def _trace_id(answer: TossResponse) -> str:
    return answer.trace_id if _TRACE_ID.fullmatch(answer.trace_id) else ""


def _describe(answer: TossResponse, code: str, trace_id: str) -> str:
    parts = [f"status {answer.status}", code, trace_id and f"trace {trace_id}"]
    return ", ".join(part for part in parts if part)
