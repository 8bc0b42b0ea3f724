import base64
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tossbill_ui.core.crypto import Cipher, Signer, Undecryptable, new_timed_id
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.text import is_id

OLD, NEW = b"o" * 32, b"n" * 32


def test_ciphertext_decrypts_only_in_its_own_context() -> None:
    cipher = Cipher({1: OLD})

    sealed = cipher.encrypt("billing-key", context="payment_method.billing_key:a")

    assert "billing-key" not in sealed
    assert cipher.decrypt(sealed, context="payment_method.billing_key:a") == "billing-key"
    with pytest.raises(Undecryptable):
        cipher.decrypt(sealed, context="payment_method.billing_key:b")


def test_encrypting_twice_gives_different_ciphertexts() -> None:
    cipher = Cipher({1: OLD})

    assert cipher.encrypt("same", context="x") != cipher.encrypt("same", context="x")


def test_newest_key_encrypts_and_old_keys_still_decrypt() -> None:
    sealed_before = Cipher({1: OLD}).encrypt("secret", context="x")
    rotated = Cipher({1: OLD, 2: NEW})

    assert rotated.decrypt(sealed_before, context="x") == "secret"
    assert rotated.encrypt("secret", context="x").startswith("2.")


@pytest.mark.parametrize("damage", ["", "1.", "9.AAAA", "1.!!!", "x.AAAA", "1." + "A" * 40])
def test_damaged_ciphertext_raises_undecryptable(damage: str) -> None:
    with pytest.raises(Undecryptable):
        Cipher({1: OLD}).decrypt(damage, context="x")


@pytest.mark.parametrize("text", ["", "1", "1:short", "a:" + "A" * 44, "1:not base64"])
def test_malformed_encryption_keys_prevent_startup(text: str) -> None:
    with pytest.raises(SettingsError, match="TOSSBILL_ENCRYPTION_KEYS"):
        Cipher.from_text(text)


def test_several_encryption_keys_are_parsed() -> None:
    pairs = ",".join(f"{n}:{base64.b64encode(k).decode()}" for n, k in ((1, OLD), (2, NEW)))

    assert Cipher.from_text(pairs).version == 2


def test_token_is_valid_only_for_its_purpose_and_value() -> None:
    signer = Signer(["k" * 32])
    token = signer.token("registration", "id-1")

    assert signer.verifies(token, "registration", "id-1")
    assert not signer.verifies(token, "registration", "id-2")
    assert not signer.verifies(token, "session", "id-1")
    assert not signer.verifies("", "registration", "id-1")
    assert not signer.verifies("가나다", "registration", "id-1")


def test_token_has_only_one_spelling() -> None:
    signer = Signer(["k" * 32])
    token = signer.token("p", "v")
    last = {chr(ord(token[-1]) + step) for step in (1, -1)}
    others = [f"{token}=", f"{token[:9]}\u200b{token[9:]}", f"{token[:9]} {token[9:]}", f"{token}."]

    assert signer.verifies(token, "p", "v")
    assert not [each for each in others if signer.verifies(each, "p", "v")]
    assert not [each for each in last if signer.verifies(token[:-1] + each, "p", "v")]


def test_token_of_an_older_key_is_valid_until_the_key_is_dropped() -> None:
    token = Signer(["old" * 12]).token("p", "v")

    assert Signer(["new" * 12, "old" * 12]).verifies(token, "p", "v")
    assert not Signer(["new" * 12]).verifies(token, "p", "v")


def test_timed_id_is_a_uuid_version_7_and_sorts_by_time() -> None:
    moments = [datetime(2026, 11, 24, tzinfo=UTC) + timedelta(milliseconds=n) for n in range(50)]
    ids = [new_timed_id(moment) for moment in moments]

    assert ids == sorted(ids)
    assert len({new_timed_id(moments[0]) for _ in range(100)}) == 100
    for moment, each in zip(moments, ids, strict=True):
        parsed = uuid.UUID(hex=each)
        assert is_id(each)
        assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
        assert parsed.int >> 80 == round(moment.timestamp() * 1000)
