"""One request too many is refused with a page for browsers and a line for programs."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path

import pytest
from starlette.requests import Request

from tossbill_ui import runtime
from tossbill_ui.http.error_page import send_busy_page
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.error_page import busy_page


@pytest.fixture
def installed(rt: Runtime) -> Generator[None]:
    runtime.install(rt)
    yield
    runtime.install(None)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("accept", "language", "words"),
    [
        ("text/html,*/*", "ko-KR", "요청이 너무 많아요"),
        ("text/html,*/*", "en-US", "Too many requests"),
        ("*/*", "ko-KR", "Too many requests."),
    ],
)
async def test_refusal_is_readable(tmp_path: Path, accept: str, language: str, words: str) -> None:
    headers = [(b"accept", accept.encode()), (b"accept-language", language.encode())]
    refuse = send_busy_page(tmp_path, partial(busy_page, "Tossbill"))

    answer = await refuse(Request({"type": "http", "headers": headers}))

    assert answer.status_code == 429
    assert words in bytes(answer.body).decode()
    assert ("<html" in bytes(answer.body).decode()) == ("text/html" in accept)
    assert answer.headers["retry-after"]
