"""The card that messengers show for a link to the shop: title, description and picture.

The picture is drawn here, in the shop's color: messengers take no SVG, and the shop's logo may be
one. It shows the receipt of our icon (``assets/favicon.svg``).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise

from tossbill_ui.core.settings import Settings
from tossbill_ui.ui.shared.colors import brand_colors
from tossbill_ui.ui.shared.text import frame

PICTURE_PATH = "/brand/card.png"
WIDTH, HEIGHT = 1200, 630
# The icon has 32 units a side.
UNITS, PIXELS_A_UNIT = 32, 14
LEFT, TOP = (WIDTH - UNITS * PIXELS_A_UNIT) // 2, (HEIGHT - UNITS * PIXELS_A_UNIT) // 2
PAPER = (7, 25, 4, 28)
TEETH, TOOTH = 4.5, 3
CHECK = ((12, 14.5), (15, 17.5), (20.5, 12))
PEN = 1.5
# Each pixel is sampled at four points, so its color is one of five between ground and ink.
SAMPLES = [(x, y) for x in (0.25, 0.75) for y in (0.25, 0.75)]


def share_slots(settings: Settings, title: str) -> dict[str, str]:
    """Return the slots of the card, in the language of the page."""
    brand = settings.tossbill_brand_name
    return {
        "share_title": f"{title} · {brand}",
        "share_description": frame.SHARE(brand=brand),
        "share_picture": f"{settings.public_url}{PICTURE_PATH}",
        "share_site": brand,
    }


def share_picture(color: str) -> bytes:
    """Return the picture for a brand color ``#rrggbb``, as a PNG."""
    colors = brand_colors(color)
    rows = b"".join(b"\x00" + _row(y) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    palette = bytes(_between(colors["--brand"], colors["--on-brand"]))
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _between(ground: str, ink: str) -> Iterator[int]:
    """Yield the palette: from the ground's color to the ink's, in as many steps as samples."""
    for step in range(len(SAMPLES) + 1):
        for at in (1, 3, 5):
            first, last = int(ground[at : at + 2], 16), int(ink[at : at + 2], 16)
            yield first + round((last - first) * step / len(SAMPLES))


def _row(y: int) -> bytes:
    """Return the number of samples in the ink for each pixel of a line."""
    left, right, top, bottom = (side * PIXELS_A_UNIT for side in PAPER)
    if not top <= y - TOP < bottom:
        return bytes(WIDTH)
    ink = bytes(_samples(x, y - TOP) for x in range(left, right))
    return bytes(LEFT + left) + ink + bytes(WIDTH - LEFT - right)


def _samples(x: int, y: int) -> int:
    return sum(_is_ink((x + dx) / PIXELS_A_UNIT, (y + dy) / PIXELS_A_UNIT) for dx, dy in SAMPLES)


def _is_ink(x: float, y: float) -> bool:
    # The lower edge is torn: it rises and falls by one tooth.
    across = abs((x - PAPER[0]) / TEETH % 2 - 1)
    return y <= PAPER[3] - TOOTH * (1 - across) and not _is_on_check(x, y)


def _is_on_check(x: float, y: float) -> bool:
    if not CHECK[2][1] - PEN <= y <= CHECK[1][1] + PEN:
        return False
    return any(_distance(x, y, *start, *end) <= PEN for start, end in pairwise(CHECK))


def _distance(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Return the distance of a point from a line between two points."""
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    along = max(0.0, min(1.0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length))
    return ((x - x0 - along * (x1 - x0)) ** 2 + (y - y0 - along * (y1 - y0)) ** 2) ** 0.5
