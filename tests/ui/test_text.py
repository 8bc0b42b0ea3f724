"""Both languages say the same: none is missing, and no value gets lost in one of them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import cast

import pytest

from tests.ui.test_plans import plain
from tossbill_ui import ui
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.text import ByKind, Text, joined, speak

# `text.py` of a page's folder, its `*_text.py`, and what all pages share.
TEXTS = re.compile(r"(\.|_)text(\.|$)")
HANGUL = re.compile("[가-힣]")
# The Korean date needs the month's number, the English one its name.
DATE_PARTS = {"year", "month", "month_name", "day", "weekday"}


def texts_in(value: object) -> Iterator[Text]:
    """Yield the texts of a value, however deep they are in tables and tuples."""
    match value:
        case Text():
            yield value
        case ByKind():
            yield from (value.card, value.account)
        case dict():
            yield from texts_in(tuple(cast("dict[str, object]", value).values()))
        case tuple() | list():
            for each in cast("tuple[object, ...]", value):
                yield from texts_in(each)
        case _:
            pass


def every_text() -> list[tuple[str, Text]]:
    return [
        (f"{module.name}.{name}", text)
        for module in pkgutil.walk_packages(ui.__path__, f"{ui.__name__}.")
        if TEXTS.search(module.name)
        for name, value in vars(importlib.import_module(module.name)).items()
        for text in texts_in(value)
    ]


def test_texts_are_written_only_in_modules_of_texts() -> None:
    root = Path(ui.__path__[0])
    others = [
        path
        for path in root.rglob("*.py")
        if not TEXTS.search(f".{'.'.join(path.relative_to(root).with_suffix('').parts)}")
    ]

    assert [str(path) for path in others if re.search(r"\bText\(", path.read_text())] == []


def words_in(path: Path) -> Iterator[str]:
    """Yield the strings of a module, without docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(words)) if id(node) not in docstrings:
                yield words
            case _:
                pass


def test_pages_hold_no_korean_of_their_own() -> None:
    """Words beside the modules of texts would be shown to readers of English too."""
    root = Path(ui.__path__[0])
    grammar = root / "shared" / "wording.py"  # knows how syllables end
    others = [
        path for path in root.rglob("*.py") if "text" not in path.relative_to(root).as_posix()
    ]

    assert {path for path in others if HANGUL.search("".join(words_in(path)))} == {grammar}


def test_every_folder_of_pages_has_its_texts_checked() -> None:
    folders = {name.split(".")[2] for name, _ in every_text()}

    assert {"plans", "registration", "subscription", "methods", "history", "shared"} <= folders


def fields(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name} - DATE_PARTS


@pytest.mark.parametrize(("name", "text"), every_text())
def test_a_text_says_the_same_in_both_languages(name: str, text: Text) -> None:
    assert text.ko.strip()
    assert text.en.strip()
    assert not HANGUL.search(text.en), name
    assert fields(text.ko) == fields(text.en), name
    # Only what consists of values alone is the same in both.
    assert text.ko != text.en or not re.search("[a-zA-Z]", re.sub(r"{\w+}", "", text.en)), name


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("등록할 수 있어요", "등록할~수~있어요"),
        ("그 전에는 더 결제하지 않아요", "그~전에는 더~결제하지 않아요"),
        ("두 번 등록되지 않아요.\n이 카드는", "두~번~등록되지 않아요.\n이~카드는"),
        ("결제수단을 바꿨어요", "결제수단을 바꿨어요"),
    ],
)
def test_one_syllable_words_do_not_wrap_alone(written: str, shown: str) -> None:
    assert joined(written) == shown.replace("~", "\u00a0")


def test_amounts_and_dates_follow_each_language() -> None:
    from datetime import UTC, date, datetime

    speak("en")
    assert wording.won(1_234_567_890) == "₩1,234,567,890"
    assert plain(wording.full_day(date(2027, 1, 31))) == "Sun, Jan 31, 2027"
    assert plain(wording.moment(datetime(2027, 1, 31, 1, tzinfo=UTC))) == (
        "Jan 31, 2027, 10:00 (Seoul)"
    )
    assert wording.by("Hyundai ···· 123") == "Hyundai ···· 123"
    speak("ko")
    assert wording.won(1_234_567_890) == "1,234,567,890원"
    assert plain(wording.full_day(date(2027, 1, 31))) == "2027년 1월 31일(일)"
