"""The documentation is complete, and names only settings, commands and codes that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tossbill_sandbox.cards.personas import PERSONAS
from tossbill_ui.build import ROOT
from tossbill_ui.cli import main
from tossbill_ui.core.settings import Settings
from tossbill_ui.payment_methods.registration import CANCELED_CODES
from tossbill_ui.ui.registration.result_view import PROBLEMS
from tossbill_ui.ui.shared.text.failures import FAILURES, UNSEEN
from tossbill_ui.ui.shared.text.refusals import REFUSALS

DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
SETTINGS = {name.upper() for name in Settings.model_fields}
# Read by the examples, and not by the app.
OF_EXAMPLES = {"TOSS_BASE_URL"}
TARGETS = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[0].split()
CODE_OF_ERROR = re.compile(r'^    code = "(\w+)"$', re.MULTILINE)
RAISED_CODE = re.compile(r'\bcode="(\w+)"|\bproblem = "(\w+)"')
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]*)#?([^)\s]*)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[`/ ])(?<!from )(tossbill|make) ([a-z][a-z-]*)(?=(?: ([a-z][a-z-]*))?)")
INLINE_CODE = re.compile(r"`([^`\n]+)`")


def text_of(name: str) -> str:
    return (DOCS / name).read_text()


def plain(text: str) -> str:
    """Return a text with ordinary spaces instead of non-breaking ones."""
    return " ".join(text.replace("\u00a0", " ").split())


def row_of(page: str, first_cell: str) -> str:
    """Return the table row whose first cell is a name."""
    found = [line for line in text_of(page).splitlines() if line.startswith(f"| `{first_cell}` |")]
    assert len(found) == 1, f"docs/{page} needs one row for `{first_cell}`"
    return found[0]


def sources(*suffixes: str) -> Iterator[Path]:
    for folder in ("tossbill_ui", "tossbill_sandbox", "assets", "scripts", "tests"):
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)


def our_sources() -> str:
    """Return the app's Python; the sandbox raises codes of Toss's."""
    return "\n".join(path.read_text() for path in (ROOT / "tossbill_ui").rglob("*.py"))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in headings}


def code_of(page: Path) -> list[str]:
    """Return all code of a page: blocks and inline pieces."""
    text = page.read_text()
    return [*FENCE.findall(text), *INLINE_CODE.findall(FENCE.sub("", text))]


def exists(program: str, name: str, next_word: str) -> bool:
    """Whether a page may show a command: it exists, and not only as an old name."""
    if program == "make":
        return name in TARGETS
    command = main.commands.get(name)
    is_whole = not isinstance(command, click.Group) or next_word in {"", *command.commands}
    return command is not None and not command.hidden and is_whole


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_a_setting_is_documented_with_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    cells = [cell.strip() for cell in row_of("settings.md", name.upper()).split("|")[1:-1]]
    _, default, secret, meaning = cells

    assert meaning
    assert ("yes" in secret) == ("SecretStr" in str(field.annotation))
    if isinstance(field.default, int) or (field.default and "SecretStr" not in str(field.default)):
        assert default.strip("`") == str(field.default)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_existing_settings(page: Path) -> None:
    named = set(re.findall(r"\bTOSS(?:BILL)?_[A-Z_]+", page.read_text()))

    assert named <= SETTINGS | OF_EXAMPLES


@pytest.mark.parametrize("target", TARGETS)
def test_a_make_target_is_documented(target: str) -> None:
    assert row_of("commands.md", f"make {target}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_shows_only_existing_commands(page: Path) -> None:
    shown = [found for code in code_of(page) for found in COMMAND.findall(code)]

    assert [found for found in shown if not exists(*found)] == []


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_a_code_of_toss_is_documented_in_the_customers_words(code: str) -> None:
    assert plain(FAILURES[code].ko) in row_of("codes.md", code)


def test_canceling_and_unseen_codes_are_documented() -> None:
    page = text_of("codes.md")

    assert [code for code in CANCELED_CODES if f"`{code}`" not in page] == []
    assert plain(UNSEEN.card.ko) in plain(page)


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_problem_of_ours_is_documented_in_the_customers_words(code: str) -> None:
    assert plain(PROBLEMS[code][0].ko) in row_of("codes.md", code)


def test_every_code_that_is_raised_has_words_for_the_customer() -> None:
    raised = {one or other for one, other in RAISED_CODE.findall(our_sources())}

    assert raised
    assert raised <= set(PROBLEMS) | set(REFUSALS)


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_is_documented_in_the_customers_words(code: str) -> None:
    assert plain(REFUSALS[code].ko) in row_of("codes.md", code)


@pytest.mark.parametrize("code", sorted(CODE_OF_ERROR.findall(our_sources())))
def test_the_code_of_an_error_class_is_documented(code: str) -> None:
    assert row_of("codes.md", code)


@pytest.mark.parametrize("number", sorted(PERSONAS))
def test_a_card_of_the_sandbox_is_documented(number: str) -> None:
    persona, row = PERSONAS[number], row_of("3-sandbox.md", number)

    assert row.split("|")[2].strip() == f"`{persona.name}`"
    assert all(code in row for code in (persona.window_code, persona.issue_code) if code)


def test_every_referenced_decision_exists() -> None:
    texts = [path.read_text() for path in (*sources(".py", ".js", ".jsx", ".css"), *PAGES)]
    named = {number for text in texts for number in re.findall(r"ADR-(\d{4})\b", text)}
    written = [path.name[:4] for path in (DOCS / "adr").glob("*.md")]

    assert named
    assert named <= set(written)
    assert len(written) == len(set(written))


@pytest.mark.parametrize(
    "page",
    [page for page in sorted((DOCS / "adr").glob("*.md")) if "not-used" not in page.name],
    ids=lambda page: page.name,
)
def test_a_decision_says_why_and_what_it_costs(page: Path) -> None:
    text = page.read_text()

    assert text.startswith(f"# {page.name[:4]} ")
    assert re.findall(r"^(?:## |\*\*)(Context|Decision|What we gave up)", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "What we gave up",
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    broken: list[str] = []
    for target, anchor in LINK.findall(FENCE.sub("", page.read_text())):
        there = (page.parent / target).resolve() if target else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(f"{target}#{anchor}")

    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        links = LINK.findall(FENCE.sub("", page.read_text()))
        targets = {(page.parent / target).resolve() for target, _ in links if target}
        ahead += [path for path in targets if path.suffix == ".md" and path not in reached]

    assert [page.name for page in PAGES if page not in reached] == []
