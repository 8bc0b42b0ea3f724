"""The window and the panel speak Korean and English; Toss's own answers stay as they are."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Literal

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

import tossbill_sandbox
from tests.sandbox.browsing import in_browser
from tests.sandbox.client import CARD, WINDOW, SandboxClient
from tossbill_sandbox.cards.accounts import BANKS
from tossbill_sandbox.cards.persona_table import TABLE
from tossbill_sandbox.cards.personas import ISSUERS
from tossbill_sandbox.english import ENGLISH, PANEL
from tossbill_sandbox.hints import HINTS
from tossbill_sandbox.language import choose

HANGUL = re.compile("[가-힣]+")
PACKAGE = Path(tossbill_sandbox.__file__).parent
SWITCH = "한국어"
HOST = "http://sandbox.test"


def strings(path: Path) -> Iterator[str]:
    """Yield the Korean strings of a module, without docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings and HANGUL.search(node.value):  # pyright: ignore
            yield node.value  # pyright: ignore


def used() -> set[str]:
    """Return every Korean text of the window and the panel."""
    found = {text for path in (PACKAGE / "window").glob("*.py") for text in strings(path)}
    found |= {*strings(PACKAGE / "control" / "panel.py"), *strings(PACKAGE / "app.py")}
    found |= set(HINTS)
    found |= {*ISSUERS.values(), *BANKS.values(), *(each.card_type for each in TABLE), "기프트"}
    found |= {part for each in TABLE for part in each.label.split(" · ")}
    # The window of a one-off payment leaves out from when a card pays.
    found |= {part.split(", ")[0] for each in TABLE for part in each.label.split(" · ")}
    found |= set(re.findall(r"{{(.+?)}}", (PACKAGE / "static" / "panel.html").read_text()))
    for name in ("panel.js", "panel_draw.js"):
        script = (PACKAGE / "static" / name).read_text()
        found |= set(re.findall(r'\btext\(\s*"([^"]+)"', script))
    return found - {SWITCH}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_has_its_english() -> None:
    assert used() == set(ENGLISH)


@pytest.mark.parametrize("name", ["panel.html", "panel.js", "panel_draw.js"])
def test_the_panel_holds_no_korean_that_is_not_translated(name: str) -> None:
    source = (PACKAGE / "static" / name).read_text()

    assert HANGUL.findall(re.sub(r'{{.+?}}|\btext\(\s*"[^"]+"', "", source)) == []


@pytest.mark.parametrize(("korean", "english"), ENGLISH.items())
def test_english_has_the_same_values(korean: str, english: str) -> None:
    assert english.strip()
    assert not HANGUL.search(english)
    assert fields(korean) == fields(english)


@pytest.mark.parametrize(
    ("query", "accepted", "expected"),
    [
        ({}, "", "ko"),
        ({}, "en-US,en;q=0.9", "en"),
        ({}, "fr-FR,ko;q=0.5,en;q=0.4", "ko"),
        ({"language": "en"}, "ko-KR", "en"),
        ({"language": "ko-KR"}, "en-US", "ko"),
        ({"language": "<script>"}, "en", "en"),
        ({"language": ""}, "\x00" * 10_000, "ko"),
    ],
)
def test_requested_language_beats_the_browsers(
    query: dict[str, str], accepted: str, expected: str
) -> None:
    assert choose(query, accepted) == expected


def shown(page: httpx.Response) -> str:
    """Return a page's text without the switch to the other language."""
    return html.unescape(page.text).replace(SWITCH, "")


async def opened(client: SandboxClient, **more: str) -> str:
    answer = await client.http.get("window", params=WINDOW | more)
    return answer.headers["location"]


@pytest.mark.parametrize("method", ["CARD", "TRANSFER"])
async def test_window_opened_by_an_english_page_is_english(
    client: SandboxClient, method: Literal["CARD", "TRANSFER"]
) -> None:
    address = await opened(client, method=method, language="en-US")
    path = f"{HOST}{address}/{'card' if method == 'CARD' else 'account'}"

    form = await client.get(address)
    wrong = await client.http.post(path, data={"number": "1", "company": "99"})
    again = await client.http.post(path, data={"number": "9400 0061 0000 1234", "company": "41"})

    assert 'lang="en"' in form.text
    assert "Nothing is charged now." in form.text
    for page in (form, wrong, again):
        assert HANGUL.findall(shown(page)) == []
    assert (wrong.status_code, again.status_code) == (422, 422)


