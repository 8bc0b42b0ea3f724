"""Tries an endpoint out, with an event of its own."""

from __future__ import annotations

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.crypto import new_timed_id
from tossbill_ui.core.settings import Mode
from tossbill_ui.outbound import endpoint_secrets, signing
from tossbill_ui.outbound.delivery import encoded
from tossbill_ui.outbound.endpoints import audit, find
from tossbill_ui.outbound.sender import Answer, Sender
from tossbill_ui.runtime import Runtime

PING = "webhook.ping"


async def ping(rt: Runtime, actor: Actor, endpoint_id: str, sender: Sender | None = None) -> Answer:
    """Send a signed ``webhook.ping`` now and return the answer; it changes no state.

    Raises:
        NotFound: There is none of that id.
    """
    async with rt.db.write() as db:
        endpoint = await find(db, endpoint_id)
        audit(rt, db, actor, "pinged", endpoint_id)
    now = rt.clock.now()
    event_id = new_timed_id(now)
    body = encoded(
        {
            "id": event_id,
            "type": PING,
            "timestamp": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "seq": None,
            "livemode": rt.settings.mode is Mode.LIVE,
            "data": {"endpoint_id": endpoint_id},
        }
    )
    secrets = endpoint_secrets.signing(rt, endpoint)
    signed = signing.headers(secrets, event_id=event_id, at=rt.machine.now(), body=body)
    return await (sender or Sender(rt.settings.mode)).send(endpoint.url, headers=signed, body=body)
