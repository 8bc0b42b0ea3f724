"""Requests that are sent byte by byte."""

from __future__ import annotations

import json
import socket
from typing import Any


def answers_to(port: int, *requests: list[bytes]) -> list[tuple[int, Any]]:
    """Send requests in pieces on one connection; return status and JSON of each answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection.makefile("rb") as file:
            found: list[tuple[int, Any]] = []
            for parts in requests:
                for part in parts:
                    connection.sendall(part)
                line = file.readline()
                while line.startswith(b"HTTP/1.1 100 "):
                    file.readline()
                    line = file.readline()
                headers = dict(header.split(b": ", 1) for header in iter(file.readline, b"\r\n"))
                body = file.read(int(headers[b"content-length"]))
                found.append((int(line.split()[1]), json.loads(body or b"null")))
    return found
