"""The shop's company, terms and rules, at the foot of every page."""

from __future__ import annotations

from collections.abc import Mapping

from tossbill_ui.core.company import REVIEWED
from tossbill_ui.core.settings import Mode, Settings
from tossbill_ui.ui.shared.text import company as text
from tossbill_ui.ui.shared.view_rows import BLANK

# An attribute needs some text; CSS hides a link to nowhere.
NOWHERE = "#"
LABELS = {
    "tossbill_company_representative": text.REPRESENTATIVE,
    "tossbill_company_number": text.NUMBER,
    "tossbill_company_mail_order": text.MAIL_ORDER,
    "tossbill_company_phone": text.PHONE,
    "tossbill_company_hosting": text.HOSTING,
}
LINKS = {
    "terms": ("tossbill_terms_url", text.TERMS),
    "privacy": ("tossbill_privacy_url", text.PRIVACY),
    "refund": ("tossbill_refund_url", text.REFUND),
}
EMPTY = {"company": BLANK, "company_shown": "no", **{f"{name}_href": NOWHERE for name in LINKS}}


def company_slots(settings: Settings) -> dict[str, str]:
    """Return the slots of the footer, in the language of the page.

    A shop in sandbox mode that has set nothing gets sample data, which says that it is.
    """
    stated = {name: str(getattr(settings, name)) for name in REVIEWED}
    is_sample = settings.mode is Mode.SANDBOX and not any(stated.values())
    if is_sample:
        stated = {name: sample() for name, sample in text.SAMPLES.items()}
    lines = " · ".join(_lines(stated))
    return EMPTY | {
        "company": " ".join(filter(None, (text.SAMPLE() if is_sample else "", lines))) or BLANK,
        "company_shown": "yes" if any(stated.values()) else "no",
        **{f"{name}_href": stated[setting] or NOWHERE for name, (setting, _) in LINKS.items()},
    }


def _lines(stated: Mapping[str, str]) -> list[str]:
    return [
        LABELS[name](value=_whole(value)) if name in LABELS else value
        for name, value in stated.items()
        if value and not name.endswith("_url")
    ]


def _whole(number: str) -> str:
    """Keep a number on one line: a word joiner forbids the break after a hyphen."""
    return number.replace("-", "-\u2060")
