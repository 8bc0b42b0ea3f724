"""Reads the body of an HTTP response as it arrived, within limits.

httpx decodes bodies by itself, and a few bytes that were compressed twice decode to gigabytes. So
nothing here or in the sandbox's clients reads a response in another way; a test lists the readers.
"""

from __future__ import annotations

import httpx

BODY_LIMIT_BYTES = 1_000_000
# Toss's largest answers have tens of pieces. Each costs time, however short it is.
PIECES_LIMIT = 10_000


class UnreadableBody(Exception):
    """The body is encoded or too large; how much of it there is will never be known."""


async def read_body(response: httpx.Response) -> bytes:
    """Return the body of a response that is not read yet; the caller closes the response.

    Raises:
        UnreadableBody: It is encoded, which no request asks for, or exceeds a limit.
        httpx.HTTPError: It did not arrive completely.
    """
    encoding = response.headers.get("content-encoding", "").strip()
    if encoding.lower() not in ("", "identity"):
        raise UnreadableBody("is encoded")
    stream, body, pieces = response.stream, bytearray(), 0
    assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101 - every async transport's is
    async for piece in stream:
        body += piece
        pieces += 1
        if len(body) > BODY_LIMIT_BYTES or pieces > PIECES_LIMIT:
            raise UnreadableBody("is too large")
    return bytes(body)
