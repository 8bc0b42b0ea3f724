"""Entries: links that the shop signs itself, as JSON Web Tokens (ADR-0046)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tossbill_ui.core.crypto import TOKEN, fingerprint
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.core.language import Language
from tossbill_ui.core.mail_address import is_address
from tossbill_ui.core.scope import Task
from tossbill_ui.customers.portal_links import check_return_url, check_target, is_external_id
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

ALGORITHMS = ["HS256"]
LENGTH = 4096
LONGEST = timedelta(minutes=5)
# The shop's clock and ours may differ by as much.
LEEWAY = timedelta(seconds=30)

# Until the year 9999.
Seconds = Annotated[float, Field(ge=0, le=253_402_300_799)]
Name = Annotated[str, Field(max_length=500)]


class Claims(BaseModel):
    """What an entry says, once its signature has been verified."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    sub: str
    iat: Seconds
    exp: Seconds
    jti: Annotated[str, Field(min_length=1, max_length=128)]
    nbf: Seconds = 0
    task: Task | None = None
    subscription: str | None = None
    plan: str | None = None
    return_url: str | None = None
    email: str | None = None
    email_verified: bool = False
    name: Name | None = None
    locale: Language | None = None


@dataclass(frozen=True)
class Entry:
    """An entry that counts, unless it was spent.

    Attributes:
        claims: What it says.
        token_hash: The key under which it is stored when it is spent.
        expires_at: Until when it counts.
    """

    claims: Claims
    token_hash: str
    expires_at: datetime


def read(rt: Runtime, text: str) -> Entry | None:
    """Return the entry in a text, or None if the shop did not sign it or it does not count now.

    Args:
        rt: The process's runtime.
        text: The JSON Web Token; untrusted.
    """
    payload = _signed(rt, text) if len(text) <= LENGTH else None
    if payload is None:
        return _refused("signature")
    try:
        claims = Claims.model_validate_json(payload)
    except ValidationError:
        return _refused("claims")
    if not _is_now(rt, claims):
        return _refused("time")
    try:
        _check(rt, claims)
    except InvalidRequest as error:
        return _refused(error.message)
    expires_at = datetime.fromtimestamp(claims.exp, UTC)
    return Entry(claims, fingerprint(f"entry:{claims.jti}"), expires_at)


def _refused(reason: str) -> None:
    """Log for the shop's developers what is wrong, which the page does not tell."""
    log.warning("entry.refused", extra={"data": {"reason": reason}})


def _signed(rt: Runtime, text: str) -> bytes | None:
    """Return what one of the shop's keys has signed; a signature has one spelling."""
    if not TOKEN.fullmatch(text.rpartition(".")[2]):
        return None
    for key in rt.settings.entry_keys:
        octets = OctKey.import_key(key.get_secret_value().encode())
        try:
            return jws.deserialize_compact(text, octets, algorithms=ALGORITHMS).payload
        except (JoseError, ValueError):
            continue
    return None


def _is_now(rt: Runtime, claims: Claims) -> bool:
    now = rt.machine.now().timestamp()
    leeway, longest = LEEWAY.total_seconds(), LONGEST.total_seconds()
    begins = max(claims.iat, claims.nbf) - leeway
    return begins <= now < claims.exp and claims.exp - claims.iat <= longest


def _check(rt: Runtime, claims: Claims) -> None:
    """Check the claims as those of a link are.

    Raises:
        InvalidRequest: One is of a wrong form.
    """
    if not is_external_id(claims.sub):
        raise InvalidRequest("sub is no external id.")
    if claims.email is not None and not is_address(claims.email):
        raise InvalidRequest("email is no mail address.")
    check_target(rt, claims.task, claims.subscription, claims.plan)
    check_return_url(rt, claims.return_url)
