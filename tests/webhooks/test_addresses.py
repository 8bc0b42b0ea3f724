"""Webhooks are taken only from the addresses that the shop lists."""

from __future__ import annotations

import pytest

from tossbill_ui.core.addresses import Addresses
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Settings

TOSS = "13.124.18.147,115.92.221.120/29, 2001:db8::/32"


@pytest.mark.parametrize(
    ("address", "is_listed"),
    [
        ("13.124.18.147", True),
        ("::ffff:13.124.18.147", True),
        ("115.92.221.126", True),
        ("2001:db8::7", True),
        ("13.124.18.148", False),
        ("::1", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_an_address_is_one_of_a_list(address: str, is_listed: bool) -> None:
    assert Addresses.from_text(TOSS).include(address) is is_listed
    assert Addresses.from_text("").include(address)


@pytest.mark.parametrize("text", ["toss.example", "13.124.18.0/8", "1.2.3", "1.2.3.4;5.6.7.8"])
def test_a_wrong_list_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="TOSSBILL_WEBHOOK_ADDRESSES is invalid"):
        Settings(tossbill_webhook_addresses=text)
