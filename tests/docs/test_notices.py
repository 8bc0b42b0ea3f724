"""THIRD_PARTY_NOTICES.md lists all bundled work of others, in the version we use."""

from __future__ import annotations

import json
import re
from importlib.metadata import version

import pytest

from tossbill_ui.build import LOCKED_PACKAGES, ROOT

NOTICES = (ROOT / "THIRD_PARTY_NOTICES.md").read_text()
PACKAGE_ROW = re.compile(r"^\| `([^`]+)`[^|]* \| (\d[^|]*) \| [^|]+ \| [^|]+ \| \[", re.MULTILINE)
FONT_ROW = re.compile(r"^\| `([^`]+\.\w+)` \| SIL OFL 1\.1 \| [^|]+ \| \[", re.MULTILINE)
LOCKED = re.compile(r'^    "([^"]+)": \["(?:@?[^"@]+)@([^"]+)"', re.MULTILINE)

NAMED = dict[str, str](PACKAGE_ROW.findall(NOTICES))
KINDS_OF_FONT = {".woff", ".woff2", ".ttf", ".otf"}
FONTS = {
    path
    for folder in ("assets", "docs", "tossbill_ui", "tossbill_sandbox")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in KINDS_OF_FONT
}


def dependencies() -> dict[str, str]:
    """Return the direct dependencies of the pages' build, with their versions."""
    package = json.loads(LOCKED_PACKAGES.read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    return {name: number.removeprefix("v") for name, number in wanted.items()}


def locked() -> dict[str, str]:
    """Return every package installed for the build, with its version."""
    return dict(LOCKED.findall(LOCKED_PACKAGES.with_name("bun.lock").read_text()))


def test_every_font_is_named_and_no_other() -> None:
    assert set(FONT_ROW.findall(NOTICES)) == {path.name for path in FONTS}


def test_the_licence_of_the_fonts_lies_beside_them() -> None:
    texts = [(font.parent / "LICENSE.txt").read_text() for font in FONTS]

    assert texts
    assert all("SIL OPEN FONT LICENSE Version 1.1" in text for text in texts)


@pytest.mark.parametrize("name", sorted(dependencies()))
def test_a_dependency_of_the_pages_is_named(name: str) -> None:
    assert NAMED.get(name) == dependencies()[name]


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_named_package_is_installed_in_that_version(name: str) -> None:
    assert NAMED[name] == (version(name) if name == "reflex" else locked().get(name))
