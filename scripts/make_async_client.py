"""Writes the asynchronous client of ``clients/python`` from the one for threads."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "clients" / "python" / "tossbill"
SOURCE, TARGET = PACKAGE / "client.py", PACKAGE / "async_client.py"

REPLACED = (
    ("The client for programs with threads.", "The client for programs with an event loop."),
    ("class Tossbill:", "class AsyncTossbill:"),
    ("use it in all threads", "use it in all tasks of its event loop"),
    ("import time\n", "import asyncio\nimport time\n"),
    ("import Callable,", "import Awaitable, Callable,"),
    ("httpx.BaseTransport", "httpx.AsyncBaseTransport"),
    ("Callable[[float], None] = time.sleep", "Callable[[float], Awaitable[None]] = asyncio.sleep"),
    ("httpx.Client(", "httpx.AsyncClient("),
    ("    def is_active", "    async def is_active"),
    ("self.state(external_id).allows", "(await self.state(external_id)).allows"),
    ("    def state", "    async def state"),
    ("    def portal_link", "    async def portal_link"),
    ('self._carry_out(request)["url"]', '(await self._carry_out(request))["url"]'),
    ("    def get", "    async def get"),
    ("return self._carry_out(", "return await self._carry_out("),
    ("    def command", "    async def command"),
    ("    def close", "    async def close"),
    ("self._http.close()", "await self._http.aclose()"),
    ("    def __enter__", "    async def __aenter__"),
    ("    def __exit__", "    async def __aexit__"),
    ("        self.close()", "        await self.close()"),
    ("    def _carry_out", "    async def _carry_out"),
    ("self._exchange(request)", "await self._exchange(request)"),
    ("            self._sleep(", "            await self._sleep("),
    ("    def _exchange", "    async def _exchange"),
    ("return self._http.request", "return await self._http.request"),
)


def asynchronous(text: str) -> str:
    """Return the asynchronous client.

    Args:
        text: The client for threads.

    Raises:
        ValueError: A replaced text is not in it any more.
    """
    for old, new in REPLACED:
        if old not in text:
            raise ValueError(f"{SOURCE.name} does not contain {old!r}.")
        text = text.replace(old, new)
    return text


if __name__ == "__main__":
    TARGET.write_text(asynchronous(SOURCE.read_text()))
