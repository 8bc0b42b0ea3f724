"""Returns from Toss's window and our own redirects: nobody gets another's card, or leaves us."""

from __future__ import annotations

import random
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

import sqlalchemy as sa
from sqlmodel import col

from tests.attacks.inputs import spoil
from tests.attacks.inputs.asgi import HOST, Answer, Request
from tests.attacks.inputs.pages import check_page
from tests.attacks.inputs.site import CUSTOMER, NOBODY, VICTIM, VISITOR, Party, Site
from tests.attacks.inputs.surface import Surface
from tossbill_ui.audit.models import SecurityEvent
from tossbill_ui.customers import session as sessions
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.ui.registration import confirm_address

ORIGIN = f"http://{HOST}"
COOKIE = f"{sessions.COOKIE_NAME}=".encode()
MOST_STORED = 2_048
MOST_LOGGED = 4_096
NAMES = ("authKey", "customerKey", "registration", "token", "code", "message", "plan", "kind")
PATHS = ("/", "/subscription/", "/history/?topic=payment", "/register/?plan=basic", "/methods/#a")
CODES = ("PAY_PROCESS_CANCELED", "REJECT_CARD_COMPANY", "INVALID_CARD_NUMBER")


def returned(rng: random.Random, site: Site) -> Request:
    """Draw a return from the window: one party's, with values of the other or spoiled ones."""
    of, other = (site.parties[name] for name in rng.sample([VICTIM, CUSTOMER], k=2))
    valid = {
        "registration": of.registration_id,
        "token": of.token,
        "authKey": of.auth_key,
        "customerKey": of.customer_key,
    }
    wrong = rng.sample(sorted(valid), k=rng.choice([0, 1, 1, 2]))
    swapped = {
        "registration": other.registration_id,
        "token": other.token,
        "authKey": other.auth_key,
        "customerKey": other.customer_key,
    }
    given = valid | {name: swapped[name] for name in wrong}
    if rng.random() < 0.3:
        given |= {"code": rng.choice(CODES), "message": "카드사에서 거절했어요", "plan": "basic"}
    query = spoil.query(rng, given, NAMES, (*of.ids, *other.ids))
    path = rng.choice(["/success/", "/success/", "/fail/"])
    # With its own session and all values right it would be a return that really happened.
    callers = [NOBODY, VISITOR, _name_of(site, other)]
    return Request(f"{path}?{query}", caller=rng.choice(callers))


def _name_of(site: Site, party: Party) -> str:
    [name] = [name for name, each in site.parties.items() if each is party]
    return name


def moved(rng: random.Random, site: Site) -> Request:
    """Draw a request that redirects to the page that it names."""
    target = rng.choice(PATHS)
    target = target if rng.random() < 0.2 else spoil.text(rng, target, spoil.EVIL)
    path = rng.choice(["/session", "/language"])
    valid = {"next": target} | ({"to": "en"} if path == "/language" else {})
    query = spoil.query(rng, valid, ("next", "to"))
    raw = urlencode({"next": target}, quote_via=quote, errors="replace", safe="/\\@:")
    query = raw if rng.random() < 0.3 else query
    hosts = {"host": rng.choice([HOST, HOST, "evil.example", "127.0.0.1:3000", "[::1]:3000"])}
    caller = rng.choice([NOBODY, VISITOR, CUSTOMER])
    return Request(f"{path}?{query}", headers=spoil.headers(rng, hosts), caller=caller)


def draw(rng: random.Random, site: Site) -> Request:
    """Draw a return or a redirect."""
    return rng.choice([returned, returned, moved])(rng, site)


async def attack(site: Site, sent: Request) -> str:
    """Follow it: no key is issued, no row of others changes, and the next page is ours."""
    async with site.watched(sent.caller, stored=MOST_STORED, logged=MOST_LOGGED):
        before = await site.shop.rows(Registration)
        answer = await site.send(sent)
        if urlsplit(answer.header("location")).path == confirm_address.PATH:
            await check_question(site, sent, answer, before)
    if 300 <= answer.status < 400:
        check_location(site, answer)
    elif answer.status == 200:
        check_page(answer)
    else:
        assert 400 <= answer.status < 500, answer.status
    return str(answer.status)


async def check_question(
    site: Site, sent: Request, answer: Answer, before: Sequence[Registration]
) -> None:
    """Check that only a true return in another browser is asked about, and take it back.

    It waits there for a yes, which nobody gives: beside that, nothing may have changed.
    """
    [asked] = [row for row in await site.shop.rows(Registration) if row.status == "returned"]
    [party] = [each for each in site.parties.values() if each.registration_id == asked.id]
    query = dict(parse_qsl(urlsplit(sent.target).query, keep_blank_values=True))
    assert (query["token"], query["customerKey"]) == (party.token, party.customer_key)
    assert (asked.claimed_at, asked.customer_id) == (None, party.customer_id)
    given = [value for _, value in answer.headers if value.startswith(COOKIE)]
    assert all(site.cookie_of(sent.caller).encode() in value for value in given), given
    [row] = [each for each in before if each.id == asked.id]
    async with site.shop.rt.db.write() as db:
        of_it = col(Registration.id) == row.id
        await db.exec(sa.update(Registration).where(of_it).values(**row.model_dump()))
        is_of_it = col(SecurityEvent.kind) == "returned.elsewhere"
        await db.exec(sa.delete(SecurityEvent).where(is_of_it))


def check_location(site: Site, answer: Answer) -> None:
    """Check where a redirect leads, as a browser reads it, and what it carries."""
    location = answer.header("location")
    assert location, answer
    assert landing(location) == ORIGIN, location
    assert not any(ord(character) < 0x20 for character in location), location
    spent = [party.auth_key for party in site.parties.values() if party.auth_key in location]
    assert not spent or "next=" in location, "an authKey stays in the address"


def landing(location: str, base: str = f"{ORIGIN}/success/") -> str:
    """Return the origin that a browser goes to (URL standard: it drops tabs, turns backslashes)."""
    read = location.strip("".join(map(chr, range(0x21))))
    read = read.translate({ord(each): None for each in "\t\r\n"}).replace("\\", "/")
    scheme, host, *_ = urlsplit(urljoin(base, read))
    return f"{scheme}://{host}"


SURFACE = Surface("redirects", draw, attack, weight=17)
