"""One answer from Toss becomes one value or exactly one error.

Pure: bytes in, a value or an error out. The code decides before the status does, since transient
faults come under 400 and lists of codes are not complete (contract §5). Errors are raised outside
``except`` blocks: what is caught here holds the answer, and would hang on as ``__context__``.
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
# Time-out of the request, a twin still running, too many: none says what became of it.
_UNSETTLED = frozenset({408, 409, 425, 429})

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class TossResponse:
    """A whole answer.

    Attributes:
        status: The HTTP status.
        body: As received; may hold a billing key, so it stays out of the repr.
        trace_id: The header ``x-tosspayments-trace-id``, as received.
    """

    status: int
    body: bytes = field(repr=False)
    trace_id: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the status is 200 or 204; the contract knows no other success."""
        return self.status in {200, 204}

    @property
    def is_refusal(self) -> bool:
        """Whether the status is a 4xx that can prove that nothing happened."""
        return 400 <= self.status < 500 and self.status not in _UNSETTLED


def read(answer: TossResponse, model: type[_Model]) -> _Model | None:
    """Read a body as a model, or give None when it cannot be read."""
    received = read_object(answer.body)
    if received is None:
        return None
    try:
        return model.model_validate(received, by_alias=True, by_name=False)
    except (ValueError, RecursionError):
        return None


def read_list(answer: TossResponse, model: type[_Model]) -> list[_Model] | None:
    """Read a body as a JSON list of models, or give None when any of it cannot be read."""
    try:
        value = _parse(answer.body)
        if not isinstance(value, list):
            return None
        items = cast("list[object]", value)
        return [model.model_validate(item, by_alias=True, by_name=False) for item in items]
    except (ValueError, RecursionError):
        return None


def read_object(body: bytes) -> dict[str, object] | None:
    """Read a body as a JSON object, or give None."""
    try:
        value = _parse(body)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _parse(body: bytes) -> object:
    """Parse JSON, in which an escape may name what no database can store."""
    text = body.decode("utf-8-sig")
    value: object = json.loads(text)
    return _storable(value) if _UNSTORABLE_ESCAPE.search(text) else value


def _storable(value: object) -> object:
    """Put a space in the place of NUL and of halves of characters, as `clean` does."""
    if isinstance(value, str):
        return _UNSTORABLE.sub(" ", value)
    if isinstance(value, list):
        return [_storable(each) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return {str(_storable(name)): _storable(each) for name, each in pairs}
    return value


def code_of(answer: TossResponse) -> str:
    """Give the code of an error answer, or an empty text when none can be read."""
    problem = read(answer, Problem)
    return problem.code if problem and _CODE.fullmatch(problem.code) else ""


def failure(answer: TossResponse, *, secrets: tuple[str, ...] = ()) -> TossError:
    """Make the one error that an answer without a value means, after a POST or a DELETE.

    Args:
        answer: Not a success, or a success that cannot be read.
        secrets: Texts of the request that must not come back in ``toss_message``.

    Returns:
        ``Refused`` or ``GatewayRefused`` when it is certain that nothing happened, else
        ``OutcomeUnknown``; a code never seen before is not certain.
    """
    code = code_of(answer)
    row = lookup(code)
    if not answer.is_refusal or (row and not row.certain):
        return unknown(answer)
    if row is None:
        # A 401 that names no reason may come from anybody on the way, at any time.
        is_unauthorized = answer.status == _UNAUTHORIZED and code
        return _gateway(answer, code) if is_unauthorized else unknown(answer)
    if row.meaning is Meaning.SETUP:
        return _gateway(answer, code)
    if answer.status == _UNAUTHORIZED:
        return unknown(answer)
    return _refused(answer, code, secrets)


def look_up_failure(answer: TossResponse) -> TossError:
    """Make the one error that an unsuccessful look-up means.

    Never ``Refused``: a look-up that failed says nothing about the payment it asked for, and must
    not be taken for a refused charge.
    """
    error = failure(answer)
    return unknown(answer) if isinstance(error, Refused) else error


def unknown(answer: TossResponse) -> OutcomeUnknown:
    """Say that an answer does not settle what happened."""
    code, trace_id = code_of(answer), _trace_id(answer)
    text = f"Toss's answer settles nothing: {_describe(answer, code, trace_id)}."
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
        toss_message=_sentence(problem.message if problem else "", secrets),
        trace_id=trace_id,
    )


def _sentence(text: str, secrets: tuple[str, ...]) -> str:
    for secret in filter(None, secrets):
        text = text.replace(secret, MASK)
    shown = "".join(character for character in text if character.isprintable())
    return shown if len(shown) <= _MESSAGE_LENGTH else shown[: _MESSAGE_LENGTH - 1] + "…"


def _trace_id(answer: TossResponse) -> str:
    return answer.trace_id if _TRACE_ID.fullmatch(answer.trace_id) else ""


def _describe(answer: TossResponse, code: str, trace_id: str) -> str:
    parts = [f"status {answer.status}", code, trace_id and f"trace {trace_id}"]
    return ", ".join(part for part in parts if part)
