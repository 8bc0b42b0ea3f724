"""Callers: the unit that limits are counted for."""

from __future__ import annotations

import ipaddress

from starlette.types import Scope

UNKNOWN = "unknown"
# The smallest network that a provider gives to one household or one machine.
IPV6_PREFIX = 64


def address_of(scope: Scope) -> str:
    """Return the address of a request or a connection, behind trusted proxies the forwarded one."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else UNKNOWN


def caller_at(address: str) -> str:
    """Return the caller behind an address: it, its IPv4 address, or its IPv6 network of 64 bits."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, IPV6_PREFIX), strict=False))
    return str(ip)


def caller_of(scope: Scope) -> str:
    """Return the caller of a request or a connection."""
    return caller_at(address_of(scope))
