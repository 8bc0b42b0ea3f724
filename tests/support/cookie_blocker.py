"""A forward proxy for a browser: it passes everything on but the cookies of responses."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

# They belong to one connection, or to the body as it was sent.
OF_ONE_HOP = {"connection", "content-encoding", "content-length", "transfer-encoding", "set-cookie"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Pass on a response without its cookies."""
        with httpx.Client(trust_env=False) as client:
            answer = client.request(self.command, self.path, headers=dict(self.headers))
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name not in OF_ONE_HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def do_CONNECT(self) -> None:
        """Connect a websocket."""
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            self.send_response(200)
            self.end_headers()
            answers = Thread(target=_copy, args=(server, self.connection), daemon=True)
            answers.start()
            _copy(self.connection, server)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def cookie_blocker() -> Generator[str]:
    """Run the proxy on a free port, and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    running = Thread(target=server.serve_forever, daemon=True)
    running.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        running.join()
        server.server_close()
