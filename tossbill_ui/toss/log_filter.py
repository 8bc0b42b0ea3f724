"""Keep the wire out of the logs.

httpx logs every request's URL at INFO, and a billing key stands in the URL. httpcore logs
response headers at DEBUG, and a redirect's may repeat that URL. A filter, unlike a level, stays
in force when somebody turns DEBUG on.
"""

import logging

# A filter does not reach a logger's children, so every httpcore logger is named.
WIRE_LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


def filter_wire_logs() -> None:
    """Drop every record of httpx and httpcore in this process, for good; harmless twice."""
    for name in WIRE_LOGGERS:
        logging.getLogger(name).addFilter(_drop)


def _drop(_record: logging.LogRecord) -> bool:
    return False
