"""``docs/api.md`` and ``docs/openapi.json`` against the API itself."""

from __future__ import annotations

from scripts.make_openapi import PATH, document
from tests.docs.test_docs import text_of
from tossbill_ui.api.problems import CODES
from tossbill_ui.api_keys.scopes import ApiScope


def test_document_is_up_to_date() -> None:
    assert PATH.read_text() == document(), "run python -m scripts.make_openapi"


def test_scopes_and_codes_are_documented() -> None:
    page = text_of("api.md")

    assert [name for name in (*ApiScope, *CODES.values()) if f"`{name}`" not in page] == []
