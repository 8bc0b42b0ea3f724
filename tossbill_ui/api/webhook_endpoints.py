"""Webhook endpoints: added, changed, tried out, and sent events again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import AwareDatetime, BeforeValidator, Field

from tossbill_ui import runtime
from tossbill_ui.api.authentication import Program
from tossbill_ui.api.requests import Body
from tossbill_ui.api.routing import TheCommand, needs, new_router
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.events.types import EventType
from tossbill_ui.outbound import endpoint_secrets, endpoints
from tossbill_ui.outbound.models import NOTE_LENGTH, URL_LENGTH, EndpointState
from tossbill_ui.outbound.models import WebhookEndpoint as Row
from tossbill_ui.outbound.ping import ping
from tossbill_ui.outbound.replay import replay
from tossbill_ui.resources.base import Id, Instant, Resource

MayRead = needs(ApiScope.READ)
MayChange = Annotated[Program, needs(ApiScope.WEBHOOKS)]
EndpointId = Annotated[str, Path(max_length=64, description="The id of the endpoint.")]
Url = Annotated[str, Field(max_length=URL_LENGTH, examples=["https://shop.example/webhooks"])]
Types = Annotated[list[EventType], Field(examples=[["customer.access_changed"]])]
Note = Annotated[str, Field(max_length=NOTE_LENGTH, examples=["the shop's server"])]
# Answered to a repeated command, which posts nothing again.
REPEATED = "repeated"

router = new_router("Webhook endpoints")


class WebhookEndpoint(Resource):
    """An address of yours that gets events."""

    id: Id
    """Its id."""

    url: Url
    """Where events are posted."""

    types: Types
    """The types that it gets; none means all."""

    note: Note
    """Your note."""

    state: EndpointState
    """Whether events are sent: `on`, `failing` since `failing_since`, or `off`."""

    failing_since: Instant | None
    """When the first delivery failed after the last success."""

    last_success_at: Instant | None
    """When it last accepted one, within a minute."""

    created_at: Instant
    """When it was added."""


class NewWebhookEndpoint(WebhookEndpoint):
    """An endpoint with its secret, which is shown only here."""

    secret: Annotated[str, Field(examples=["whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="])]
    """Verifies that an event is from us."""


class WebhookEndpoints(Resource):
    """All endpoints."""

    data: list[WebhookEndpoint]
    """The endpoints, oldest first: at most 20."""

    next: Annotated[None, Field(examples=[None])]
    """Always null: there is one page."""


class Wanted(Body):
    """An endpoint to add."""

    url: Url
    """Where to post events: https, and in the sandbox also http to the same machine."""

    types: Types = Field(default_factory=list[EventType])
    """The types that it gets; none means all."""

    note: Note = ""
    """A note for people."""


class Change(Body):
    """What is to be changed; what you leave out stays as it is."""

    url: Url | None = None
    """Where to post events."""

    types: Types | None = None
    """The types that it gets; none means all."""

    note: Note | None = None
    """A note for people."""

    state: Literal["on", "off"] | None = None
    """Whether events are sent. Turned on, it gets those from now on."""


class Pong(Resource):
    """What an endpoint answered to a `webhook.ping`."""

    status: Annotated[int, Field(ge=100, le=999, examples=[204])] | None
    """The HTTP status; null if there was none."""

    error: Annotated[str, Field(examples=["timeout"])]
    """Why there was none; empty if there was. `repeated` if the command was sent before."""


def _written(at: object) -> object:
    if not isinstance(at, str):
        raise ValueError("an instant is written as 2026-11-24T03:00:00Z")  # noqa: TRY004 - pydantic's
    return at


Moment = Annotated[
    Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]
    | Annotated[AwareDatetime, BeforeValidator(_written)],
    Field(examples=["2026-11-24T03:00:00Z"]),
]


class Span(Body):
    """The events to send again."""

    since: Moment = Field(alias="from")
    """The `seq` of the first event, or the first instant."""

    until: Moment | None = Field(default=None, alias="to")
    """The `seq` of the last event, or the instant after it; without it, up to the newest."""


@router.get("/webhook-endpoints", dependencies=[MayRead])
async def list_webhook_endpoints() -> WebhookEndpoints:
    """List all endpoints, without their secrets."""
    rows = await endpoints.list_endpoints(runtime.current())
    return WebhookEndpoints(data=[WebhookEndpoint.of(row) for row in rows], next=None)


@router.get("/webhook-endpoints/{endpoint_id}", dependencies=[MayRead])
async def get_webhook_endpoint(endpoint_id: EndpointId) -> WebhookEndpoint:
    """Get an endpoint, without its secret."""
    return WebhookEndpoint.of(await endpoints.get(runtime.current(), endpoint_id))


@router.post("/webhook-endpoints", status_code=201)
async def add_webhook_endpoint(
    body: Wanted, program: MayChange, command: TheCommand
) -> NewWebhookEndpoint:
    """Add an endpoint, which gets the events from now on."""
    rt = runtime.current()
    if not command.was_done:
        wanted = body.model_dump()
        await endpoints.create(rt, program.actor, id=command.object_id, **wanted)
    return _with_secret(await endpoints.get(rt, command.object_id))


@router.patch("/webhook-endpoints/{endpoint_id}")
async def change_webhook_endpoint(
    endpoint_id: EndpointId, body: Change, program: MayChange, command: TheCommand
) -> WebhookEndpoint:
    """Change an endpoint, or turn it on or off."""
    rt = runtime.current()
    if not command.was_done:
        state = EndpointState(body.state) if body.state else None
        wanted = body.model_dump(exclude={"state"})
        await endpoints.update(rt, program.actor, endpoint_id, state=state, **wanted)
    return WebhookEndpoint.of(await endpoints.get(rt, endpoint_id))


@router.delete("/webhook-endpoints/{endpoint_id}", status_code=204)
async def remove_webhook_endpoint(
    endpoint_id: EndpointId, program: MayChange, command: TheCommand
) -> None:
    """Remove an endpoint, with what was to be sent to it."""
    if not command.was_done:
        await endpoints.delete(runtime.current(), program.actor, endpoint_id)


@router.post("/webhook-endpoints/{endpoint_id}/rotate-secret")
async def rotate_secret(
    endpoint_id: EndpointId, program: MayChange, command: TheCommand
) -> NewWebhookEndpoint:
    """Give an endpoint a new secret; for a day the old one signs beside it."""
    rt = runtime.current()
    if not command.was_done:
        await endpoints.rotate_secret(rt, program.actor, endpoint_id)
    return _with_secret(await endpoints.get(rt, endpoint_id))


@router.post("/webhook-endpoints/{endpoint_id}/ping")
async def ping_webhook_endpoint(
    endpoint_id: EndpointId, program: MayChange, command: TheCommand
) -> Pong:
    """Post a signed `webhook.ping` now, and tell what was answered."""
    if command.was_done:
        return Pong(status=None, error=REPEATED)
    answer = await ping(runtime.current(), program.actor, endpoint_id)
    return Pong(status=answer.status, error=answer.error)


@router.post("/webhook-endpoints/{endpoint_id}/replay", status_code=202)
async def replay_events(
    endpoint_id: EndpointId, body: Span, program: MayChange, command: TheCommand
) -> WebhookEndpoint:
    """Send events again, whether they were accepted or not, within seconds."""
    rt = runtime.current()
    if not command.was_done:
        wanted = body.model_dump()
        await replay(rt, program.actor, endpoint_id, **wanted)
    return WebhookEndpoint.of(await endpoints.get(rt, endpoint_id))


def _with_secret(row: Row) -> NewWebhookEndpoint:
    secret = endpoint_secrets.newest(runtime.current(), row)
    return NewWebhookEndpoint.of(row, secret=secret)
