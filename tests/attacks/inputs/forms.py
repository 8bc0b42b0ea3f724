"""Our own card form: one key a registration at most, and what was typed is in no place."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tests.attacks.inputs import spoil
from tests.attacks.inputs.asgi import Answer, Request
from tests.attacks.inputs.redirects import ORIGIN, check_location
from tests.attacks.inputs.site import CUSTOMER, NOBODY, VICTIM, VISITOR, Site
from tests.attacks.inputs.surface import Surface
from tests.support.customer import REFUSED_AT_ISSUE, TYPED
from tossbill_ui.payment_methods import registration
from tossbill_ui.ui.registration import card_view

# A registered card with its registration and event.
MOST_STORED = 4_096
MOST_LOGGED = 4_096
# The registration that the customer's page has just begun: its id differs from run to run.
ID, TOKEN = "REGISTRATIONID", "REGISTRATIONTOKEN"
# No other number looks like these.
NUMBERS, BIRTH = ("5417936482715903", REFUSED_AT_ISSUE), "8706134152"
PLANTED = (*NUMBERS, BIRTH)
FORM_TYPE = "application/x-www-form-urlencoded"
OTHER_TYPES = ("text/plain", "application/json", f"{FORM_TYPE}; charset=utf-16", "")
OTHER_ORIGINS = ("null", "https://evil.example", f"{ORIGIN}.evil.example", f"{ORIGIN}/", "")
OTHER_SITES = ("cross-site", "same-site", "none", "")


@dataclass(frozen=True)
class Sent:
    """A post, and how often it is sent at once."""

    request: Request
    times: int


def draw(rng: random.Random, site: Site) -> Sent:
    """Draw a post: a customer's own, or with another's registration, and mostly spoiled."""
    victim, customer = site.parties[VICTIM], site.parties[CUSTOMER]
    typed = {"number": rng.choice(NUMBERS), "birth": BIRTH, "plan": "basic"}
    fields = {"registration": ID, "token": TOKEN, "subscription": ""} | TYPED | typed
    if rng.random() < 0.3:
        stolen = {"registration": victim.registration_id, "token": victim.token}
        fields |= dict(rng.sample(sorted(stolen.items()), k=rng.choice([1, 2])))
    swaps = (*victim.ids, *customer.ids, *PLANTED)
    body = spoil.query(rng, fields, tuple(fields), swaps) if rng.random() < 0.6 else _plain(fields)
    raw = body.encode() if rng.random() < 0.95 else spoil.data(rng, body.encode())
    caller = rng.choice([CUSTOMER, CUSTOMER, CUSTOMER, VISITOR, NOBODY])
    request = Request(card_view.PATH, "POST", _headers(rng), raw, caller)
    return Sent(request, rng.choice([1, 1, 1, 2, 3]))


def _plain(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in fields.items())


def _headers(rng: random.Random) -> tuple[tuple[bytes, bytes], ...]:
    ours = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "content-type": FORM_TYPE}
    others = {"origin": OTHER_ORIGINS, "sec-fetch-site": OTHER_SITES, "content-type": OTHER_TYPES}
    if rng.random() < 0.2:
        name = rng.choice(list(ours))
        ours[name] = rng.choice(others[name])
    sent = tuple((name.encode(), value.encode()) for name, value in ours.items() if value)
    return spoil.headers(rng, ours) if rng.random() < 0.1 else sent


async def attack(site: Site, sent: Sent) -> str:
    """Send it: rows of others stay, at most one key is issued, and no digit is to be found."""
    call = await registration.start(site.shop.rt, site.parties[CUSTOMER].session)
    site.guard.take()
    keys = site.toss.issued(CUSTOMER)
    body = sent.request.body.replace(ID.encode(), call.registration_id.encode())
    body = body.replace(TOKEN.encode(), call.token.encode())
    request = Request(card_view.PATH, "POST", sent.request.headers, body, sent.request.caller)
    async with site.watched(sent.request.caller, stored=MOST_STORED, logged=MOST_LOGGED):
        answers = await asyncio.gather(*(site.send(request) for _ in range(sent.times)))
        _check_log(site)
    _check_keys(site, call.registration_id, site.toss.issued(CUSTOMER) - keys)
    _check_files(site)
    [outcome] = {check_answer(site, request, answer) for answer in answers}
    return outcome


def _check_log(site: Site) -> None:
    written = [line for line in site.log.lines if any(digits in line for digits in PLANTED)]
    assert not written, "digits are logged"


def _check_files(site: Site) -> None:
    """Check our database and the sandbox's, with what is not yet in the main file."""
    for file in site.folder.iterdir():
        if file.is_file():
            content = file.read_bytes()
            assert not [each for each in PLANTED if each.encode() in content], file.name


def _check_keys(site: Site, registration_id: str, issued: int) -> None:
    query = "SELECT count(*) FROM payment_method WHERE registration_id = ?"
    [(here,)] = site.guard.rows(query, registration_id)
    assert issued == here <= 1, f"{issued} keys at Toss, {here} here"


def check_answer(site: Site, sent: Request, answer: Answer) -> str:
    """Check where an answer leads; return it without ids."""
    told = answer.text + repr(answer.headers)
    assert not [digits for digits in PLANTED if digits in told], "digits are told"
    assert not answer.header("set-cookie"), "another session"
    if answer.status != 303:
        assert 400 <= answer.status < 500, answer.status
        return str(answer.status)
    location = answer.header("location")
    check_location(site, answer)
    path, query = urlsplit(location).path, parse_qs(urlsplit(location).query)
    if "registration" in query:
        assert sent.caller == CUSTOMER, f"taken from a {sent.caller}"
        origins = [value for name, value in sent.headers if name == b"origin"]
        assert origins[:1] == [ORIGIN.encode()], f"taken from {origins}"
        return "taken"
    return query["problem"][0] if "problem" in query else path


SURFACE = Surface("forms", draw, attack, weight=6)
