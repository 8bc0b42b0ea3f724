"""A tab that speaks Reflex's protocol frame by frame, so that any frame can be another one.

Engine.IO frames begin with a digit: ``0`` open, ``1`` close, ``2`` ping, ``3`` pong, ``4`` message.
In a message follows Socket.IO's: ``0`` connect, ``1`` disconnect, ``2`` event, ``5`` binary event.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.attacks.inputs.asgi import AsgiSocket
from tests.support.stranger import NAMESPACE, ROOT_STATE

CONNECT, EVENT = f"40{NAMESPACE},", f"42{NAMESPACE},"
SECONDS = 5


def event_frame(name: str, *arguments: Any) -> str:
    """Return the frame of an event."""
    return f"{EVENT}{json.dumps([name, *arguments])}"


def state_event(name: str, payload: Any, path: str = "/", **more: Any) -> dict[str, Any]:
    """Return an event of a state as a page at a path sends it."""
    address, _, query = path.partition("?")
    pairs = dict(parse_qsl(query))
    router = {"pathname": address, "asPath": path, "query": pairs}
    return {"name": name, "payload": payload, "router_data": router, **more}


@dataclass
class Tab:
    """An open page.

    Attributes:
        received: Every frame that the app sent.
    """

    socket: AsgiSocket
    received: list[str | bytes] = field(default_factory=list["str | bytes"])
    _turn: bool = True

    async def open(self, path: str) -> None:
        """Connect and load a page, as its script does."""
        await self.until("0{")
        await self.socket.send(f"{CONNECT}{{}}")
        await self.until(CONNECT)
        name = f"{ROOT_STATE}.hydrate_and_load"
        await self.socket.send(event_frame("event", state_event(name, {}, path)))
        await self.until('"is_hydrated_rx_state_": true')

    async def settle(self) -> bool:
        """Wait until every event so far has been handled; return False if the socket was closed.

        Events of a tab are handled one after the other, so the answer to a last one comes last.
        """
        self._turn = not self._turn
        name = f"{ROOT_STATE}.set_is_hydrated"
        event = state_event(name, {"value": self._turn})
        await self.socket.send(event_frame("event", event))
        return await self.until(f'"is_hydrated_rx_state_": {str(self._turn).lower()}')

    async def until(self, text: str) -> bool:
        """Receive until a frame has a text; return False if the socket was closed before."""
        async with asyncio.timeout(SECONDS):
            while (frame := await self.socket.receive()) is not None:
                self.received.append(frame)
                if isinstance(frame, str) and text in frame.replace('":', '": ').replace(
                    '":  ', '": '
                ):
                    return True
        return False

    def everything(self) -> str:
        """Return what was received, and forget it."""
        received, self.received = self.received, []
        text = "\n".join(each if isinstance(each, str) else repr(each) for each in received)
        return text.encode().decode("unicode-escape", errors="replace") if "\\u" in text else text
