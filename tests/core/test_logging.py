"""Secrets are redacted from log lines."""

from __future__ import annotations

import io
import json
import logging
import time

import pytest

from tossbill_ui.core.logging import LONGEST_LINE, JsonFormatter, redact, set_up_logging
from tossbill_ui.core.repeated_lines import LINES_REMEMBERED, WINDOW_SECONDS, CountingHandler


@pytest.mark.parametrize(
    "text",
    [
        "GET /success/?registration=1&token=PLANTED&authKey=PLANTED&customerKey=c",
        "DELETE http://127.0.0.1/sandbox/v1/billing/PLANTED",
        "POST /v1/billing/authorizations/PLANTED",
        "key live_sk_PLANTED in a sentence",
        "cookie: tossbill_session=PLANTED; other=1",
        "GET /enter/PLANTED-0123456789_0123456789-0123456789-ab HTTP/1.1",
        "GET /enter/PLANTED-0123456789_0123456789-0123456789-ab?lang=en HTTP/1.1",
        "GET /language?to=en&next=%2Fenter%2FPLANTED-0123456789_0123456789-0123456789-ab",
        "referer: http://localhost:3000/enter/PLANTED-0123456789_0123456789-0123456789-ab",
        "GET /enter/?t=eyJhbGciOiJIUzI1NiJ9.eyJPLANTED.PLANTED-x_y HTTP/1.1",
        "GET /enter/?lang=en&t=eyJPLANTED.PLANTED.PLANTED&x=1",
        "GET /enter/?attempt=PLANTED&next=/",
        "GET /enter/?t=eyAiYWxnIjogIkhTMjU2In0.PLANTED.PLANTED",
        "GET /language?next=%2Fenter%2F%3Ft%3DeyAPLANTED.PLANTED.PLANTED%26lang%3Den",
        "GET /language?next=%252Fenter%252F%253Flang%253Den%2526t%253DPLANTED.PLANTED",
        "POST press=PLANTED&form=PLANTED&code=PLANTED&email=PLANTED%40example.com",
        "GET /enter/%50PLANTED",
        "GET /enter/PLANTED;x",
        "GET /demo/sign-in?link=PLANTED.1.PLANTED",
    ],
)
def test_secrets_are_redacted_from_log_lines(text: str) -> None:
    assert "PLANTED" not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "POST /v1/billing/authorizations/issue",
        "GET /enter/?why=needed&next=%2Fenter%2F%3Fwhy%3Dover",
        'File "tossbill_ui/ui/enter/page.py", line 3',
        "status_code=404 part=1 GET /subscription/?plan=basic",
    ],
)
def test_ordinary_texts_are_logged_unchanged(text: str) -> None:
    assert redact(text) == text


def test_line_with_a_quoted_secret_stays_json() -> None:
    record = logging.makeLogRecord(
        {"msg": 'refused "t=PLANTED" and "/enter/PLANTED"\n"t=PLANTED\\"'}
    )

    line = JsonFormatter().format(record)

    assert json.loads(line)["message"] == 'refused "t=…" and "/enter/…"\n"t=…"'


def test_values_of_a_refused_row_are_not_logged() -> None:
    record = logging.makeLogRecord({"msg": "event.failed"})
    message = "not unique\nDETAIL:  Key (email)=(me@example.com) already exists."
    error = ValueError(message)
    record.exc_info = (ValueError, error, None)

    line = JsonFormatter().format(record)

    assert "not unique" in line
    assert "me@example.com" not in line


@pytest.mark.parametrize("name", ["alembic.runtime.migration", "uvicorn.error", "httpx"])
def test_only_warnings_of_libraries_are_logged(name: str) -> None:
    before = logging.getLogger().handlers[:]
    try:
        set_up_logging()
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
        assert logging.getLogger(name).isEnabledFor(logging.WARNING)
    finally:
        logging.getLogger().handlers[:] = before


@pytest.mark.parametrize("text", ["x" * 100_000, "한" * 100_000, "\n\x00\\" * 50_000])
def test_line_is_cut_and_stays_json(text: str) -> None:
    fields = {"one": text, "many": [text] * 20}
    record = logging.makeLogRecord({"msg": text, "data": fields})

    line = JsonFormatter().format(record)

    assert len(line.encode()) <= LONGEST_LINE
    if "x" in text:
        assert json.loads(line)["message"].startswith("xxx")


def test_traceback_keeps_its_end() -> None:
    def deeper(levels: int) -> None:
        if levels == 0:
            raise ValueError("the reason")
        deeper(levels - 1)

    record = logging.makeLogRecord({"msg": "event.failed"})
    try:
        deeper(60)
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)

    entry = json.loads(JsonFormatter().format(record))

    assert entry["traceback"].endswith("ValueError: the reason")


def test_secret_is_redacted_before_the_line_is_cut() -> None:
    for length in range(1100, 1300):
        text = f"{'x' * 3000} authKey=PLANTED {'y' * (length - 8)}"
        record = logging.makeLogRecord({"msg": "failed", "data": {"traceback": text}})
        assert "LANTED" not in JsonFormatter().format(record)


class Log:
    """A handler that writes into a list."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = CountingHandler()
        self.handler.setStream(self.stream)

    def write(self, text: str, name: str = "tossbill_ui", **fields: object) -> None:
        record = {"msg": text, "name": name, "pathname": "a.py", "lineno": 1} | fields
        self.handler.emit(logging.makeLogRecord(record))

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


def test_repeated_line_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log()
    for _ in range(38):
        log.write("the same")
    log.write("another")
    assert log.lines == ["the same", "another"]

    later = time.monotonic() + WINDOW_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    log.write("a last one")

    assert log.lines[2:] == ["the same … repeated 37 times", "a last one"]


def test_counts_are_written_when_the_process_ends() -> None:
    log = Log()
    log.write("the same")
    log.write("the same")

    log.handler.close()

    assert log.lines == ["the same", "the same … repeated 1 times"]


def test_our_lines_about_different_things_are_all_written() -> None:
    log = Log()
    for number in range(20):
        log.write("payment.charged", data={"payment": number})

    assert len(log.lines) == 20


def test_lines_of_others_repeat_whatever_a_stranger_has_put_into_them() -> None:
    log = Log()
    for number in range(20):
        log.write(f"Failed to deserialize {number}", "reflex.app")

    assert len(log.lines) == 1


def test_number_of_remembered_lines_is_bounded() -> None:
    log = Log()
    for number in range(LINES_REMEMBERED + 50):
        log.write(f"line {number}")

    assert len(log.handler._lines) <= LINES_REMEMBERED
