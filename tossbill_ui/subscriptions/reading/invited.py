"""Opens links and entries, and checks that the subscription of an entry is its member's."""

from __future__ import annotations

from tossbill_ui.core.actor import customer
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers import invitations
from tossbill_ui.customers.invitations import NOTHING, Opened
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository


async def open_token(rt: Runtime, *, link: str, entry: str) -> Opened:
    """Return what an address with a token stands for; it spends nothing.

    Args:
        rt: The process's runtime.
        link: The token of a link, or empty; untrusted.
        entry: Without one, an entry; untrusted.
    """
    if link:
        return await invitations.open_link(rt, link)
    opened = await invitations.open_entry(rt, entry)
    if opened.invitation is None or opened.invitation.target.subscription_id is None:
        return opened
    owner, wanted = opened.invitation.customer_id, opened.invitation.target.subscription_id
    async with rt.db.read() as db:
        try:
            await repository.get_owned(db, customer(owner), wanted)
        except NotFound:
            return NOTHING
    return opened
