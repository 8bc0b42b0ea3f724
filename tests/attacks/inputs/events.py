"""Events of any state with any argument, and packets that are none, on a real websocket."""

from __future__ import annotations

import itertools
import json
import random
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.attacks.inputs import spoil
from tests.attacks.inputs.pages import check_nothing_of
from tests.attacks.inputs.site import CUSTOMER, NOBODY, VICTIM, VISITOR, Site, open_site
from tests.attacks.inputs.socket import CONNECT, EVENT, NAMESPACE, Tab, event_frame, state_event
from tests.attacks.inputs.surface import Surface
from tests.attacks.test_every_handler import handlers, states
from tests.support.stranger import ROOT_STATE

MOST_STORED = 4_096
MOST_LOGGED = 8_192
EVENTS_A_TAB = 50
# The share of packets that no page sends.
SPOILED_PACKETS = 0.25
PATHS = ("/", "/register/", "/subscription/", "/history/", "/methods/", "/success/", "/fail/")
WORDS = (
    *("payment", "card", "all", "2026-11", "days", "subscription", "topic", "basic", "pro"),
    *("thief@example.com", "PAY_PROCESS_CANCELED", "on"),
)
OF_REFLEX = ("hydrate", "hydrate_and_load", "set_is_hydrated", "update_vars_internal", "setvar")
# A page sends them when it is closed: nothing answers afterwards.
ENDS = ("1", f"41{NAMESPACE},", "41")

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Frames:
    """Frames that one caller sends from a page."""

    caller: str
    path: str
    frames: tuple[str | bytes, ...]


@dataclass
class Tabs:
    """The site, and the tabs that are open: one a caller, replaced after some events."""

    site: Site
    open: dict[str, tuple[Tab, int]] = field(default_factory=dict[str, tuple[Tab, int]])
    # What a caller has sent may come back in another tab of theirs.
    sent: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list[str]))

    async def of(self, caller: str, path: str) -> Tab:
        """Return a caller's tab."""
        tab, left = self.open.get(caller, (None, 0))
        if tab is None or not left or not tab.socket.is_open:
            await self.close(caller)
            headers = self.site.headers_of(caller)
            # Reflex keeps the states of tabs as long as the process lives.
            target = f"/_event/?EIO=4&transport=websocket&token=tab-{next(_NUMBERS)}"
            tab, left = Tab(await self.site.socket(target, headers)), EVENTS_A_TAB
            await tab.open(path)
        self.open[caller] = (tab, left - 1)
        return tab

    async def close(self, caller: str) -> None:
        """Close a caller's tab."""
        tab, _ = self.open.pop(caller, (None, 0))
        if tab is not None:
            await tab.socket.close()


@asynccontextmanager
async def open_tabs(folder: Path, seed: int) -> AsyncGenerator[Tabs]:
    """Open a site and nobody's tabs."""
    async with AsyncExitStack() as stack:
        tabs = Tabs(await stack.enter_async_context(open_site(folder, seed)))
        yield tabs
        for caller in list(tabs.open):
            await tabs.close(caller)


@cache
def every_handler() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the names and the arguments of all our events, and of Reflex's."""
    ours = [(name, tuple(each)) for state in states() for name, each in handlers(state).items()]
    theirs = [(f"{ROOT_STATE}.{name}", ("value", "vars", "var_name")) for name in OF_REFLEX]
    return tuple([*ours, *ours, *theirs])


def draw(rng: random.Random, tabs: Tabs) -> Frames:
    """Draw some frames: mostly events with somebody's ids, some with a spoiled shape."""
    site = tabs.site
    path = rng.choice(PATHS) + rng.choice(["", "", "?plan=basic", "?panel=cancel", "?x=%00"])
    caller = rng.choice([CUSTOMER, VISITOR, NOBODY])
    if rng.random() < 0.15:
        return Frames(caller, path, _two_steps(rng, site, path))
    frames = tuple(_frame(rng, site, path) for _ in range(rng.choice([1, 1, 1, 3])))
    return Frames(caller, path, frames)


def _two_steps(rng: random.Random, site: Site, path: str) -> tuple[str, ...]:
    """Return a question about the victim's subscription or card, and a press that confirms it."""
    name, [argument] = rng.choice([each for each in every_handler() if len(each[1]) == 1])
    victim, state = site.parties[VICTIM], name.rpartition(".")[0]
    wanted = victim.method_id if argument == "method_id" else victim.subscription_id
    bare = [
        other for other, given in every_handler() if not given and other.startswith(f"{state}.")
    ]
    presses = [
        (name, {argument: wanted}),
        *((each, {}) for each in rng.sample(bare, len(bare))[:2]),
    ]
    return tuple(event_frame("event", state_event(*press, path)) for press in presses)


