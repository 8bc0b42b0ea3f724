"""Lists of IP addresses and networks, as settings hold them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Addresses:
    """A list of addresses and networks; an empty one includes every address."""

    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read addresses and networks separated by commas, such as ``10.0.0.1, 10.1.0.0/16``.

        Raises:
            ValueError: One of them is neither.
        """
        names = (name.strip() for name in text.split(","))
        return cls(tuple(ipaddress.ip_network(name) for name in names if name))

    def include(self, address: str) -> bool:
        """Whether an address is one of these; an IPv4 one may be written as IPv6."""
        if not self.networks:
            return True
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        ip = getattr(ip, "ipv4_mapped", None) or ip
        return any(ip in network for network in self.networks)
