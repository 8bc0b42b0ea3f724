"""What goes wrong between the app and Toss: the whole app, over real HTTP.

Every customer meets one fault. What they see, what is settled once the fault is over, and what
Toss holds afterwards is looked at fault by fault (design rule: refused, approved or unknown).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from html import unescape

import pytest

from tests.support.customer import APPROVED, REFUSED_AT_ISSUE, Customer, view_of
from tests.support.server import Server
from tossbill_ui.ui.registration import text as registration_text
from tossbill_ui.ui.shared.text.failures import explain

# Nothing was issued yet / the key is issued and only its answer is spoiled.
BEFORE = ("reset_before", "error_500_before", "conflict_409")
AFTER = (
    "reset_after",
    "error_500_after",
    "html",
    "bad_json",
    "wrong_shape",
    "huge_body",
    "wrong_customer_key",
)
SLOW = ("delay_before", "delay_after", "slow_drip")
SLOW_MS = 2_000


@dataclass
class Trip:
    """One registration through a fault.

    Attributes:
        customer: Whose it is.
        card: The number that was typed.
        page: The first page after Toss's window, while the fault lasts.
        issued: How many billing keys Toss had issued for it by then.
        address: Where the page is.
    """

    customer: Customer
    card: str
    page: str
    issued: int
    address: str


@pytest.fixture(autouse=True)
def no_fault_outlives_its_test(server: Server) -> Generator[None]:
    yield
    server.control("DELETE", "faults")


@pytest.fixture(scope="module")
def trips(server: Server) -> Generator[dict[str, Trip]]:
    """Every fault, each met once, with its repeat not yet due; then all repeats become due."""
    cases = [(kind, APPROVED) for kind in (*BEFORE, *AFTER, *SLOW)]
    made = {kind: travel(server, kind, card) for kind, card in cases}
    made["then refused"] = travel(server, "error_500_before", REFUSED_AT_ISSUE)
    server.control("DELETE", "faults")
    server.let_time_pass()
    yield made
    for trip in made.values():
        trip.customer.http.close()


def travel(server: Server, kind: str, card: str) -> Trip:
    customer = Customer(server.url)
    address = customer.through_window(customer.open_register(), card=card)
    issued = server.issued_at_toss()
    # It lasts until the page was seen, however often the busy server has asked again by then.
    server.faults({"endpoint": "issue", "kind": kind, "delay_ms": SLOW_MS})
    arrived = customer.http.get(address, follow_redirects=True).raise_for_status()
    if kind not in SLOW:
        customer.wait_for(str(arrived.url), "doubt")
        arrived = customer.http.get(arrived.url).raise_for_status()
    issued = server.issued_at_toss() - issued
    server.hold_repeats()
    return Trip(customer, card, unescape(arrived.text), issued, str(arrived.url))


@pytest.mark.parametrize("kind", [*BEFORE, *AFTER])
def test_a_spoiled_answer_is_in_doubt_and_then_settled(trips: dict[str, Trip], kind: str) -> None:
    trip = trips[kind]

    assert view_of(trip.page) == "doubt"
    assert all(
        sentence in trip.page for sentence in registration_text.DOUBT_BODY.card.ko.splitlines()
    )
    assert trip.issued == (kind in AFTER)
    trip.customer.wait_for(trip.address, "issued")


@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_answer_is_waited_for(trips: dict[str, Trip], kind: str) -> None:
    trip = trips[kind]

    assert view_of(trip.page) == "working"
    assert all(sentence in trip.page for sentence in registration_text.WORKING_BODY.ko.splitlines())
    trip.customer.wait_for(trip.address, "issued")


def test_doubt_can_end_in_a_refusal(trips: dict[str, Trip]) -> None:
    trip = trips["then refused"]

    assert view_of(trip.page) == "doubt"
    trip.customer.wait_for(trip.address, "failed")
    page = unescape(trip.customer.http.get(trip.address).text)
    assert explain("INVALID_REJECT_CARD") in page
    assert "INVALID_REJECT_CARD" in page


def test_afterwards_toss_holds_what_we_hold(trips: dict[str, Trip], server: Server) -> None:
    for trip in trips.values():
        trip.customer.wait_for(trip.address, "issued" if trip.card == APPROVED else "failed")

    server.assert_ledgers_agree()


def test_in_doubt_the_customer_cannot_begin_again(server: Server) -> None:
    with Customer(server.url) as customer:
        address = customer.through_window(customer.open_register())
        server.faults({"endpoint": "issue", "kind": "error_500_before"})
        customer.wait_for(address, "doubt")
        server.hold_repeats()

        page = unescape(customer.http.get("/register/").text)

        assert 'data-testid="registration-under-way"' in page
        assert registration_text.REGISTER_UNDER_WAY.ko in page
        server.control("DELETE", "faults")
        server.let_time_pass()
        customer.wait_for(address, "issued")
    server.assert_ledgers_agree()