def _frame(rng: random.Random, site: Site, path: str) -> str | bytes:
    event = _event(rng, site, path)
    way = rng.random()
    if way < 1 - SPOILED_PACKETS:
        return event_frame("event", event)
    if way < 1 - SPOILED_PACKETS * 0.6:
        return event_frame("event", spoil.tree(rng, event, site.parties[VICTIM].ids))
    if way < 1 - SPOILED_PACKETS * 0.4:
        names = ("ping", "client_error", "connect", "disconnect", "__disconnect_final", "", "x")
        return event_frame(rng.choice(names), spoil.junk(rng, event))
    return _other_frame(rng, event)


def _event(rng: random.Random, site: Site, path: str) -> dict[str, Any]:
    name, arguments = rng.choice(every_handler())
    ids = (*site.parties[VICTIM].ids, *site.parties[CUSTOMER].ids[2:], *WORDS)
    payload: dict[str, Any] = {
        argument: rng.choice(ids) if rng.random() < 0.6 else spoil.junk(rng, rng.choice(ids), ids)
        for argument in arguments
    }
    if rng.random() < 0.1:
        payload[rng.choice(["extra", "self", "__class__", "sent"])] = spoil.junk(rng, 1, ids)
    if rng.random() < 0.1:
        payload.pop(rng.choice([*payload, ""]), None)
    return state_event(name, payload, path)


def _other_frame(rng: random.Random, event: dict[str, Any]) -> str | bytes:
    """Return a frame that no page sends."""
    plain = event_frame("event", event)
    ways = (
        plain.replace(NAMESPACE, rng.choice(["/other", "/", NAMESPACE * 2])),
        plain[: rng.randrange(len(plain))],
        f"45{rng.choice(['1', '2', '999999', '-1'])}-{NAMESPACE},{json.dumps(['event', event])}",
        f"43{NAMESPACE},{rng.randrange(100)}{json.dumps([event])}",
        f"42{NAMESPACE},{'9' * rng.choice([3, 30, 200])}{json.dumps(['event', event])}",
        f"{EVENT}{json.dumps(rng.choice(spoil.JUNK))}",
        f"{EVENT}{'[' * spoil.MOST_NESTING}",
        f"{EVENT}{'[' * 200}{']' * 200}",
        f'{EVENT}["event",{{"name":{"9" * 5_000}}}]',
        f"{CONNECT}{json.dumps(spoil.junk(rng, {'token': 'x'}))}",
        f"44{NAMESPACE},{{}}",
        rng.choice(["3", "2probe", "6", "5", "4", "", "7x", "b", "42", "40"]),
        rng.randbytes(rng.randrange(1, 60)),
        event_frame("event", event | {"payload": {"value": "x" * rng.choice([9_000, 60_000])}}),
        rng.choice(ENDS),
        event_frame("event", event | {"router_data": _router(rng, event)}),
        event_frame("event", event | {"router_data": _router(rng, event)}),
    )
    return rng.choice(ways)


def _router(rng: random.Random, event: dict[str, Any]) -> dict[str, Any]:
    """Return an address with what no address has, such as half of a character."""
    router, odd = event["router_data"], rng.choice(["\ud800", "\udfff", *spoil.ODD])
    where = rng.choice(["asPath", "pathname", "query"])
    if where == "query":
        return router | {where: {rng.choice(["plan", odd]): odd}}
    return router | {where: f"{router[where]}?plan={odd}"}


async def attack(tabs: Tabs, sent: Frames) -> str:
    """Send them: rows of others stay, nothing is raised, and the socket answers or is closed."""
    tab, is_open = await tabs.of(sent.caller, sent.path), False
    try:
        # A page of the customer may still be loading, whoever has sent this.
        async with tabs.site.watched(CUSTOMER, stored=MOST_STORED, logged=MOST_LOGGED):
            for frame in sent.frames:
                await tab.socket.send(frame)
            is_open = not _ends(sent) and await tab.settle()
            await tabs.site.shop.rt.tasks.drain(seconds=60)
    finally:
        tabs.sent[sent.caller] += map(str, sent.frames)
        if not is_open:
            await tabs.close(sent.caller)
    _check_received(tabs.site, tabs.sent[sent.caller], tab.everything())
    return "answered" if is_open else "closed"


def _check_received(site: Site, sent: list[str], received: str) -> None:
    check_nothing_of(site.parties[VICTIM], received, sent)
    assert "Traceback" not in received


def _ends(sent: Frames) -> bool:
    """Whether the frames end the connection, so that nothing answers."""
    return any(frame in ENDS for frame in sent.frames)


SURFACE = Surface("events", draw, attack, weight=5, opens=open_tabs)
