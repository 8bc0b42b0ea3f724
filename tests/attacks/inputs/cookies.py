"""Cookies: a session is exactly one that we have sealed, or none, and reading one is quick."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from tests.attacks.inputs import spoil
from tests.attacks.inputs.asgi import Request
from tests.attacks.inputs.site import CUSTOMER, NOBODY, VICTIM, Site
from tests.attacks.inputs.surface import Surface
from tossbill_ui.customers import language
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers.session import Session
from tossbill_ui.ui.history.view import CSV_PATH

NAME = sessions.COOKIE_NAME
MOST_SECONDS = 0.1  # of CPU; a whole header takes a hundredth of it
OTHERS = ("tossbill_language=en", "_ga=GA1.2.1", 'theme="dark"', "a=b=c", "empty=", "novalue")
# Python's own parser of cookies takes minutes for some of these.
SLOW = (
    'a="' + "\\a" * 2_000,
    'a="' + "\\" * 4_000,
    "a=" + ";" * 4_000,
    "a=b;" * 1_000,
    " " * 4_000,
)


@dataclass(frozen=True)
class CookieHeader:
    """A ``Cookie`` header; `whole` says whether it is read by a request to the whole app."""

    value: bytes
    whole: bool


def draw(rng: random.Random, site: Site) -> CookieHeader:
    """Draw a header: right, spoiled, signed for another, doubled, or among many others."""
    victim, customer = site.parties[VICTIM], site.parties[CUSTOMER]
    own, other = rng.sample([victim.cookie, customer.cookie, site.visitor], k=2)
    (one, who, signed), (other_one, other_who, other_signed) = own.split("."), other.split(".")
    value = rng.choice(
        (
            own,
            own,
            spoil.text(rng, own, (other,)),
            ".".join((one, who, other_signed)),
            ".".join((one, other_who, signed)),
            ".".join((other_one, who, signed)),
            f"{one}.{who}.{spoil.text(rng, signed)}",
            f'"{own}"',
            f"{one}.{who}.{signed}=",
            "".join(f"\\{ord(each):03o}" for each in own),
        )
    )
    name = NAME if rng.random() < 0.9 else spoil.text(rng, NAME)
    pairs = [f"{name}={value}", *rng.sample(OTHERS, k=rng.randint(0, 3))]
    if rng.random() < 0.15:
        pairs.append(f"{NAME}={spoil.text(rng, other, (own, other))}")
    if rng.random() < 0.15:
        pairs.append(rng.choice((*spoil.EVIL, *SLOW)))
    rng.shuffle(pairs)
    sent = spoil.header_value(rng.choice(["; ", "; ", "; ", ";", ", "]).join(pairs))
    if rng.random() < 0.1:
        sent = spoil.header_value(spoil.data(rng, sent).decode("latin-1"))
    return CookieHeader(sent, whole=rng.random() < 0.1)


async def attack(site: Site, sent: CookieHeader) -> str:
    """Read it with our functions, or request a file of one's own with it."""
    return await _request(site, sent) if sent.whole else _read(site, sent)


def _read(site: Site, sent: CookieHeader) -> str:
    """Read it as a page and as a websocket do."""
    began, text = time.thread_time(), sent.value.decode("latin-1")
    found = sessions.from_cookie_header(site.shop.rt.signer, text)
    wanted = language.choose(text, "", default="ko")
    used = time.thread_time() - began
    assert used <= MOST_SECONDS, f"{used:.1f} s of CPU"
    assert wanted in ("ko", "en")
    assert found is None or found in sealed_in(site, sent.value), found
    return "a session" if found else "none"


async def _request(site: Site, sent: CookieHeader) -> str:
    async with site.watched(NOBODY, stored=0, logged=4_096):
        answer = await site.send(Request(CSV_PATH, headers=((b"cookie", sent.value),)))
    assert answer.status == 200 or 400 <= answer.status < 500, answer.status
    lines = answer.text.splitlines()[1:] if answer.status == 200 else []
    allowed = {session.customer_id for session in sealed_in(site, sent.value)}
    for party in site.parties.values():
        assert party.order_id not in answer.text or party.customer_id in allowed, party
    return f"{answer.status} {'own lines' if lines else 'no lines'}"


def sealed_in(site: Site, header: bytes) -> list[Session]:
    """Return the sessions whose whole seal is in a header, character by character."""
    found: list[Session] = []
    for cookie in (*(party.cookie for party in site.parties.values()), site.visitor):
        if cookie.encode() in header:
            session_id, customer_id, _ = cookie.split(".")
            found.append(Session(id=session_id, customer_id=customer_id))
    return found


SURFACE = Surface("cookies", draw, attack, weight=25)
