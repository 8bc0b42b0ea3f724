"""A shop that receives our webhooks: a real HTTP server on a free port of this machine."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Received:
    """A request.

    Attributes:
        headers: With names in lower case.
    """

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def verify(self, secret: str) -> Any:
        """Return the body, if the signature is that of a secret."""
        return Webhook(secret).verify(self.body, dict(self.headers))


class Receiver:
    """Answers with planned statuses, else with `status`, and keeps what it accepted.

    Attributes:
        table: The newest data of each event that was accepted, by its id.
        most_at_once: The largest number of requests that were answered at the same time.
        open: While it is not set, requests wait.
    """

    def __init__(self) -> None:
        self.status = 200
        self.statuses = deque[int]()
        self.answer_headers: dict[str, str] = {}
        self.received: list[Received] = []
        self.table: dict[str, Any] = {}
        self.most_at_once = self._at_once = 0
        self.open = threading.Event()
        self.open.set()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.open.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def event_ids(self) -> list[str]:
        return [each.event_id for each in self.received]

    @property
    def waiting(self) -> int:
        """The number of requests that wait for their answer."""
        return self._at_once

    def _take(self, request: Received) -> int:
        with self._lock:
            self.received.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            status = self.statuses.popleft() if self.statuses else self.status
        self.open.wait()
        with self._lock:
            self._at_once -= 1
            if 200 <= status < 300:
                self.table[request.event_id] = request.json["data"]
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(receiver._take(Received(self.path, headers, body)))
                for name, value in receiver.answer_headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"thank you")

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing."""

        return Handler
