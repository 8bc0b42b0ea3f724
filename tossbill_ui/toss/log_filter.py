"""Log filters that keep HTTP traffic out of the logs.

httpx logs every request's URL at INFO, and URLs contain billing keys. httpcore logs response
headers at DEBUG, and a redirect's may repeat the URL. A filter, unlike a level, stays in force
when DEBUG is turned on.
"""

import logging

# A filter does not apply to child loggers, so every httpcore logger is listed.
WIRE_LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


def filter_wire_logs() -> None:
    """Drop every record of httpx and httpcore in this process; safe to call twice."""
    for name in WIRE_LOGGERS:
        logging.getLogger(name).addFilter(_drop)


def _drop(_record: logging.LogRecord) -> bool:
    return False
