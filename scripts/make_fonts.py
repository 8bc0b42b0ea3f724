"""Subset Pretendard Variable into the files that pages load, and write their CSS rules.

Pages nearly always need some 450 syllables, and occasionally 2,350. So there is one small file with
Latin, digits and common syllables, and a few larger ones that a browser fetches only for a rare
syllable in a shop's name or in one of Toss's messages. Pretendard's license reserves its name, so
the subset is called Tossbill Sans.

The font tools are not dependencies of the project. In a separate folder::

    npm pack pretendard@1.3.9 && tar xzf pretendard-1.3.9.tgz
    python3 -m venv tools && tools/bin/pip install fonttools==4.68.0 brotli==1.2.1
    tools/bin/python <project>/scripts/make_fonts.py package
"""

# pyright: basic, reportMissingImports=false
# The font tools are not installed where types are checked.

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "assets" / "fonts"
RULES = ROOT / "assets" / "styles" / "fonts.css"
# The sandbox shares no files with the app: it is a package of its own.
SANDBOX = ROOT / "tossbill_sandbox" / "static"
SOURCE = "dist/public/variable/PretendardVariable.ttf"
FREQUENT = "dist/web/variable/pretendardvariable-dynamic-subset.css"

WEIGHTS = (400, 700)
FEATURES = ["kern", "mark", "ccmp", "locl", "tnum", "case"]
# Latin, Latin-1, and the symbols in the texts: dashes, quotes, bullets, ellipsis, arrows, won.
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2010, 0x2028)}
SIGNS = {ord(sign) for sign in "₩←↑→↓−⋯、。「」『』【】ㆍ"}
HANGUL = range(0xAC00, 0xD7A4)
COMMON_SYLLABLES = 450
# Boundaries of the other files: ranges without gaps keep the rules short.
CUTS = (0xAC00, 0xB300, 0xBC00, 0xC560, 0xD7A4)

FAMILY = "Tossbill Sans"
HEAD = "/* Written by scripts/make_fonts.py from Pretendard: assets/fonts/LICENSE.txt */\n"
# Under public/, where Reflex copies assets, so that Vite adds a hash to the file name.
PUBLIC = "../../public/fonts/"
RULE = """@font-face {{
  font-family: "{family}";
  font-weight: {weights};
  font-display: swap;
  src: url("{public}{name}") format("woff2");
  unicode-range: {ranges};
}}
"""
FALLBACK = """/* {local}, drawn at the size at which its syllables are as wide as ours. */
@font-face {{
  font-family: "{family} Fallback";
  src: local("Noto Sans CJK KR"), local("NotoSansCJKkr-Regular"), local("Noto Sans KR");
  size-adjust: {size};
  ascent-override: {ascent};
  descent-override: {descent};
  line-gap-override: 0%;
}}
"""
NOTO_SYLLABLE = 0.92


def main(package: Path) -> None:
    """Write the font files, the license and the rules."""
    font = instantiateVariableFont(TTFont(package / SOURCE), {"wght": WEIGHTS})
    common = _common(package)
    FONTS.mkdir(parents=True, exist_ok=True)
    RULES.parent.mkdir(parents=True, exist_ok=True)
    for old in FONTS.glob("*.woff2"):
        old.unlink()
    rules = [HEAD, _fallback(font)]
    for start, end in pairwise(CUTS):
        points = [p for p in range(start, end) if p not in common and _is_used(p)]
        name = f"sans-{start:x}.woff2"
        _write(font, points, FONTS / name)
        rules.append(_rule(name, f"U+{start:X}-{end - 1:X}"))
    # The last rule that covers a character wins, so common ones are never loaded from the others.
    core = sorted({*LATIN, *SIGNS, *common} & set(font.getBestCmap()))
    _write(font, core, FONTS / "sans.woff2")
    rules.append(_rule("sans.woff2", ", ".join(_ranges(core))))
    RULES.write_text("\n".join(rules))
    (FONTS / "LICENSE.txt").write_bytes((package / "dist" / "LICENSE.txt").read_bytes())
    copy_to_sandbox()


def copy_to_sandbox() -> None:
    """Copy the files and the rules to the sandbox, with URLs relative to its own style sheets."""
    shutil.copytree(FONTS, SANDBOX / "fonts", dirs_exist_ok=True)
    rules = RULES.read_text().replace(PUBLIC, "fonts/").replace("assets/fonts", "fonts")
    (SANDBOX / "fonts.css").write_text(rules)


def _common(package: Path) -> set[int]:
    texts = (ROOT / "tossbill_ui" / "ui").rglob("*.py")
    common = {ord(letter) for text in texts for letter in text.read_text() if ord(letter) in HANGUL}
    for point in _by_frequency((package / FREQUENT).read_text()):
        if len(common) >= COMMON_SYLLABLES:
            break
        common.add(point)
    return common


def _by_frequency(css: str) -> Iterator[int]:
    """Yield syllables, most common first: the package's own subsets go from rare to common."""
    for ranges in reversed(re.findall(r"unicode-range:\s*([^;]+);", css)):
        for first, last in re.findall(r"U\+([0-9a-fA-F]+)(?:-([0-9a-fA-F]+))?", ranges):
            points = range(int(first, 16), int(last or first, 16) + 1)
            yield from (point for point in points if point in HANGUL and _is_used(point))


def _is_used(point: int) -> bool:
    """Return whether a syllable is one of the 2,350 in KS X 1001."""
    try:
        # Python encodes the others as eight bytes.
        return len(chr(point).encode("euc-kr")) == 2
    except UnicodeEncodeError:
        return False


def _write(font: TTFont, points: list[int], path: Path) -> None:
    copy = BytesIO()
    font.save(copy)
    piece = TTFont(BytesIO(copy.getvalue()), recalcTimestamp=False)
    options = Options(layout_features=FEATURES, hinting=False, name_IDs=[0, 2, 5, 13, 14])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(piece)
    for name_id in (1, 4, 16):
        piece["name"].setName(FAMILY, name_id, 3, 1, 0x409)
    piece["name"].setName(FAMILY.replace(" ", ""), 6, 3, 1, 0x409)
    piece.flavor = "woff2"
    piece.save(path)


def _ranges(points: list[int]) -> Iterator[str]:
    start = previous = points[0]
    for point in [*points[1:], sys.maxunicode]:
        if point != previous + 1:
            yield f"U+{start:X}" if start == previous else f"U+{start:X}-{previous:X}"
            start = point
        previous = point


def _rule(name: str, ranges: str) -> str:
    return RULE.format(
        family=FAMILY, public=PUBLIC, name=name, ranges=ranges, weights=" ".join(map(str, WEIGHTS))
    )


def _fallback(font: TTFont) -> str:
    em = font["head"].unitsPerEm
    syllable = font["hmtx"][font.getBestCmap()[ord("가")]][0] / em
    size = syllable / NOTO_SYLLABLE
    return FALLBACK.format(
        family=FAMILY,
        local="Noto Sans KR",
        size=f"{size:.2%}",
        ascent=f"{font['hhea'].ascent / em / size:.2%}",
        descent=f"{-font['hhea'].descent / em / size:.2%}",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
