"""A link or an entry: its page, and the press that spends it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tossbill_ui.core.errors import Conflict, TossbillError
from tossbill_ui.customers import entering
from tossbill_ui.customers.entering import Press
from tossbill_ui.customers.invitations import (
    Invitation,
    Opened,
    Whose,
    has_it_open,
    target_of,
    whose,
)
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.http.pages import NO_STORE
from tossbill_ui.http.session import session_of, set_session_cookie, signed_session
from tossbill_ui.prerender import LinkView
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import merge
from tossbill_ui.subscriptions.actions.merge import MergeOffer
from tossbill_ui.subscriptions.actions.merge_at_entry import enter_and_merge
from tossbill_ui.subscriptions.reading.invited import open_token
from tossbill_ui.subscriptions.reading.landing import page_of

log = logging.getLogger(__name__)

FORM = "enter"
YES, NO = "yes", "no"
NOT_LINKED = "not_linked"


@dataclass(frozen=True)
class Door:
    """The token of an address: of a link in its path, or an entry in its query."""

    link: str
    entry: str

    @classmethod
    def of(cls, request: Request) -> Door:
        """Return the token of a request's address; untrusted."""
        return cls(request.path_params["token"], request.query_params.get("t", ""))

    @property
    def has_token(self) -> bool:
        """Whether there is one at all."""
        return bool(self.link or self.entry)

    async def open(self, rt: Runtime) -> Opened:
        """Return what it stands for."""
        return await open_token(rt, link=self.link, entry=self.entry)


async def offer(rt: Runtime, request: Request, door: Door, invitation: Invitation) -> LinkView:
    """Return what the page of a link shows to this browser."""
    before = await session_of(request)
    offered = await _merge_offer(rt, before, invitation)
    can_be_merged = offered and invitation.target.task is None and offered.refusal != NOT_LINKED
    drawn = secrets.token_urlsafe(16)
    return LinkView(
        whose=invitation.whose,
        target=invitation.target,
        leaves=await _leaves(rt, before, invitation),
        loses=offered is not None,
        merge=offered.refusal if offered and can_be_merged else None,
        hidden={"press": drawn, "form": _form_token(rt, request, invitation.token_hash, drawn)},
    )


async def press(
    rt: Runtime, request: Request, door: Door, fields: Mapping[str, str] | None
) -> Response | LinkView | None:
    """Spend a link if its own page sent the form; see `_spend` for what comes of it.

    Returns:
        The way on; the page once more if it has changed meanwhile, or was not ours; None if the
        link opens nothing.
    """
    opened = await door.open(rt)
    if opened.invitation is None:
        return await _after(rt, request, opened, fields)
    view = await offer(rt, request, door, opened.invitation)
    if fields is None or not _is_of_this_page(rt, request, opened.invitation, fields):
        return view
    wants = fields.get("merge", "")
    if view.merge is not None and (wants not in (YES, NO) or (wants == YES and view.merge)):
        return view
    merges = view.merge is not None and wants == YES
    try:
        done = await _spend(rt, request, opened.invitation, fields["press"], merges=merges)
    except TossbillError as error:  # refused for what has happened since the page was shown
        linked_id = opened.invitation.customer_id
        log.warning(
            "customer.not_merged", extra={"data": {"linked_id": linked_id, "code": error.code}}
        )
        return _refused(await offer(rt, request, door, opened.invitation), error)
    return done or await _after(rt, request, await door.open(rt), fields)


def _refused(view: LinkView, error: TossbillError) -> LinkView:
    """Return the page again, with why the customers were not merged."""
    is_explained = isinstance(error, Conflict) and view.merge is not None
    return replace(view, merge=error.code) if is_explained else view


async def _after(
    rt: Runtime, request: Request, opened: Opened, fields: Mapping[str, str] | None
) -> Response | None:
    """Lead on from a link that is over, if this is the press that spent it, or its session."""
    again = await entering.pressed_before(rt, opened, (fields or {}).get("press", ""))
    if again and opened.link:
        return _way(rt, request, again, await page_of(rt, target_of(opened.link)))
    return await continue_at(rt, request, opened)


async def _spend(
    rt: Runtime, request: Request, invitation: Invitation, drawn: str, *, merges: bool
) -> Response | None:
    before = await session_of(request)
    pressed = Press(drawn, request.headers.get("user-agent", ""))
    if before and merges:
        who = actor_of(before)
        session = await enter_and_merge(rt, who, invitation, pressed, before=before)
    else:
        session = await entering.spend(rt, invitation, pressed, before=before)
    return _way(rt, request, session, await page_of(rt, invitation.target)) if session else None


async def continue_at(rt: Runtime, request: Request, opened: Opened) -> Response | None:
    """Lead on if the browser's session sees where a link led, which is over; else None."""
    session = await session_of(request)
    if opened.link is None or not await has_it_open(rt, session, opened):
        return None
    return _redirect(rt, await page_of(rt, target_of(opened.link)))


def _way(rt: Runtime, request: Request, session: Session, path: str) -> Response:
    response = _redirect(rt, path)
    set_session_cookie(request, response, session)
    return response


def _redirect(rt: Runtime, path: str) -> Response:
    return RedirectResponse(rt.settings.public_url + path, status_code=303, headers=NO_STORE)


async def _merge_offer(
    rt: Runtime, before: Session | None, invitation: Invitation
) -> MergeOffer | None:
    if before is None or before.scope or before.customer_id == invitation.customer_id:
        return None
    linked = invitation.customer_id
    return await merge.can_merge(rt, anonymous_id=before.customer_id, linked_id=linked)


async def _leaves(rt: Runtime, before: Session | None, invitation: Invitation) -> Whose | None:
    """Return whom continuing logs out: another customer whom a name or an address belongs to."""
    if before is None or before.customer_id == invitation.customer_id:
        return None
    async with rt.db.read() as db:
        found = await db.get(Customer, before.customer_id)
    is_somebody = found and (found.external_id or found.verified_email)
    return whose(found) if found and is_somebody else None


def _is_of_this_page(
    rt: Runtime, request: Request, invitation: Invitation, fields: Mapping[str, str]
) -> bool:
    drawn, token = fields.get("press", ""), fields.get("form", "")
    return compare_digest(
        token.encode(), _form_token(rt, request, invitation.token_hash, drawn).encode()
    )


def _form_token(rt: Runtime, request: Request, token_hash: str, drawn: str) -> str:
    """Return the token of a form: for one link, one drawing of its page, and one browser."""
    session = signed_session(request)
    return rt.signer.token(FORM, f"{token_hash}.{drawn}.{session.id if session else ''}")
