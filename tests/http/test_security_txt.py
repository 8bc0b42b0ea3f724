"""The file that says where to report a vulnerability (RFC 9116)."""

from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from tests.conftest import NOON
from tossbill_ui import runtime
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Settings
from tossbill_ui.http.routes import ROUTES
from tossbill_ui.http.security_txt import PATH, security_txt
from tossbill_ui.runtime import Runtime


def fields(contact: str, now: datetime = NOON) -> dict[str, str]:
    settings = Settings(
        tossbill_security_contact=contact, tossbill_public_url="https://pay.example.com"
    )
    return dict(line.split(": ", 1) for line in security_txt(settings, now).splitlines())


@pytest.mark.parametrize(
    ("contact", "uri"),
    [
        ("security@example.com", "mailto:security@example.com"),
        ("https://example.com/report", "https://example.com/report"),
    ],
)
def test_file_has_every_field(contact: str, uri: str) -> None:
    found = fields(contact)

    assert found["Contact"] == uri
    assert found["Canonical"] == "https://pay.example.com/.well-known/security.txt"
    assert found["Preferred-Languages"] == "ko, en"
    expires = datetime.fromisoformat(found["Expires"])
    assert timedelta(days=30) < expires - NOON < timedelta(days=365)


def test_expiry_moves_with_the_clock() -> None:
    assert fields("a@b.kr", NOON + timedelta(days=400))["Expires"] > fields("a@b.kr")["Expires"]


@pytest.mark.parametrize(
    "contact",
    [
        "nobody",
        "http://x",
        "a@b\nExpires: 1",
        "javascript:alert(1)",
        "https://a b",
        "https://x\r\n",
    ],
)
def test_contact_that_is_none_is_refused(contact: str) -> None:
    with pytest.raises(SettingsError, match="SECURITY_CONTACT is invalid: must be a mail"):
        Settings(tossbill_security_contact=contact)


async def test_file_is_sent_only_if_a_contact_is_set(rt: Runtime) -> None:
    runtime.install(rt)
    transport = httpx.ASGITransport(Starlette(routes=list(ROUTES)))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            missing = await http.get(PATH)
            runtime.install(replace(rt, settings=Settings(tossbill_security_contact="a@b.kr")))
            sent = await http.get(PATH)
    finally:
        runtime.install(None)

    assert missing.status_code == 404
    assert sent.headers["content-type"] == "text/plain; charset=utf-8"
    assert sent.text.startswith("Contact: mailto:a@b.kr\nExpires: ")
