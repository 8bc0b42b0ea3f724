"""Pure functions: personas, masks, URLs."""

import pytest

from tossbill_sandbox.cards.personas import ISSUERS, PERSONAS, Persona, describe, is_plausible, mask
from tossbill_sandbox.errors import ERRORS, WINDOW_MESSAGES
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.urls import is_absolute_http, with_parameters


def luhn_holds(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_luhn_check_accepts_a_known_number() -> None:
    assert luhn_holds("4111111111111111")


@pytest.mark.parametrize(
    "persona", PERSONAS.values(), ids=[persona.name for persona in PERSONAS.values()]
)
def test_personas_number_cannot_be_a_real_card(persona: Persona) -> None:
    assert is_plausible(persona.number)
    assert not luhn_holds(persona.number)
    assert persona.number.startswith("940000" + persona.issuer_code)
    assert persona.issuer_code in ISSUERS
    assert (persona.window_code or "REJECT_CARD_COMPANY") in WINDOW_MESSAGES
    assert (persona.issue_code or "INVALID_REJECT_CARD") in ERRORS


@pytest.mark.parametrize(
    ("number", "issuer", "acquirer"),
    [
        ("4330123412341234", "61", "31"),
        ("9410001234567890", "21", "21"),
        ("4906251234123456", "31", "31"),
        ("5555660000001111", "51", "51"),
    ],
)
def test_issuer_is_derived_from_the_first_six_digits(
    number: str, issuer: str, acquirer: str
) -> None:
    card = describe(number, is_business=False)

    assert (card.issuer_code, card.acquirer_code) == (issuer, acquirer)
    assert card == describe(number, is_business=False)


def test_mask_matches_tosss() -> None:
    assert mask("4330123412341231") == "43301234****123*"
    assert mask("433012341234123") == "43301234***412*"


def test_every_code_in_a_switch_has_a_message() -> None:
    codes = [
        value for name in Switches.__slots__ if isinstance(value := getattr(Switches(), name), str)
    ]

    assert codes
    assert set(codes) <= {*ERRORS, *WINDOW_MESSAGES}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://s/ok", "http://s/ok?k=a%3D%26b"),
        ("http://s/ok?", "http://s/ok?k=a%3D%26b"),
        ("http://s/ok?x=1&y=%20", "http://s/ok?x=1&y=%20&k=a%3D%26b"),
        ("http://s/ok?k=forged&x=1", "http://s/ok?x=1&k=a%3D%26b"),
        ("http://s/ok?%6B=forged", "http://s/ok?k=a%3D%26b"),
        ("http://s/ok#top", "http://s/ok?k=a%3D%26b#top"),
        ("http://s:3000/가?나=다", "http://s:3000/가?나=다&k=a%3D%26b"),
    ],
)
def test_parameters_are_merged(url: str, expected: str) -> None:
    assert with_parameters(url, {"k": "a=&b"}) == expected


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("http://localhost:3000/success/", True),
        ("https://shop.test", True),
        ("http://[::1]:3000/", True),
        ("ftp://shop.test", False),
        ("http:shop.test", False),
        ("http://shop.test\\@evil.test/", False),
        ("", False),
    ],
)
def test_absolute_http_urls(url: str, is_one: bool) -> None:
    assert is_absolute_http(url) is is_one
