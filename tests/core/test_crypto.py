import base64
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tossbill_ui.core.crypto import Cipher, Signer, Undecryptable, new_timed_id
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.text import is_id

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_secret_opens_only_at_its_own_place() -> None:
    cipher = Cipher({1: OLD})

    sealed = cipher.encrypt("billing-key", context="payment_method.billing_key:a")

    assert "billing-key" not in sealed
    assert cipher.decrypt(sealed, context="payment_method.billing_key:a") == "billing-key"
    with pytest.raises(Undecryptable):
        cipher.decrypt(sealed, context="payment_method.billing_key:b")


def test_sealing_twice_gives_different_texts() -> None:
    cipher = Cipher({1: OLD})

    assert cipher.encrypt("same", context="x") != cipher.encrypt("same", context="x")


def test_the_newest_key_seals_and_old_ones_still_open() -> None:
    sealed_before = Cipher({1: OLD}).encrypt("secret", context="x")
    rotated = Cipher({1: OLD, 2: NEW})

    assert rotated.decrypt(sealed_before, context="x") == "secret"
    assert rotated.encrypt("secret", context="x").startswith("2.")


@pytest.mark.parametrize("damage", ["", "1.", "9.AAAA", "1.!!!", "x.AAAA", "1." + "A" * 40])
def test_a_damaged_text_is_one_clear_error(damage: str) -> None:
    with pytest.raises(Undecryptable):
        Cipher({1: OLD}).decrypt(damage, context="x")


@pytest.mark.parametrize("text", ["", "1", "1:short", "a:" + "A" * 44, "1:not base64"])
def test_malformed_encryption_keys_stop_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="TOSSBILL_ENCRYPTION_KEYS"):
        Cipher.from_text(text)


def test_several_encryption_keys_are_read() -> None:
    pairs = ",".join(f"{n}:{base64.b64encode(k).decode()}" for n, k in ((1, OLD), (2, NEW)))

    assert Cipher.from_text(pairs).version == 2


def test_a_token_counts_for_its_purpose_and_value_only() -> None:
    signer = Signer(["k" * 32])
    token = signer.token("registration", "id-1")

    assert signer.verifies(token, "registration", "id-1")
    assert not signer.verifies(token, "registration", "id-2")
    assert not signer.verifies(token, "session", "id-1")
    assert not signer.verifies("", "registration", "id-1")
    assert not signer.verifies("가나다", "registration", "id-1")


def test_tokens_of_an_older_key_still_count_and_those_of_a_dropped_one_do_not() -> None:
    token = Signer(["old" * 12]).token("p", "v")

    assert Signer(["new" * 12, "old" * 12]).verifies(token, "p", "v")
    assert not Signer(["new" * 12]).verifies(token, "p", "v")


def test_a_timed_id_is_a_uuid_of_version_7_and_sorts_by_its_time() -> None:
    moments = [datetime(2026, 11, 24, tzinfo=UTC) + timedelta(milliseconds=n) for n in range(50)]
    ids = [new_timed_id(moment) for moment in moments]

    assert ids == sorted(ids)
    assert len({new_timed_id(moments[0]) for _ in range(100)}) == 100
    for moment, each in zip(moments, ids, strict=True):
        parsed = uuid.UUID(hex=each)
        assert is_id(each)
        assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
        assert parsed.int >> 80 == round(moment.timestamp() * 1000)
