"""JSON logging, one short line per record, with secrets redacted and repetitions counted."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import cast

from tossbill_ui.core.repeated_lines import CountingHandler

# By the name of a parameter and by the address, whatever the value looks like, and as they are when
# they have become part of another address's query, once or more.
NAMES = (
    r"(?:authKey|billingKey|token|attempt|tossbill_session"
    r"|(?:(?<!\w)|(?<=%3[Ff])|(?<=%26)|(?<=%253[Ff])|(?<=%2526))(?:t|code|email|link|press|form))"
)
EQUALS, SLASH = r"(?:=|%(?:25)*3[Dd])", r"/|%(?:25)*2[Ff]"
# In JSON: a backslash and a quote are none of the value.
VALUE, PART = r"""(?:[^&\s"'\\]|\\[^"nrt])+""", r"""(?:[^?&\s"'\\]|\\[^"nrt])+"""
# The last line of defense: none of our code logs these on purpose.
SECRETS = re.compile(
    r"(?=[abceflpt/%])(?:"  # each begins so, and most of a long line does not
    r"(?P<key>(?:test|live)_g?sk_)\w+"
    rf"|(?P<name>{NAMES}{EQUALS}){VALUE}"
    # A file of ours in a traceback is no address.
    rf"|(?P<enter>(?<!/ui)(?:{SLASH})enter(?:{SLASH}))(?!%(?:25)*3[Ff]){PART}"
    r"|(?<![\w-])(?P<jwt>eyJ)[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?P<path>/v1/billing/(?:authorizations/)?)(?!authorizations|issue|card)[^/\s\"'?]+)"
)
# In bytes: strangers decide how many lines there are, and what they repeat.
LONGEST_LINE = 2048
# PostgreSQL repeats the values of a row that it refuses.
ROW = re.compile(r"^DETAIL: .*$", re.MULTILINE)

# The first two log whole URLs, and so billing keys; the others log each start and each websocket.
ONLY_WARNINGS = ("httpx", "httpcore", "alembic", "uvicorn")


def redact(text: str) -> str:
    """Replace secret keys, auth keys, billing keys and tokens with an ellipsis."""
    return SECRETS.sub(lambda m: f"{next(filter(None, m.groups()))}…", text)


class JsonFormatter(logging.Formatter):
    """Formats a record as one redacted JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; ``extra={"data": {...}}`` adds fields next to the message."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry.update(getattr(record, "data", {}))
        if record.exc_info:
            entry["traceback"] = ROW.sub("DETAIL: …", self.formatException(record.exc_info))
        return fitted(redact(json.dumps(entry, ensure_ascii=False, default=str)))


def fitted(line: str) -> str:
    """Shorten the texts of a JSON line until it fits into `LONGEST_LINE` bytes.

    A traceback keeps its end, every other text its beginning.
    """
    for longest in (1200, 400, 100):
        if len(line.encode()) <= LONGEST_LINE:
            return line
        line = json.dumps(_shortened(json.loads(line), longest), ensure_ascii=False)
    return line.encode()[:LONGEST_LINE].decode(errors="ignore")


def _shortened(value: object, longest: int) -> object:
    if isinstance(value, dict):
        entry = cast("dict[str, object]", value)
        return {name: _shortened_field(name, each, longest) for name, each in entry.items()}
    if isinstance(value, list):
        return [_shortened(each, longest // 3) for each in cast("list[object]", value)]
    return _start(value, longest // 3) if isinstance(value, str) else value


def _shortened_field(name: str, value: object, longest: int) -> object:
    if name == "traceback" and isinstance(value, str) and len(value) > longest:
        return f"…{value[-longest:]}"
    return _shortened(value, longest)


def _start(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def set_up_logging(level: int = logging.INFO) -> None:
    """Route every logger of the process through one redacting handler on stderr."""
    handler = CountingHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ONLY_WARNINGS:
        logging.getLogger(name).setLevel(logging.WARNING)
