"""The foot of every page: what Toss's review asks a shop to state."""

from __future__ import annotations

import re

import pytest

from tests.support.commands import call
from tossbill_ui.core.company import REVIEWED
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import Session
from tossbill_ui.doctor import examine
from tossbill_ui.prerender import Filling, Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.first_paint import PAINTS, first_paints, not_found_paint
from tossbill_ui.ui.shared.company import EMPTY, company_slots
from tossbill_ui.ui.shared.text import speak
from tossbill_ui.ui.shared.text.company import SAMPLES

KEYS = {
    "toss_client_key": "test_ck_aaaaaaaaaaaaaaaaaaaa",
    "toss_secret_key": "test_sk_aaaaaaaaaaaaaaaaaaaa",
}
SHOP = {
    "tossbill_company_name": "(주)해달",
    "tossbill_company_representative": "김해달",
    "tossbill_company_number": "1234567890",
    "tossbill_company_mail_order": "2026-서울마포-0001",
    "tossbill_company_address": "서울 마포구 바다로 1",
    "tossbill_company_phone": "02-123-4567",
    "tossbill_company_hosting": "해달호스팅",
    "tossbill_terms_url": "https://shop.test/terms",
    "tossbill_privacy_url": "https://shop.test/privacy",
    "tossbill_refund_url": "https://shop.test/refunds",
}


def make(**values: str) -> Settings:
    return Settings.model_validate(values)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


def test_footer_states_everything_that_is_set() -> None:
    speak("ko")
    found = company_slots(make(**KEYS, **SHOP))

    assert plain(found.pop("company")) == (
        "(주)해달 · 대표 김해달 · 사업자등록번호 123-45-67890 · "
        "통신판매업 신고 2026-서울마포-0001 · 서울 마포구 바다로 1 · "
        "전화 02-123-4567 · 호스팅 해달호스팅"
    )
    assert found == {
        "company_shown": "yes",
        "terms_href": "https://shop.test/terms",
        "privacy_href": "https://shop.test/privacy",
        "refund_href": "https://shop.test/refunds",
    }


def test_footer_has_english_labels() -> None:
    speak("en")
    found = company_slots(make(**KEYS, **SHOP))

    assert "Representative: 김해달 · Business registration: 123-45-67890" in plain(found["company"])


def test_facts_that_are_not_set_are_left_out() -> None:
    speak("ko")
    some = company_slots(make(**KEYS, tossbill_company_phone="02-1", tossbill_terms_url="http://a"))

    assert plain(some["company"]) == "전화 02-1"
    assert (some["terms_href"], some["privacy_href"]) == ("http://a", "#")
    assert company_slots(make(**KEYS)) == EMPTY


@pytest.mark.parametrize(("language", "says"), [("ko", "연습용 예시"), ("en", "Sample data")])
def test_sandbox_shows_sample_data_that_says_so(language: str, says: str) -> None:
    speak("en" if language == "en" else "ko")

    sample = company_slots(make())
    own = company_slots(make(tossbill_company_name="Otter"))

    assert sample["company"].startswith(says)
    assert "000-00-00000" in plain(sample["company"])
    assert sample["company_shown"] == "yes"
    assert own["company"] == "Otter"
    assert set(SAMPLES) == set(REVIEWED)


async def test_every_page_has_it_in_its_first_paint(rt: Runtime, session: Session) -> None:
    paints = first_paints(rt.settings)
    for path, paint in (*paints.items(), ("404", not_found_paint(rt.settings))):
        filling = await paint(rt, Visit(session, {}, "en"))
        if isinstance(filling, Filling):
            assert filling.slots["company"].startswith("Sample data"), path
    assert set(paints) == set(PAINTS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tossbill_company_number", "12345"),
        ("tossbill_company_number", "123-456-7890"),
        ("tossbill_company_name", "n" * 121),
        ("tossbill_terms_url", "/terms"),
        ("tossbill_privacy_url", "shop.test/privacy"),
        ("tossbill_refund_url", "javascript:alert(1)"),
        ("tossbill_refund_url", "https://"),
    ],
)
def test_invalid_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name.upper(), value)

    with pytest.raises(SettingsError, match=f"^{name.upper()} is invalid: "):
        Settings()


@pytest.mark.parametrize("number", ["123-45-67890", "1234567890", "12345-67890"])
def test_business_number_is_shown_as_it_is_printed(number: str) -> None:
    assert make(tossbill_company_number=number).tossbill_company_number == "123-45-67890"


def test_doctor_advises_what_the_review_asks_for_and_stays_healthy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOSSBILL_COMPANY_PHONE", "02-123-4567")

    result = call("doctor")

    [tip] = [line for line in result.output.splitlines() if line.startswith("TIP ")]
    named = set(re.findall(r"TOSSBILL_\w+", tip))
    assert named == {name.upper() for name in REVIEWED} - {"TOSSBILL_COMPANY_PHONE"}
    assert "TOSSBILL_COMPANY_MAIL_ORDER (mail-order registration number)" in tip
    assert result.exit_code == 0


def test_doctor_is_quiet_about_a_complete_shop() -> None:
    assert [each for each in examine(make(**SHOP)) if each.is_advice] == []
