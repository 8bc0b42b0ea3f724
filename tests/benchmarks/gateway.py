"""A gateway that approves every charge after a delay: ``python -m tests.benchmarks.gateway``.

It does almost nothing, so that the caller is measured. For everything else, use the sandbox.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.support.server import free_port
from tests.toss.responses import PAYMENT
from tossbill_ui.build import ROOT


class Gateway:
    """Approves charges, and responds to a GET as a health check."""

    def __init__(self, delay_seconds: float) -> None:
        self._delay_seconds = delay_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request."""
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        charge = json.loads(body or b"{}")
        if charge and self._delay_seconds:
            await asyncio.sleep(self._delay_seconds)
        answer = json.dumps(approve(charge) if charge else {}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def approve(charge: dict[str, object]) -> dict[str, object]:
    """Return the payment for a charge."""
    return {
        **PAYMENT,
        "orderId": charge["orderId"],
        "orderName": charge["orderName"],
        "paymentKey": f"pay-{charge['orderId']}",
        "totalAmount": charge["amount"],
        "balanceAmount": charge["amount"],
    }


@contextmanager
def gateway(delay_ms: int) -> Generator[str]:
    """Run the gateway in its own process; yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.gateway", str(port), str(delay_ms)]
    process = subprocess.Popen(command, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(400):
            with suppress(httpx.TransportError):
                httpx.get(url, trust_env=False)
                break
            time.sleep(0.05)
        else:
            raise TimeoutError("The gateway does not respond.")
        yield url
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    uvicorn.run(
        Gateway(int(sys.argv[2]) / 1000),
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        lifespan="off",
    )
