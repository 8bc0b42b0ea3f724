"""The content security policy: with pages alone, and for the scripts of the page at hand."""

from __future__ import annotations

import base64
import hashlib
import re

import httpx
import pytest

from tests.support.server import Server
from tossbill_ui.http.security import INLINE_SCRIPT
from tossbill_ui.ui.history.view import PAPER_PATH

PAGES = ["/", "/register/", "/success/", "/fail/", "/history/", "/methods/", "/subscription/"]
FILES = ["/index.html", "/register/index.html", "/404.html"]
ASSET = re.compile(r'"(/assets/[^"]+\.(?:js|css))"')
# It was 1,801 with the policy of all pages; https adds a header.
MOST_BYTES = 600


def hashes_of(page: str) -> set[str]:
    texts = [
        match["text"]
        for match in INLINE_SCRIPT.finditer(page)
        if " src=" not in match["attributes"]
    ]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    return {f"sha256-{digest}" for digest in digests}


def script_source(answer: httpx.Response) -> str:
    found = re.search(r"script-src ([^;]*)", answer.headers["content-security-policy"])
    assert found
    return found[1]


@pytest.mark.parametrize("path", [*PAGES, *FILES, "/nowhere", "/nowhere/at/all.html"])
def test_page_allows_exactly_its_own_inline_scripts(server: Server, path: str) -> None:
    answer = httpx.get(f"{server.url}{path}")

    assert answer.headers["content-type"].startswith("text/html")
    allowed = set(re.findall(r"'(sha256-[^']+)'", script_source(answer)))
    assert allowed == hashes_of(answer.text)
    assert allowed
    assert "unsafe" not in script_source(answer)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_file_for_printing_allows_no_inline_script(server: Server) -> None:
    answer = httpx.get(f"{server.url}{PAPER_PATH}")

    assert "sha256" not in script_source(answer)


@pytest.mark.parametrize(
    "path", ["/app.css", "/paper.js", "/healthz", "/history.csv", "/favicon.ico"]
)
def test_only_pages_carry_a_policy_and_files_have_every_other_header(
    server: Server, path: str
) -> None:
    answer = httpx.get(f"{server.url}{path}")

    assert "content-security-policy" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "permissions-policy" in answer.headers


def test_drawing_that_is_opened_by_itself_runs_no_script(server: Server) -> None:
    policy = httpx.get(f"{server.url}/favicon.svg").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")


def test_asset_has_few_bytes_of_headers(server: Server) -> None:
    assets = ASSET.findall(httpx.get(f"{server.url}/").text)

    for path in assets:
        headers = httpx.get(f"{server.url}{path}").headers
        size = sum(len(name) + len(value) + len(": \r\n") for name, value in headers.raw)
        assert size <= MOST_BYTES, (path, headers)
