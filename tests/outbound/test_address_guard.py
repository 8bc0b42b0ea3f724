"""A webhook leads to no address that only this machine or its network could reach."""

from __future__ import annotations

import pytest

from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.core.settings import Mode
from tossbill_ui.outbound.address_guard import checked_url, may_call

PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:93.184.215.14", "64:ff9b::101:101"]
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]
# Private, link-local, metadata, CGNAT, unspecified, multicast, reserved, documentation, mapped
# into IPv6 in every way, site-local, 6to4, Teredo, and no address at all.
REFUSED = [
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.0.1"),
    *("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "100.64.0.1"),
    *(
        "0.0.0.0",  # noqa: S104 - refused here
        "0.1.2.3",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
    ),
    *("192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1"),
    *("::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "::10.0.0.1", "64:ff9b::a00:1"),
    *("64:ff9b:1::1", "2002:a00:1::", "2001:0:a00:1::", "2001:db8::1", "100::1"),
    *("", "shop.example", "127.1", "0x7f000001", "2130706433", "1.1.1.1 "),
]


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.TEST])
@pytest.mark.parametrize("address", [*REFUSED, *LOOPBACK])
def test_an_address_that_is_not_public_is_refused(address: str, mode: Mode) -> None:
    assert not may_call(address, scheme="https", mode=mode)


@pytest.mark.parametrize("address", REFUSED)
def test_the_sandbox_refuses_the_same_but_this_machine(address: str) -> None:
    assert not may_call(address, scheme="https", mode=Mode.SANDBOX)
    assert not may_call(address, scheme="http", mode=Mode.SANDBOX)


@pytest.mark.parametrize("address", LOOPBACK)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_sandbox_calls_this_machine(address: str, scheme: str) -> None:
    assert may_call(address, scheme=scheme, mode=Mode.SANDBOX)


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize("mode", list(Mode))
def test_a_public_address_is_called_with_tls_only(address: str, mode: Mode) -> None:
    assert may_call(address, scheme="https", mode=mode)
    assert not may_call(address, scheme="http", mode=mode)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://shop.example:8443/hook?key=1",
        "https://xn--9t4b11yi5a.example/",
        "https://93.184.215.14/hook",
        "https://[2606:4700::1111]/hook",
    ],
)
@pytest.mark.parametrize("mode", list(Mode))
def test_a_url_is_taken_as_it_is(url: str, mode: Mode) -> None:
    assert checked_url(url, mode) == url


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "shop.example",
            "ftp://shop.example",
            "javascript:alert(1)",
            "https://",
            "//shop.example",
        ),
        *(
            "https://kim:secret@shop.example/",
            "https://kim@shop.example/",
            "https://@shop.example/",
        ),
        *(
            "https://shop.example/#part",
            "https://shop.example\\@10.0.0.1/",
            "https://shop.example/ x",
        ),
        *(
            "https://shop.example:99999/",
            "https://shop.example:x/",
            "https://shop.example/\r\nHost: x",
        ),
        *("https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/"),
        *("https://[fe80::1]/", "https://0.0.0.0/", f"https://shop.example/{'x' * 500}"),
    ],
)
@pytest.mark.parametrize("mode", list(Mode))
def test_a_url_is_refused(url: str, mode: Mode) -> None:
    with pytest.raises(InvalidRequest):
        checked_url(url, mode)


@pytest.mark.parametrize(
    "url", ["http://shop.example/", "http://127.0.0.1:8000/", "https://[::1]/"]
)
def test_a_shop_with_keys_takes_https_to_public_addresses_only(url: str) -> None:
    with pytest.raises(InvalidRequest):
        checked_url(url, Mode.LIVE)
    assert checked_url(url, Mode.SANDBOX) == url
