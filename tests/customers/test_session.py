import pytest

from tossbill_ui.core.crypto import Signer
from tossbill_ui.customers.session import (
    COOKIE_NAME,
    SECURE_COOKIE_NAME,
    from_cookie_header,
    new_session,
    seal,
    unseal,
)

SIGNER = Signer(["k" * 32])


def test_sealed_session_is_read_from_the_cookie_header() -> None:
    session = new_session()

    header = f"theme=dark; {COOKIE_NAME}={seal(SIGNER, session)}; lang=ko"

    assert from_cookie_header(SIGNER, header) == session


def test_two_browsers_are_two_customers() -> None:
    one, two = new_session(), new_session()

    assert one.id != two.id
    assert one.customer_id != two.customer_id


def test_cookie_with_the_prefix_beats_one_that_another_host_planted() -> None:
    own, planted = new_session(), new_session()
    prefixed = f"{SECURE_COOKIE_NAME}={seal(SIGNER, own)}"
    plain = f"{COOKIE_NAME}={seal(SIGNER, planted)}"

    assert from_cookie_header(SIGNER, f"{plain}; {prefixed}; {plain}") == own
    assert from_cookie_header(SIGNER, f"{prefixed}; {plain}; {prefixed}") is None
    assert from_cookie_header(SIGNER, f"{plain}; {SECURE_COOKIE_NAME}=x") is None


@pytest.mark.parametrize(
    "cookie", ["", "a", "a.b", "a.b.c", "..", "a.b.c.d", "x" * 5000, "가.나.다"]
)
def test_unsigned_cookie_is_no_session(cookie: str) -> None:
    assert unseal(SIGNER, cookie) is None


def test_parts_of_two_cookies_do_not_form_a_third() -> None:
    mine, theirs = new_session(), new_session()
    signature = seal(SIGNER, mine).rpartition(".")[2]

    assert unseal(SIGNER, f"{mine.id}.{theirs.customer_id}.{signature}") is None
    assert (
        unseal(SIGNER, f"{mine.id}{mine.customer_id[:1]}.{mine.customer_id[1:]}.{signature}")
        is None
    )
