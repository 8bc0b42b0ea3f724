"""Where to go on after a detour over one of our routes."""

from __future__ import annotations

from starlette.requests import Request


def own_path(request: Request) -> str:
    """Return the path of ours that ``next`` names, else the first page.

    It is appended to our own origin, so it must not be able to change the host: ``//evil``,
    ``@evil``.
    """
    path = request.query_params.get("next", "/")
    return path if path.startswith("/") and not path.startswith("//") else "/"
