import pytest

from tossbill_ui.core.language import Language
from tossbill_ui.customers.language import choose


@pytest.mark.parametrize(
    ("cookie", "accepted", "expected"),
    [
        ("", "", "ko"),
        ("", "en-US,en;q=0.9", "en"),
        ("", "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"),
        ("", "fr-FR,fr;q=0.9,en;q=0.5,ko;q=0.4", "en"),
        ("", "en;q=0.3, ko;q=0.8", "ko"),
        ("", "en;q=0, ko;q=0.1", "ko"),
        ("", "fr", "ko"),
        ("tossbill_language=en", "ko-KR", "en"),
        ("a=b; tossbill_language=ko", "en-US", "ko"),
        ("tossbill_language=xx", "en-US", "en"),
        ("tossbill_page_language=en", "", "en"),
        ("tossbill_page_language=en", "ko-KR", "ko"),
        ("tossbill_page_language=en; tossbill_language=ko", "", "ko"),
        ("tossbill_page_language=xx", "", "ko"),
        ('tossbill_language="<script>"; \x00', "en", "en"),
        ("", ",;q=;=,en;q=9,\x00" + "x" * 10_000, "ko"),
    ],
)
def test_chosen_language_beats_the_browser_and_both_beat_the_default(
    cookie: str, accepted: str, expected: Language
) -> None:
    assert choose(cookie, accepted, default="ko") == expected


def test_default_language_may_be_english() -> None:
    assert choose("", "fr", default="en") == "en"
