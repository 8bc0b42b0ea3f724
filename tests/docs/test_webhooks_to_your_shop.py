"""`docs/webhooks-to-your-shop.md`: its sample verifies what we sign, and its tables are whole."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.docs.test_docs import text_of
from tossbill_ui.outbound.delivery import NOT_MADE
from tossbill_ui.outbound.models import EndpointState
from tossbill_ui.outbound.schedule import PAUSES
from tossbill_ui.outbound.sender import SendError
from tossbill_ui.outbound.signing import headers, new_secret
from tossbill_ui.resources.events import Event

PAGE = text_of("webhooks-to-your-shop.md")
Verified = Callable[[str, dict[str, str], bytes], bool]


@pytest.fixture
def verified() -> Verified:
    names: dict[str, Verified] = {}
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, names)  # noqa: S102 - our own page
    return names["verified"]


def signed(*secrets: str, ago: float = 0) -> dict[str, str]:
    at = datetime.fromtimestamp(time.time(), UTC) - timedelta(seconds=ago)
    return headers(secrets, event_id="e", at=at, body=b"{}")


def test_the_sample_verifies_each_of_two_secrets(verified: Verified) -> None:
    secrets = new_secret(), new_secret()

    assert [verified(secret, signed(*secrets), b"{}") for secret in secrets] == [True, True]


def test_the_sample_refuses_what_is_forged_or_old(verified: Verified) -> None:
    secret = new_secret()

    assert not verified(new_secret(), signed(secret), b"{}")
    assert not verified(secret, signed(secret), b"{} ")
    assert not verified(secret, signed(secret, ago=301), b"{}")


def test_the_body_on_the_page_has_the_fields_of_an_event() -> None:
    [text] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    shown = json.loads(text)

    assert list(shown) == list(Event.model_fields)
    data = Event.model_fields["data"].annotation
    assert set(shown["data"]) == set(data.model_fields)  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]


def test_every_error_and_state_is_explained() -> None:
    for error in (*SendError, NOT_MADE):
        assert f"\n| `{error}` | " in PAGE
    assert all(f"`{state}`" in PAGE for state in EndpointState)


def test_the_schedule_on_the_page_is_the_one_that_is_followed() -> None:
    words = "at once, and 5 seconds, 5 minutes, 30 minutes, 2 hours, 5 hours, 10 hours and 10 hours"
    units = {"seconds": 1, "minutes": 60, "hours": 3600}
    found = [
        int(n) * units[unit] for n, unit in re.findall(r"(\d+) (seconds|minutes|hours)", words)
    ]

    assert words in " ".join(PAGE.split())
    assert [pause.total_seconds() for pause in PAUSES] == [0, *found]
