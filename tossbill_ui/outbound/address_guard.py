"""Which addresses the shop's webhooks may be sent to: none that only this machine could reach.

A URL comes from whoever holds an API key, so it must not lead into our own network (SSRF).
"""

from __future__ import annotations

import ipaddress

import httpx

from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.core.origins import URL
from tossbill_ui.core.settings import Mode
from tossbill_ui.outbound.models import URL_LENGTH

# Metadata services of clouds (Azure, Oracle) that Python counts as global; the others are in
# private ranges.
METADATA = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24")))
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# IPv6 addresses that stand for an IPv4 one, in their last 32 bits.
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked_url(text: str, mode: Mode) -> str:
    """Return the URL of an endpoint.

    Its host is not resolved here: what a name means is checked whenever something is sent.

    Raises:
        InvalidRequest: It is no URL, holds a user or a password, or leads where none may lead.
    """
    if len(text) > URL_LENGTH or not URL.fullmatch(text):
        raise InvalidRequest("The URL must be of the form https://shop.example/webhooks.")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise InvalidRequest("The URL is not valid.") from None
    if url.userinfo or "@" in text.partition("://")[2].partition("/")[0] or url.fragment:
        raise InvalidRequest("The URL must hold no user, no password and no fragment.")
    if url.port is not None and not 0 < url.port < 65536:
        raise InvalidRequest("The URL's port is not valid.")
    if url.scheme != "https" and mode is not Mode.SANDBOX:
        raise InvalidRequest("The URL must begin with https://.")
    if (literal := _literal(url.host)) and not may_call(literal, scheme=url.scheme, mode=mode):
        raise InvalidRequest("The URL leads to an address that is not public.")
    return text


def may_call(address: str, *, scheme: str, mode: Mode) -> bool:
    """Whether a request may be sent to an IP address.

    Outside the sandbox it must be public, and use TLS. The sandbox may also call this machine.

    Args:
        address: Any text; what is no IP address may not be called.
        scheme: ``https`` or ``http``.
        mode: The mode of the settings.
    """
    try:
        ip = _plain(ipaddress.ip_address(address))
    except ValueError:
        return False
    if mode is Mode.SANDBOX and ip.is_loopback:
        return True
    return scheme == "https" and _is_public(ip)


def _plain(ip: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip


def _is_public(ip: Address) -> bool:
    # Python counts multicast as global, and an IPv6 address that is reserved.
    if ip.is_multicast or not ip.is_global or any(ip in network for network in METADATA):
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return True
    # 6to4 and Teredo lead to an IPv4 address that nobody has checked.
    return ip in GLOBAL_UNICAST and ip.sixtofour is None and ip.teredo is None


def _literal(host: str) -> str | None:
    """Return a host that is an IP address; None for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None
