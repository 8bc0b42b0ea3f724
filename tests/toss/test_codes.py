import csv
from pathlib import Path

import pytest

from tossbill_ui.toss.codes import Meaning, all_rows, lookup

with (Path(__file__).parent / "data" / "codes.csv").open(encoding="utf-8") as file:
    CONTRACT = list(csv.DictReader(file))

# The meanings that each class of the contract may have.
CLASSES = {
    "no (permanent: ask for a new card)": {Meaning.NEW_CARD},
    "later (soft decline": {Meaning.LATER},
    "no (caller/config bug)": {Meaning.OPERATOR, Meaning.SETUP},
    "contract/support": {Meaning.SETUP},
    "no (restart registration)": {Meaning.RESTART_REGISTRATION},
    "no (authKey unknown/used: restart": {Meaning.RESTART_REGISTRATION},
    "no (treat as done)": {Meaning.ADOPT},
    "no (re-read balanceAmount first)": {Meaning.OPERATOR},
    "reconcile (": {Meaning.ADOPT, Meaning.UNKNOWN},
    "yes (": {Meaning.SOON_AFTER_LOOKUP},
    # A plain "no" to a refund.
    "no": {Meaning.OPERATOR},
}


@pytest.mark.parametrize("recorded", CONTRACT, ids=lambda row: f"{row['api']}-{row['code']}")
def test_every_code_has_the_meaning_of_the_contract(
    recorded: dict[str, str],
) -> None:
    row = lookup(recorded["code"])

    words = recorded["retryable"]
    [meanings] = [
        m
        for begin, m in CLASSES.items()
        if (words.startswith(begin) if " " in begin else words == begin)
    ]
    assert row is not None
    assert row.meaning in meanings


@pytest.mark.parametrize("recorded", CONTRACT, ids=lambda row: f"{row['api']}-{row['code']}")
def test_only_4xx_codes_without_duplicates_and_transient_faults_are_certain(
    recorded: dict[str, str],
) -> None:
    row = lookup(recorded["code"])

    assert row is not None
    proves_nothing = recorded["http_status"] in {"409", "500"}
    settles_nothing = row.meaning in {Meaning.ADOPT, Meaning.SOON_AFTER_LOOKUP}
    assert row.certain == (not proves_nothing and not settles_nothing)


def test_unknown_code_has_no_row() -> None:
    assert lookup("BRAND_NEW_CODE") is None
    assert lookup("") is None


def test_no_code_is_listed_twice() -> None:
    source = (Path(__file__).parents[2] / "tossbill_ui" / "toss" / "codes.py").read_text()

    for row in all_rows():
        assert source.count(f'"{row.code}"') == 1, row.code


@pytest.mark.parametrize("code", ["PROVIDER_ERROR", "CARD_PROCESSING_ERROR", "DUPLICATED_REQUEST"])
def test_transient_fault_with_status_400_is_not_certain(code: str) -> None:
    row = lookup(code)

    assert row is not None
    assert not row.certain
