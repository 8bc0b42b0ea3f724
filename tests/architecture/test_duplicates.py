"""No six lines of code stand twice within a package, outside migrations and tables of words."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tossbill_ui.build import ROOT

LINES = 6


def bodies(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield where the body of each function begins and ends, without its docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and node.body[1:] else node.body[0]
            yield first.lineno, node.end_lineno or first.lineno


def windows(path: Path) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield every run of six lines of code inside a function, with its first line's number."""
    text = path.read_text()
    lines = text.splitlines()
    for first, last in bodies(ast.parse(text)):
        code = [
            (number, lines[number - 1].strip())
            for number in range(first, last + 1)
            if lines[number - 1].strip() and not lines[number - 1].strip().startswith("#")
        ]
        for start in range(len(code) - LINES + 1):
            yield tuple(line for _, line in code[start : start + LINES]), code[start][0]


def repeated(root: Path) -> set[str]:
    """Return the places of code that stands at several, ``a.py:1 = b.py:2``."""
    found: dict[tuple[str, ...], set[tuple[Path, int]]] = defaultdict(set)
    for path in sorted(root.rglob("*.py")):
        if "migrations" not in path.parts and not re.search(r"(^|_)text$|^(ko|en)$", path.stem):
            for window, line in windows(path):
                found[window].add((path.relative_to(root), line))
    return {
        " = ".join(f"{path}:{line}" for path, line in sorted(places))
        for places in found.values()
        if len(places) > 1
    }


@pytest.mark.parametrize("package", ["tossbill_ui", "tossbill_sandbox"])
def test_nothing_is_written_twice(package: str) -> None:
    assert repeated(ROOT / package) == set()


def test_a_copy_is_found(tmp_path: Path) -> None:
    body = "\n".join(f"    x{number} = f({number})" for number in range(LINES))
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(f"def {name}(f):\n{body}\n")

    assert repeated(tmp_path) == {"a.py:2 = b.py:2"}
