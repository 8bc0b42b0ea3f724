"""The card that messengers show for a link to the shop."""

from __future__ import annotations

import struct
import zlib

import pytest

from tossbill_ui.core.settings import Settings
from tossbill_ui.http.template import SHARE_CARD, Template
from tossbill_ui.prerender import Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.first_paint import PAINTS, first_paints
from tossbill_ui.ui.shared.share_card import HEIGHT, WIDTH, share_picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(picture: bytes) -> dict[bytes, bytes]:
    """Return the content of each chunk of a PNG, whose checksums are right."""
    assert picture.startswith(SIGNATURE)
    found, at = dict[bytes, bytes](), len(SIGNATURE)
    while at < len(picture):
        [length] = struct.unpack(">I", picture[at : at + 4])
        name, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        [checksum] = struct.unpack(">I", picture[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(name + data)
        found[name], at = data, at + 12 + length
    return found


@pytest.mark.parametrize(("brand", "ink"), [("#0B6B57", "ffffff"), ("#FFE100", "000000")])
def test_picture_has_the_colors_of_the_brand(brand: str, ink: str) -> None:
    found = chunks(share_picture(brand))
    rows = zlib.decompress(found[b"IDAT"])

    assert struct.unpack(">II", found[b"IHDR"][:8]) == (WIDTH, HEIGHT)
    assert found[b"PLTE"][:3] == bytes.fromhex(brand[1:])
    assert found[b"PLTE"][-3:] == bytes.fromhex(ink)
    assert len(rows) == HEIGHT * (WIDTH + 1)
    assert (rows[1], rows[HEIGHT // 2 * (WIDTH + 1) + WIDTH // 2 - 100]) == (0, 4)


@pytest.mark.parametrize("path", PAINTS)
async def test_every_page_names_the_shop_and_the_absolute_address_of_the_picture(
    rt: Runtime, path: str
) -> None:
    settings = Settings(
        tossbill_brand_name='Book & "Co"', tossbill_public_url="https://pay.example/"
    )
    template = Template("<html lang='ko'><head><title>x</title></head><body></body></html>")

    painted = await first_paints(settings)[path](rt, Visit(session=None, query={}))
    page = template.fill(getattr(painted, "slots", {}))

    assert 'content="https://pay.example/brand/card.png"' in page
    assert "· Book &amp; &quot;Co&quot;" in page
    assert 'content=""' not in page


def test_card_stands_at_the_end_of_the_head() -> None:
    page = Template("<html lang='ko'><head><title>x</title></head><body></body></html>").fill({})

    assert SHARE_CARD.count("og:") == 4
    assert page.index("og:title") < page.index("</head>")
