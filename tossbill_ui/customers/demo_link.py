"""Links that sign a browser in as a customer of the demo, in sandbox mode only (ADR-0033)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Mode
from tossbill_ui.customers import sessions
from tossbill_ui.customers.models import Via
from tossbill_ui.customers.service import find
from tossbill_ui.customers.session import Session
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.runtime import Runtime

PURPOSE = "demo"
PATH = "/demo/sign-in"
VALID_FOR = timedelta(hours=12)


def refuse_real_keys(rt: Runtime) -> None:
    """Raise unless the shop is a sandbox.

    Raises:
        SettingsError: There are keys of Toss, of its test environment or live ones.
    """
    if rt.settings.mode is not Mode.SANDBOX:
        raise SettingsError(
            "The demo needs the sandbox: unset TOSS_CLIENT_KEY and TOSS_SECRET_KEY."
        )


def link_path(rt: Runtime, customer_id: str) -> str:
    """Return the path and query that sign a browser in as a customer, for 12 hours.

    Raises:
        SettingsError: The shop is not a sandbox.
    """
    refuse_real_keys(rt)
    until = int((rt.machine.now() + VALID_FOR).timestamp())
    value = f"{customer_id}.{until}"
    return f"{PATH}?link={value}.{rt.signer.token(PURPOSE, value)}"


async def sign_in(rt: Runtime, link: str, *, user_agent: str = "") -> Session | None:
    """Open a new session of a link's customer, or of whom they have become by being merged.

    Args:
        rt: The process's runtime.
        link: The link's parameter; untrusted.
        user_agent: The name that the browser gives itself; untrusted.

    Returns:
        None if we did not sign the link, if its time is over or its customer is gone or was erased,
        and outside the sandbox.
    """
    value, _, token = link.rpartition(".")
    customer_id, _, until = value.rpartition(".")
    is_ours = rt.settings.mode is Mode.SANDBOX and rt.signer.verifies(token, PURPOSE, value)
    if not is_ours or rt.machine.now() > datetime.fromtimestamp(int(until), UTC):
        return None
    entrance = Entrance(via=Via.LINK, user_agent=user_agent)
    async with rt.db.write() as db:
        customer = await find(db, customer_id)
        if customer is None or customer.blocked_at:
            return None
        return sessions.open_session(rt, db, customer_id=customer.id, entrance=entrance)
