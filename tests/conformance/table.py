"""All cases by section, and the facts that no case shows."""

from collections import Counter

from tests.conformance import (
    section_1_to_3,
    section_4_keys,
    section_4_payments,
    section_5_to_8,
    section_at_the_root,
    section_clients,
    section_judge,
    section_one_off,
)
from tests.conformance.case import Case

SECTIONS: dict[str, list[Case]] = {
    name.removeprefix("SECTION_").replace("_", "."): cases
    for module in (
        section_1_to_3,
        section_4_keys,
        section_4_payments,
        section_5_to_8,
        section_at_the_root,
        section_clients,
        section_judge,
        section_one_off,
    )
    for name, cases in vars(module).items()
    if name.startswith("SECTION_")
}
# Facts shown in tests/sandbox, because they need more than one request.
SHOWN_ELSEWHERE = {
    "6: a second call while the first runs is refused with 409 (C)": "test_sandbox_idempotency.py",
    "6: a response is stored for 15 days (C)": "test_sandbox_idempotency.py",
    "6: the body is not part of the identity (C)": "test_sandbox_idempotency.py",
    "6: a replay's trace id is 'new, original' (S)": "test_sandbox_charge.py",
    "4.8: the order of all fields (C)": "test_sandbox_charge.py",
    "4.6: the same key cancels once (S)": "test_sandbox_charge.py",
    "1: a request with an offer of HTTP/2 is served whole (I)": "clients/test_recorded.py",
    "1: chunked bodies, Expect: 100-continue, HTTP/1.0 (I)": "clients/test_recorded.py",
}
# Confirmed facts that the sandbox does not implement.
NOT_SHOWN = {
    "1: the old secret key works for 7 days after reissue": "no developer center here",
    "1: an IP allowlist per key": "no developer center here",
    "4: key-in, virtual accounts, promotions": "outside billing",
    "4.3: a response may take 60 s": "use the faults no_answer_* and delay_*",
    "4.7: cash receipts are issued and canceled": "not for cards",
    "8: amounts may have decimals since 1.4": "won has none",
    "8: card.provider and mobile.carrier before 2022-06-08": "easy pay and phones: outside billing",
    "8: API_VERSION_UPDATE_NEEDED": "no endpoint here needs a version",
    "10: domestic cards only": "every plausible number counts as domestic",
}


def count() -> Counter[str]:
    """Return the number of cases by mark."""
    return Counter(case.mark for cases in SECTIONS.values() for case in cases)
