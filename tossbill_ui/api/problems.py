"""Problems: what the API answers instead of what was asked for (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from tossbill_ui.api_keys.commands import StillRunning
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import (
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    TossbillError,
)
from tossbill_ui.core.text import clean
from tossbill_ui.toss.errors import TossError
from tossbill_ui.toss.sandbox_clock import ClockUnavailable

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "x-request-id"
DETAIL_LENGTH = 300
# Of the first that matches, most specific first.
STATUSES: tuple[tuple[type[TossbillError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (StillRunning, 409),
    (InvalidRequest, 422),
    (TossError, 502),
)
TITLES = {
    400: "The request is not complete.",
    401: "No valid API key was sent.",
    403: "The API key may not do this.",
    404: "There is nothing of that name.",
    405: "This address has other methods.",
    408: "The request was too slow.",
    409: "This is not possible now.",
    410: "It is gone for good.",
    413: "The request is too large.",
    415: "The body is no JSON.",
    422: "The request is not valid.",
    429: "There were too many requests.",
    500: "Something failed on our side.",
    502: "Toss gave no usable answer.",
    503: "The service is not available at the moment.",
}
CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    415: "unsupported_media_type",
}


class Problem(BaseModel):
    """Why there is no answer."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(default="about:blank", description="Always `about:blank`: read `code`.")
    title: str = Field(description="One sentence about problems of this status.")
    status: int = Field(description="The HTTP status.")
    code: str = Field(description="The reason, for programs; it never changes within v1.")
    detail: str = Field(description="One sentence about this very problem, for people.")
    request_id: str = Field(description="The id of the request, also in `X-Request-Id`.")


class ApiProblem(Exception):
    """A problem that the API itself finds.

    Attributes:
        status: The HTTP status.
        code: The reason, for programs.
        detail: One sentence for people, without secrets.
        headers: Further headers of the answer.
        facts: Further members of the body, for example the amount that holds now.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.facts = headers or {}, facts or {}


def request_id_of(request: Request) -> str:
    """Return the id of a request, which its answer and the log have too."""
    return request_id_in(request.scope)


def request_id_in(scope: Scope) -> str:
    """Return the id of a request, which is drawn the first time it is asked for."""
    return scope.setdefault("tossbill.request_id", new_id())


def problem_response(request: Request, problem: ApiProblem) -> Response:
    """Return a problem as the response to a request."""
    body = {
        **Problem(
            title=TITLES[problem.status],
            status=problem.status,
            code=problem.code,
            detail=problem.detail,
            request_id=request_id_of(request),
        ).model_dump(),
        **problem.facts,
    }
    headers = {"cache-control": "no-store", **problem.headers}
    return JSONResponse(body, problem.status, headers, media_type=MEDIA_TYPE)


def respond_to(request: Request, error: Exception) -> Response:
    """Return the response to a request that led to an error."""
    return problem_response(request, _problem_of(request, error))


def _problem_of(request: Request, error: Exception) -> ApiProblem:
    match error:
        case ApiProblem():
            return error
        case RequestValidationError():
            return _invalid(error)
        case ClientDisconnect():
            return ApiProblem(400, "bad_request", "The body is not complete.")
        case HTTPException():
            return _http(error)
        case SQLAlchemyError() | OSError() | ClockUnavailable():
            return _unavailable(request, error)
        case TossbillError() if status := _status_of(error):
            return ApiProblem(status, error.code, error.message)
        case _:
            return _failed(request, error)


def _status_of(error: TossbillError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 0)


def _invalid(error: RequestValidationError) -> ApiProblem:
    """Name the first fault of a request that does not have the documented form."""
    first: dict[str, Any] = dict(error.errors()[0])
    where = ".".join(str(part) for part in first["loc"])
    detail = clean(f"{where}: {first['msg']}", limit=DETAIL_LENGTH)
    return ApiProblem(422, InvalidRequest.code, detail)


def _http(error: HTTPException) -> ApiProblem:
    status = error.status_code if error.status_code in CODES else 400
    detail = clean(str(error.detail), limit=DETAIL_LENGTH)
    return ApiProblem(status, CODES[status], detail, headers=error.headers)


def _unavailable(request: Request, error: Exception) -> ApiProblem:
    _log(request, "api.unavailable", error)
    detail = "The database or the clock does not respond. Send the same request again."
    return ApiProblem(503, "unavailable", detail, headers={"retry-after": "5"})


def _failed(request: Request, error: Exception) -> ApiProblem:
    _log(request, "api.failed", error)
    detail = "Something failed on our side. Send the same request again."
    return ApiProblem(500, "internal", detail)


def _log(request: Request, name: str, error: Exception) -> None:
    log.error(name, exc_info=error, extra={"data": {"request_id": request_id_of(request)}})


async def _handle(request: Request, error: Exception) -> Response:
    return respond_to(request, error)


def add_handlers(app: FastAPI) -> None:
    """Let what an app raises outside its routes become a problem."""
    for kind in (HTTPException, ClientDisconnect, Exception):
        app.add_exception_handler(kind, _handle)
