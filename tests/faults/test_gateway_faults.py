"""Faults between the app and Toss: the whole app, over real HTTP.

Each customer meets one fault. For each fault, the tests check the page during the fault, the
outcome after it, and the billing keys at Toss (an outcome is refused, approved or unknown).
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

# The key was not issued / the key was issued and only the response is corrupted.
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
class Registration:
    """One registration through a fault.

    Attributes:
        customer: The customer.
        card: The card number entered.
        page: The first page after Toss's window, during the fault.
        issued: How many billing keys Toss had issued for it by then.
        address: The URL of the page.
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
def registrations(server: Server) -> Generator[dict[str, Registration]]:
    """One registration per fault, with its retry postponed; then all retries become due."""
    cases = [(kind, APPROVED) for kind in (*BEFORE, *AFTER, *SLOW)]
    made = {kind: register_through_fault(server, kind, card) for kind, card in cases}
    made["then refused"] = register_through_fault(server, "error_500_before", REFUSED_AT_ISSUE)
    server.control("DELETE", "faults")
    server.let_time_pass()
    yield made
    for registration in made.values():
        registration.customer.http.close()


def register_through_fault(server: Server, kind: str, card: str) -> Registration:
    customer = Customer(server.url)
    address = customer.through_window(customer.open_register(), card=card)
    issued = server.issued_at_toss()
    # It lasts until the page was loaded, however often the server has retried by then.
    server.faults({"endpoint": "issue", "kind": kind, "delay_ms": SLOW_MS})
    arrived = customer.http.get(address, follow_redirects=True).raise_for_status()
    if kind not in SLOW:
        customer.wait_for(str(arrived.url), "doubt")
        arrived = customer.http.get(arrived.url).raise_for_status()
    issued = server.issued_at_toss() - issued
    server.postpone_retries()
    return Registration(customer, card, unescape(arrived.text), issued, str(arrived.url))


@pytest.mark.parametrize("kind", [*BEFORE, *AFTER])
def test_corrupted_response_is_unresolved_and_then_settled(
    registrations: dict[str, Registration], kind: str
) -> None:
    registration = registrations[kind]

    assert view_of(registration.page) == "doubt"
    assert all(
        sentence in registration.page
        for sentence in registration_text.DOUBT_BODY.card.ko.splitlines()
    )
    assert registration.issued == (kind in AFTER)
    registration.customer.wait_for(registration.address, "issued")


@pytest.mark.parametrize("kind", SLOW)
def test_slow_response_is_awaited(registrations: dict[str, Registration], kind: str) -> None:
    registration = registrations[kind]

    assert view_of(registration.page) == "working"
    assert all(
        sentence in registration.page for sentence in registration_text.WORKING_BODY.ko.splitlines()
    )
    registration.customer.wait_for(registration.address, "issued")


def test_unresolved_registration_can_end_in_a_refusal(
    registrations: dict[str, Registration],
) -> None:
    registration = registrations["then refused"]

    assert view_of(registration.page) == "doubt"
    registration.customer.wait_for(registration.address, "failed")
    page = unescape(registration.customer.http.get(registration.address).text)
    assert explain("INVALID_REJECT_CARD") in page
    assert "INVALID_REJECT_CARD" in page


def test_toss_has_the_same_billing_keys_afterwards(
    registrations: dict[str, Registration], server: Server
) -> None:
    for registration in registrations.values():
        registration.customer.wait_for(
            registration.address, "issued" if registration.card == APPROVED else "failed"
        )

    server.assert_ledgers_agree()


@pytest.mark.parametrize("kind", [*BEFORE, *AFTER, *SLOW])
def test_card_form_asks_again_and_registers_one_card(form_server: Server, kind: str) -> None:
    """The same faults between the app and Toss, with a card from our own form."""
    before = form_server.issued_at_toss()
    form_server.faults({"endpoint": "issue", "kind": kind, "count": 1, "delay_ms": SLOW_MS})
    with Customer(form_server.url) as customer:
        result = customer.register_by_form()
        seen = customer.arrive(result)
        customer.wait_for(result, "issued")
    form_server.control("DELETE", "faults")

    assert seen in ("working", "doubt", "issued")
    assert form_server.issued_at_toss() == before + 1
    form_server.assert_ledgers_agree()


def test_customer_cannot_restart_an_unresolved_registration(server: Server) -> None:
    with Customer(server.url) as customer:
        address = customer.through_window(customer.open_register())
        server.faults({"endpoint": "issue", "kind": "error_500_before"})
        customer.wait_for(address, "doubt")
        server.postpone_retries()

        page = unescape(customer.http.get("/register/").text)

        assert 'data-testid="registration-under-way"' in page
        assert registration_text.REGISTER_UNDER_WAY.ko in page
        server.control("DELETE", "faults")
        server.let_time_pass()
        customer.wait_for(address, "issued")
    server.assert_ledgers_agree()
