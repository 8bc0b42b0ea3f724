"""All tables by section, and what no case can show."""

from collections import Counter

from tests.conformance import (
    section_1_to_3,
    section_4_keys,
    section_4_payments,
    section_5_to_8,
)
from tests.conformance.case import Case

SECTIONS: dict[str, list[Case]] = {
    name.removeprefix("SECTION_").replace("_", "."): cases
    for module in (section_1_to_3, section_4_keys, section_4_payments, section_5_to_8)
    for name, cases in vars(module).items()
    if name.startswith("SECTION_")
}
# Facts that tests/sandbox show, since one request and its answer are not enough for them.
SHOWN_ELSEWHERE = {
    "6: a second call while the first runs is refused with 409 (C)": "test_sandbox_idempotency.py",
    "6: an answer is kept for 15 days (C)": "test_sandbox_idempotency.py",
    "6: body is no part of the identity (C)": "test_sandbox_idempotency.py",
    "6: a replay's trace id is 'new, original' (S)": "test_sandbox_charge.py",
    "4.8: the order of all fields (C)": "test_sandbox_charge.py",
    "4.6: the same key cancels once (S)": "test_sandbox_charge.py",
}
# Facts marked confirmed that the sandbox does not have.
NOT_SHOWN = {
    "1: a reissued secret key works for 7 days beside the new one": "no developer centre here",
    "1: an address list per key": "no developer centre here",
    "4: key-in, virtual accounts, promotions": "outside billing",
    "4.3: an answer may take 60 s": "faults no_answer_* and delay_* are for that",
    "4.7: cash receipts are made and canceled": "not for cards",
    "8: amounts were texts before 1.4": "they are numbers in every version here",
    "8: API_VERSION_UPDATE_NEEDED": "no endpoint here needs a version",
    "10: domestic cards only": "every plausible number is taken for one",
}


def count() -> Counter[str]:
    """Return how many cases there are of each mark."""
    return Counter(case.mark for cases in SECTIONS.values() for case in cases)
