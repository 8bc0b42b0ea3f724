"""JSON logging, one line per record, with secrets redacted."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

# The last line of defense: none of our code logs these on purpose.
SECRETS = re.compile(
    r"(?P<key>(?:test|live)_g?sk_)\w+"
    r"|(?P<name>(?:authKey|billingKey|token|tossbill_session)=)[^&\s\"']+"
    r"|(?P<path>/v1/billing/(?:authorizations/)?)(?!authorizations|issue|card)[^/\s\"'?]+"
)
# PostgreSQL repeats the values of a row that it refuses.
ROW = re.compile(r"^DETAIL: .*$", re.MULTILINE)

# The first two log whole URLs, and so billing keys; the others log each start and each websocket.
ONLY_WARNINGS = ("httpx", "httpcore", "alembic", "uvicorn")


def redact(text: str) -> str:
    """Replace secret keys, auth keys, billing keys and tokens with an ellipsis."""
    return SECRETS.sub(lambda m: f"{m['key'] or m['name'] or m['path']}…", text)


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
        return redact(json.dumps(entry, ensure_ascii=False, default=str))


def set_up_logging(level: int = logging.INFO) -> None:
    """Route every logger of the process through one redacting handler on stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ONLY_WARNINGS:
        logging.getLogger(name).setLevel(logging.WARNING)
