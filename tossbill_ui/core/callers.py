"""Callers: the unit that limits are counted for."""

from __future__ import annotations

import ipaddress

UNKNOWN = "unknown"
# The smallest network that a provider gives to one household or one machine.
IPV6_PREFIX = 64


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
