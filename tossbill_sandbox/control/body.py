"""Bodies and parameters of the control API, with a sentence about whatever is wrong with them."""

import json
import re
from datetime import datetime
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tossbill_sandbox.control.local_only import Handler
from tossbill_sandbox.store.clock import KST

_LIMIT = 10**9


class Unknown(Exception):
    """What a request names does not exist; the message is a sentence about it."""


def checked(handler: Handler) -> Handler:
    """Return 400 with a sentence for an invalid request, 404 for what does not exist."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Unknown as error:
            return JSONResponse({"error": str(error)}, status_code=404)
        except OverflowError:
            return JSONResponse({"error": "a number is too large"}, status_code=400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return answer


async def json_value(request: Request) -> object:
    """Parse a request's body.

    Raises:
        ValueError: It is not JSON, or has a text that no database can store.
    """
    try:
        value: object = json.loads(await request.body())
        # JSON can encode a lone surrogate ("\ud800").
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError("expected JSON in UTF-8") from error
    return value


async def json_object(request: Request) -> dict[str, Any]:
    """Parse a request's body as an object."""
    value = await json_value(request)
    if not isinstance(value, dict):
        raise ValueError("expected a JSON object")  # noqa: TRY004 - the request's fault
    return cast("dict[str, Any]", value)


def text(body: dict[str, Any], name: str, default: str | None = None) -> str:
    """Return a text; it is required if there is no default."""
    value = body.get(name, default)
    if value is None and name not in body:
        raise ValueError(f"{name} is missing")
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")  # noqa: TRY004 - the request's fault
    return value


def whole(name: str, value: object) -> int:
    """Return a whole number that is not negative."""
    if type(value) is not int or not 0 <= value < _LIMIT:
        raise ValueError(f"{name} must be a whole number from 0")
    return value


def parameter(request: Request, name: str, default: int) -> int:
    """Return a whole number of the query."""
    value = request.query_params.get(name)
    if value is None:
        return default
    if not re.fullmatch("-?[0-9]{1,9}", value):
        raise ValueError(f"{name} must be a whole number")
    return int(value)


def instant(name: str, value: object) -> datetime:
    """Return a time; one without an offset is Korean."""
    try:
        parsed = datetime.fromisoformat(cast("str", value))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name} must be a date or time, such as 2026-12-01T09:00:00") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=KST)
