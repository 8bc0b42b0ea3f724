"""Runs the sandbox in its own process, on a real socket."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from tests.sandbox.client import SandboxClient

ROOT = Path(__file__).parents[2]
START_SECONDS = 120


@asynccontextmanager
async def running(
    database: Path, *, die_mid_transaction: bool = False
) -> AsyncGenerator[tuple[SandboxClient, Process]]:
    """Start the shop with its sandbox, and kill it at the end."""
    port = _free_port()
    environment = os.environ | ({"DIE_MID_TRANSACTION": "1"} if die_mid_transaction else {})
    command = [sys.executable, "-m", "tests.sandbox.serve", str(port), str(database)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdout=DEVNULL, stderr=DEVNULL
    )
    base_url = f"http://127.0.0.1:{port}/sandbox/"
    try:
        async with httpx.AsyncClient(base_url=base_url, timeout=30) as http:
            await asyncio.wait_for(_answers(http), START_SECONDS)
            yield SandboxClient(http), process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _answers(http: httpx.AsyncClient) -> None:
    while True:
        with suppress(httpx.TransportError):
            await http.get("_control/ledger")
            return
        await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
