"""Records what real HTTP clients send: ``python -m tests.clients.record``.

Needs Java, Go, PHP with curl, Ruby and Node on the PATH, and port 4242. Each program posts to a
sandbox behind a proxy that writes down the bytes; `test_recorded.py` replays them.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.clients.listening import listening
from tests.clients.recorded import BILLING_KEY, FILE
from tests.sandbox.client import AUTH
from tossbill_sandbox.app import create_app
from tossbill_sandbox.server import OPTIONS
from tossbill_sandbox.standalone import standalone

PROGRAMS = Path(__file__).parent / "programs"
PORT = 4242
URL = f"http://localhost:{PORT}/sandbox/v1/billing/"
BASIC = "Basic " + base64.b64encode(":".join(AUTH).encode()).decode()
CARD = {
    "customerKey": "customer_1",
    "cardNumber": "9400006100001234",
    "cardExpirationYear": "30",
    "cardExpirationMonth": "12",
    "customerIdentityNumber": "900101",
}
ORDER = {"customerKey": "customer_1", "amount": 4900, "orderName": "구독"}
JAVA = ["java", "-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8"]
PYTHON = ["uv", "run", "--no-project", "--with", "requests", "--with", "httpx", "python"]
# The name of a recording: the program's file, its MODE, and what runs it.
CLIENTS = {
    "Java HttpClient": ("HttpClientPost.java", "", JAVA),
    "Java HttpClient, chunked and Expect": ("HttpClientStream.java", "", JAVA),
    "Java HttpURLConnection": ("UrlConnectionPost.java", "", JAVA),
    "Go net/http": ("post.go", "", ["go", "run"]),
    "Go net/http, chunked": ("post.go", "stream", ["go", "run"]),
    "PHP curl": ("curl.php", "", ["php"]),
    "PHP curl, Expect": ("curl.php", "expect", ["php"]),
    "PHP curl, HTTP/2": ("curl.php", "http2", ["php"]),
    "PHP curl, HTTP/1.0": ("curl.php", "http10", ["php"]),
    "PHP streams": ("streams.php", "", ["php"]),
    "Ruby Net::HTTP": ("post.rb", "", ["ruby"]),
    "Node fetch": ("fetch.mjs", "", ["node"]),
    "Node fetch, chunked": ("fetch.mjs", "stream", ["node"]),
    "Node http": ("http.mjs", "length", ["node"]),
    "Node http, chunked": ("http.mjs", "", ["node"]),
    "Python urllib": ("post.py", "urllib", PYTHON),
    "Python httpx": ("post.py", "httpx", PYTHON),
    "Python requests": ("post.py", "requests", PYTHON),
    "Python http.client, whole URL": ("post.py", "proxy", PYTHON),
}


@contextmanager
def recording(port: int) -> Generator[list[bytearray]]:
    """Pass on connections to a port, and return what each client sends."""
    heard: list[bytearray] = []

    def pump(source: socket.socket, target: socket.socket, copy: bytearray) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                copy += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                heard.append(bytearray())
                for pair in ((client, server, heard[-1]), (server, client, bytearray())):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    with socket.create_server(("", PORT)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield heard
        listener.shutdown(socket.SHUT_RDWR)


def post(name: str, url: str, body: dict[str, object]) -> None:
    """Let a client post, which must be answered with 200."""
    program, mode, command = CLIENTS[name]
    text = json.dumps(body, ensure_ascii=False)
    arguments = [*command, str(PROGRAMS / program), url, text, BASIC, f"key of {name}"]
    environment = os.environ | {"MODE": mode, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(arguments, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    if done.stdout.strip() != "200":
        raise SystemExit(f"{name}: {done.stdout}")


def record(name: str, port: int) -> list[list[str]]:
    """Return the lines of a client's two requests: card and charge."""
    with recording(port) as heard:
        post(name, f"{URL}authorizations/card", {**CARD})
        ledger = httpx.get(f"http://127.0.0.1:{port}/sandbox/_control/ledger").json()
        billing_key = ledger["billing_keys"][-1]["billing_key"]
        order_id = f"order-{list(CLIENTS).index(name)}"
        post(name, URL + billing_key, {**ORDER, "orderId": order_id})
    requests = [bytes(request).decode().replace(billing_key, BILLING_KEY) for request in heard]
    return [request.split("\r\n") for request in requests]


def main() -> None:
    """Record all clients whose program is given, or every one."""
    recordings = json.loads(FILE.read_text()) if FILE.exists() else {}
    sandbox = create_app()
    with listening(standalone(sandbox), **OPTIONS) as port:
        for name in sys.argv[1:] or CLIENTS:
            recordings[name] = record(name, port)
            sys.stdout.write(f"{name}\n")
    FILE.write_text(json.dumps(recordings, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
