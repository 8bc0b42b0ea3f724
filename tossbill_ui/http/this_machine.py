"""Tells requests of this machine from those of others that come through something on it.

Three ways lead a stranger here from a loopback address: a proxy on this machine, a page of another
site in a browser on this machine, and such a page whose host name resolves to this machine (DNS
rebinding). The first names another host or leaves a trace in the headers, the second is named by
the browser, the third names another host.
"""

from __future__ import annotations

import ipaddress
import re

from starlette.requests import Request

HOST = re.compile(r"(?:\[(?P<ipv6>[0-9a-fA-F:.]+)\]|(?P<name>[\w.-]+))(?::\d{1,5})?", re.ASCII)
# What proxies write, if not `X-Forwarded-For` itself.
OF_PROXIES = ("forwarded", "via", "x-real-ip", "x-forwarded-host", "x-forwarded-proto")
OWN_SITE = ("", "none", "same-origin")


def is_local(request: Request) -> bool:
    """Whether a program on this machine, or a page that was loaded by its name, sends a request."""
    client = request.client.host if request.client else ""
    return (
        is_loopback(client)
        and is_loopback(host_of(request))
        and not _was_forwarded(request)
        and request.headers.get("sec-fetch-site", "") in OWN_SITE
    )


def host_of(request: Request) -> str:
    """Return the host name that a request asks for; empty if it is missing, malformed or double.

    Not ``request.url``, which makes up for a bad ``Host`` header with the server's own address.
    """
    given = request.headers.getlist("host")
    found = HOST.fullmatch(given[0]) if len(given) == 1 else None
    return (found["ipv6"] or found["name"]).lower() if found else ""


def is_loopback(name: str) -> bool:
    """Whether a host name or address can only be this machine."""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _was_forwarded(request: Request) -> bool:
    """Whether a proxy sends a request for someone who may be elsewhere."""
    hops = ",".join(request.headers.getlist("x-forwarded-for"))
    if hops:
        return not all(is_loopback(hop.strip()) for hop in hops.split(","))
    return any(name in request.headers for name in OF_PROXIES)
