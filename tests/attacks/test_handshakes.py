"""Handshakes of websockets that the websockets library does not read: each is answered."""

from __future__ import annotations

import logging

import pytest

from tests.attacks.test_slow_clients import conversation, served

HANDSHAKE = (
    b"GET /%s HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"%s\r\n"
)
LONG = b"x" * 8192


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        pytest.param(b"?" + LONG, b"", id="a long address"),
        pytest.param(b"", b"X: " + LONG + b"\r\n", id="a long header"),
        pytest.param(b"", b"X: 1\r\n" * 200, id="many headers"),
    ],
)
async def test_handshake_that_is_too_large_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    query: bytes,
    headers: bytes,
) -> None:
    async with served(monkeypatch) as server:
        answer = await conversation(server, HANDSHAKE % (query, headers))

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.endswith(b"\r\n\r\nThe request's headers are too large.")
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