async def test_identity_step_and_ending_keep_the_windows_language(client: SandboxClient) -> None:
    address = await opened(client, language="en")
    await client.http.post(f"{HOST}{address}/card", data=CARD)

    identity = await client.get(address)
    wrong = await client.http.post(f"{HOST}{address}/code", data={"code": "1"})
    await client.http.post(f"{HOST}{address}/code", data={"code": "000000"})
    over = await client.get(address)

    assert "Verify your identity" in identity.text
    assert "Hyundai credit ···· 123" in identity.text
    assert "This payment window has ended" in over.text
    for page in (identity, wrong, over):
        assert HANGUL.findall(shown(page)) == []


async def test_switch_keeps_the_url_and_lasts(client: SandboxClient) -> None:
    address = await opened(client)
    assert "카드번호" in (await client.get(address)).text

    moved = await client.http.get(f"{HOST}{address}", params={"language": "en"})
    page = await client.get(address)

    assert (moved.status_code, moved.headers["location"]) == (303, address)
    assert "Card number" in page.text


async def test_refusal_keeps_tosss_own_message(client: SandboxClient) -> None:
    query = WINDOW | {"customerKey": "!", "language": "en"}

    page = await client.http.get("window", params=query)

    assert "The payment window can't open" in shown(page)
    assert "고객키는" in page.text


async def test_panel_and_its_data_are_english_on_request(client: SandboxClient) -> None:
    await client.issue(await client.auth_key("approve_check"))

    page = await client.http.get("", params={"language": "en"})
    state = await client.http.get("_control/panel", params={"language": "en"})

    assert '<h2 id="clock-title">Clock</h2>' in page.text
    texts = re.search(r'data-texts="([^"]+)"', page.text)
    assert texts
    assert json.loads(html.unescape(texts[1])) == PANEL
    [method] = state.json()["state"]["methods"]
    assert method["label"].startswith("Shinhan debit 9400")


async def test_pages_load_their_own_font(client: SandboxClient) -> None:
    """The sandbox works offline, and shares no file with the app."""
    window = await client.get(await client.open_window())
    rules = (await client.http.get("static/fonts.css")).text

    assert 'href="/sandbox/static/fonts.css"' in window.text
    assert "font-src 'self'" in window.headers["content-security-policy"]
    files = re.findall(r'url\("([^"]+)"\)', rules)
    assert len(files) == 5
    for file in files:
        answer = await client.http.get(f"static/{file}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "font/woff2")
        app = PACKAGE.parent / "assets" / "fonts" / Path(file).name
        assert answer.content == app.read_bytes()


@in_browser
@pytest.mark.parametrize("width", [375, 1280])
async def test_english_panel_draws_itself_in_its_font(
    chromium: Browser, shop: str, width: int
) -> None:
    async with httpx.AsyncClient(base_url=f"{shop}/sandbox/") as http:
        client = SandboxClient(http)
        await client.charge(await client.billing_key())
    page = await chromium.new_page(viewport={"width": width, "height": 900})
    await page.goto(f"{shop}/sandbox/?language=en")

    await expect(page.locator("#payments .money")).to_have_text(re.compile("^₩[0-9,]+$"))
    await expect(page.locator("#next-due")).to_have_text("Nothing is scheduled")
    text = await page.inner_text("main")
    loaded = "document.fonts.ready.then((all) => [...all].some((f) => f.status === 'loaded'))"
    found = await Axe().run(page)

    assert await page.evaluate(loaded)
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert [violation["id"] for violation in found.response["violations"]] == []
    # Orders keep the names that the shop gave them.
    assert set(HANGUL.findall(text)) - {SWITCH} <= {"구독"}
