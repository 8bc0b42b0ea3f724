"""Addresses of pages and files: whoever asks sees their own lines, on a page that works."""

from __future__ import annotations

import random

from tests.attacks.inputs import spoil
from tests.attacks.inputs.asgi import Request
from tests.attacks.inputs.pages import check_nothing_of, check_page
from tests.attacks.inputs.redirects import check_location
from tests.attacks.inputs.site import CUSTOMER, NOBODY, VICTIM, VISITOR, Site
from tests.attacks.inputs.surface import Surface
from tossbill_ui.ui.history.view import CSV_PATH, PAPER_PATH
from tossbill_ui.ui.shared.panel_address import PanelName

MOST_STORED = 2_048  # a visitor's registration
MOST_LOGGED = 4_096
HISTORY = ("/history/", CSV_PATH, CSV_PATH, CSV_PATH, PAPER_PATH)
FILTERS = ("topic", "period", "since_on", "until_on", "subscription")
REGISTER = ("plan", "method", "subscription", "kind", "change", "cookies", "registration")
PANEL = ("panel", "subscription", "plan")
RESULT = ("registration", "problem", "code", "message", "plan", "kind")


def draw(rng: random.Random, site: Site) -> Request:
    """Draw an address: valid for one of two customers, then spoiled."""
    of = site.parties[rng.choice([VICTIM, CUSTOMER])]
    days = {"since_on": "2026-11-01", "until_on": "2026-12-01"}
    kinds: list[tuple[tuple[str, ...], dict[str, str], tuple[str, ...]]] = [
        (
            HISTORY,
            {"topic": "payment", "period": "days", "subscription": of.subscription_id, **days},
            FILTERS,
        ),
        (HISTORY, {"period": rng.choice(["2026", "2026-11", "all"]), "topic": "card"}, FILTERS),
        (("/register/",), {"plan": "pro", "method": of.method_id}, REGISTER),
        (("/register/",), {"subscription": of.subscription_id}, REGISTER),
        (
            ("/subscription/",),
            {
                "panel": rng.choice(list(PanelName)).value,
                "subscription": of.subscription_id,
                "plan": "pro",
            },
            PANEL,
        ),
        (("/success/", "/fail/"), {"registration": of.registration_id, "plan": "basic"}, RESULT),
        (("/", "/methods/"), {"kind": "card"}, RESULT),
    ]
    paths, valid, names = rng.choice([kinds[0], kinds[0], *kinds])
    swaps = (*site.parties[VICTIM].ids, *site.parties[CUSTOMER].ids)
    query = spoil.query(rng, valid, names, swaps)
    language = {"accept-language": rng.choice(["ko", "en", "fr;q=0.1,en;q=x", "*"])}
    caller = rng.choice([CUSTOMER, CUSTOMER, VISITOR, NOBODY])
    return Request(f"{rng.choice(paths)}?{query}", "GET", spoil.headers(rng, language), b"", caller)


async def attack(site: Site, sent: Request) -> str:
    """Open it."""
    async with site.watched(sent.caller, stored=MOST_STORED, logged=MOST_LOGGED):
        answer = await site.send(sent)
    assert answer.status in (200, 303) or 400 <= answer.status < 500, answer.status
    check_nothing_of(site.parties[VICTIM], answer.body.decode(), [sent.target])
    if answer.status == 303:
        check_location(site, answer)
    elif answer.status == 200 and sent.target.startswith(CSV_PATH):
        await _check_lines(site, sent, answer.text)
    elif answer.status == 200:
        check_page(answer)
    return f"{sent.target.partition('?')[0]} {answer.status}"


async def _check_lines(site: Site, sent: Request, shown: str) -> None:
    """Check that the lines are some of the caller's own, in their order."""
    every = await site.send(Request(CSV_PATH, headers=sent.headers, caller=sent.caller))
    lines = iter(every.text.splitlines())
    assert all(line in lines for line in shown.splitlines()), shown
    if sent.caller != CUSTOMER:
        assert len(shown.splitlines()) == 1, shown


SURFACE = Surface("filters", draw, attack, weight=8)
