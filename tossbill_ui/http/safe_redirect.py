"""Redirect targets that stay on our own origin."""

from __future__ import annotations

from starlette.requests import Request


def own_path(request: Request) -> str:
    """Return the path in the parameter ``next``, or ``/`` if it is not a path of ours.

    It is appended to our own origin, so it must not be able to change the host, as ``//evil``
    and ``@evil`` would.
    """
    path = request.query_params.get("next", "/")
    return path if path.startswith("/") and not path.startswith("//") else "/"
