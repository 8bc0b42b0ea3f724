"""Serves the picture of the card that messengers show for a link to the shop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def picture_route(path: str, draw: Callable[[], bytes]) -> Route:
    """Return the route of a PNG that is drawn once, when it is first requested.

    Args:
        path: Its path.
        draw: Draws it; takes some tenths of a second.
    """
    drawn = cache(draw)

    async def picture(request: Request) -> Response:
        content = await asyncio.to_thread(drawn)
        headers = {"cache-control": "public, max-age=3600"}
        return Response(content, media_type="image/png", headers=headers)

    return Route(path, picture, methods=["GET"])
