"""Checks that a page is complete, without foreign scripts or data, whatever was sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.attacks.inputs.asgi import Answer
from tests.attacks.inputs.site import Party

SCRIPT = re.compile(r"<script\b[^>]*>", re.IGNORECASE)
HANDLER = re.compile(r"<[a-z][^<>]*\son\w+\s*=", re.IGNORECASE)
INJECTED = ("<script>alert", "<img src=x", "javascript:alert")


def check_page(answer: Answer) -> None:
    """Check that a page is whole and that nothing of an input has become markup."""
    text = answer.text
    assert text.rstrip().endswith("</html>"), "the page is not complete"
    assert not [each for each in INJECTED[:2] if each in text], "markup of a stranger"
    assert not re.search(r'href="\s*javascript:', text), "a link runs a script"
    assert not HANDLER.search(text), "an event handler in the markup"
    for script in SCRIPT.findall(text):
        assert "src=" not in script or re.search(r'src="/', script), script


def check_nothing_of(party: Party, text: str, sent: Sequence[str]) -> None:
    """Check that an answer shows nothing of another customer that the caller has not sent."""
    found = [secret for secret in party.ids if secret in text]
    shown = [secret for secret in found if not any(secret in each for each in sent)]
    assert not shown, f"shown to another: {shown[0][:8]}…"
