"""Checks what a page's connection sends before Reflex reads it.

Reflex logs what it cannot read, whole and with a traceback, so that a stranger could fill the disk
with a few packets. Packets that no page sends are dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any, cast

NAMESPACE = "/_event"
# Engine.IO's and Socket.IO's type of a packet, in front of its namespace and content.
PONG, CLOSE, CONNECT, DISCONNECT, EVENT = "3", "1", "40", "41", "42"
DEEPEST = 12
LONGEST_NAME = 200
# Reflex remembers the routes of 4,096 paths. A request line has at most 8 kB, too.
LONGEST_PATH, LONGEST_ADDRESS = 2 * 1024, 8 * 1024
FRONTEND_ERROR = ".handle_frontend_exception"


class Packet(Enum):
    """The kind of a packet."""

    INVALID = auto()
    SERVICE = auto()
    CONNECT = auto()
    EVENT = auto()
    REPORT = auto()


def read(text: str, is_handler: Callable[[str], bool]) -> Packet:
    """Return what a packet is.

    Args:
        text: The message of the websocket.
        is_handler: Whether an event of this name has a handler.
    """
    if text in (PONG, CLOSE):
        return Packet.SERVICE
    kind, rest = text[:2], text[2:]
    namespace, comma, content = rest.partition(",")
    if namespace != NAMESPACE or (kind == EVENT and not comma):
        return Packet.INVALID
    if kind == DISCONNECT and not content:
        return Packet.SERVICE
    try:
        found = json.loads(content) if content else None
    except (ValueError, RecursionError):
        return Packet.INVALID
    if _is_too_deep(found):
        return Packet.INVALID
    if kind == CONNECT:
        return Packet.CONNECT if _connects(found, is_handler) else Packet.INVALID
    return _event(found, is_handler) if kind == EVENT else Packet.INVALID


def _connects(found: object, is_handler: Callable[[str], bool]) -> bool:
    """Whether it is what a page sends first: nothing, or its first event and its build."""
    if not isinstance(found, dict):
        return found is None
    sent = cast("dict[str, Any]", found)
    event = sent.get("event")
    return (event is None or _is_event(event, is_handler)) and _is_short(
        sent.get("state_schema", "")
    )


def _event(found: object, is_handler: Callable[[str], bool]) -> Packet:
    """Return what ``["event", {…}]`` is."""
    if not isinstance(found, list):
        return Packet.INVALID
    match cast("list[Any]", found):
        case ["ping"]:
            return Packet.EVENT
        case ["client_error", {}]:
            return Packet.REPORT
        case ["event", event] if _is_event(event, is_handler):
            return Packet.REPORT if _reports_an_error(event) else Packet.EVENT
        case _:
            return Packet.INVALID


def _reports_an_error(event: dict[str, Any]) -> bool:
    return str(event["name"]).endswith(FRONTEND_ERROR)


def _is_event(found: object, is_handler: Callable[[str], bool]) -> bool:
    if not isinstance(found, dict):
        return False
    event = cast("dict[str, Any]", found)
    name, payload = event.get("name"), event.get("payload", {})
    return (
        _is_short(name)
        and is_handler(str(name))
        and isinstance(payload, dict)
        and _is_address(event.get("router_data", {}))
    )


def _is_address(found: object) -> bool:
    """Whether it says, as pages do, at which address they are."""
    if not isinstance(found, dict):
        return False
    router = cast("Mapping[str, Any]", found)
    path, address = router.get("pathname", ""), router.get("asPath", "")
    return (
        _is_short(path, LONGEST_PATH)
        and _is_short(address, LONGEST_ADDRESS)
        and _is_short(str(address).partition("?")[0], LONGEST_PATH)
        and isinstance(router.get("query", {}), dict)
        and _is_encodable(router)
    )


def _is_encodable(router: Mapping[str, Any]) -> bool:
    """Whether no text of it has half of a character, which JSON can name and no address has."""
    try:
        json.dumps(router, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_short(found: object, longest: int = LONGEST_NAME) -> bool:
    return isinstance(found, str) and len(found) <= longest


def _is_too_deep(found: object) -> bool:
    """Whether lists and objects are in one another deeper than `DEEPEST`."""
    level, depth = [found], 0
    while level and depth <= DEEPEST:
        level = [inner for each in level for inner in _inside(each)]
        depth += 1
    return bool(level)


def _inside(found: object) -> list[object]:
    if isinstance(found, dict):
        return list(cast("dict[str, object]", found).values())
    return cast("list[object]", found) if isinstance(found, list) else []
