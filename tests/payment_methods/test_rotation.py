"""Stored secrets are re-encrypted with the newest key while the app runs."""

import pytest

from tests.payment_methods.flow import methods, register
from tossbill_ui.core.crypto import Cipher, Undecryptable, new_encryption_key
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods.issuing import billing_key_context
from tossbill_ui.payment_methods.rotation import rotate
from tossbill_ui.runtime import Runtime


async def test_rotation_reencrypts_everything_with_the_newest_key(
    rt: Runtime, session: Session
) -> None:
    await register(rt, session)
    old_key, new_key = new_encryption_key(), new_encryption_key()
    old = Cipher.from_text(f"1:{old_key}")
    [method] = await methods(rt)
    context = billing_key_context(method.id)
    plain = rt.cipher.decrypt(method.billing_key_sealed or "", context=context)
    object.__setattr__(rt, "cipher", old)
    async with rt.db.write() as db:
        method.billing_key_sealed = old.encrypt(plain, context=context)
        db.add(method)

    object.__setattr__(rt, "cipher", Cipher.from_text(f"1:{old_key},2:{new_key}"))
    first, again = await rotate(rt), await rotate(rt)

    [method] = await methods(rt)
    assert (first, again) == (1, 0)
    assert (
        Cipher.from_text(f"2:{new_key}").decrypt(method.billing_key_sealed or "", context=context)
        == plain
    )
    with pytest.raises(Undecryptable):
        old.decrypt(method.billing_key_sealed or "", context=context)
