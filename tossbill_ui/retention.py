"""Deletes what strangers cause, some days later (ADR-0040).

A stranger is a customer without a payment method. Whoever has registered one, and everything
about them, stays: no rule here reaches it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from tossbill_ui.api_keys.models import ApiCommand
from tossbill_ui.audit.models import SecurityEvent
from tossbill_ui.core.db import Table
from tossbill_ui.core.pubsub_between_processes import CustomerChange
from tossbill_ui.customers.models import Customer, PortalLink, SignInCode, StoredSession
from tossbill_ui.migrations.models import metadata
from tossbill_ui.notices.models import Notice
from tossbill_ui.outbound.models import EndpointState, WebhookDelivery, WebhookEndpoint
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payment_methods.repository import UNUSED
from tossbill_ui.runtime import Runtime
from tossbill_ui.webhooks.models import WebhookCount, WebhookEvent

log = logging.getLogger(__name__)

BATCH_SIZE = 200
# Rows of these do not make a visitor a customer: anybody can cause them. An event does, but no
# index finds it; each is about somebody who has a method or a subscription, or whom the shop knows.
OF_ANYBODY = ("customer_change", "event", "security_event", "session", "sign_in_code")

Condition = sa.ColumnElement[bool]
Key = Sequence[Any]


@dataclass(frozen=True)
class Rule:
    """The time that the rows of a table are kept.

    Attributes:
        table: The table.
        setting: The setting with the number of days, as a field of `Settings`; may be empty.
        is_over: Returns the condition for rows that may go, given the instant that many days ago.
        by_machine: Whether its times are the machine's: a sandbox whose clock is moved on by a
            year must not sign everybody out.
        days: The number of days, if no setting has it.
    """

    table: type[Table]
    setting: str
    is_over: Callable[[datetime], Condition]
    by_machine: bool = False
    days: int | None = None

    def condition(self, rt: Runtime) -> Condition:
        """Return the condition for rows that may go now."""
        now = (rt.machine if self.by_machine else rt.clock).now()
        days: int = self.days or getattr(rt.settings, self.setting)
        return self.is_over(now - timedelta(days=days))


def _security_event(before: datetime) -> Condition:
    return col(SecurityEvent.day) < before.date()


def _webhook_event(before: datetime) -> Condition:
    return sa.and_(
        col(WebhookEvent.handled_at).is_not(None), col(WebhookEvent.received_at) < before
    )


def _webhook_count(before: datetime) -> Condition:
    return col(WebhookCount.day) < before.date()


def _webhook_delivery(before: datetime) -> Condition:
    """Select deliveries that ended, and the open ones of endpoints that were turned off."""
    is_off = sa.exists().where(
        col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id),
        col(WebhookEndpoint.state) == EndpointState.OFF,
    )
    ended_at = sa.func.coalesce(col(WebhookDelivery.done_at), col(WebhookDelivery.given_up_at))
    return (ended_at < before) | (is_off & (col(WebhookDelivery.planned_at) < before))


def _session(before: datetime) -> Condition:
    return col(StoredSession.last_seen_at) < before


def _portal_link(before: datetime) -> Condition:
    return col(PortalLink.expires_at) < before


def _sign_in_code(before: datetime) -> Condition:
    return col(SignInCode.expires_at) < before


def _api_command(before: datetime) -> Condition:
    return col(ApiCommand.created_at) < before


def _notice(before: datetime) -> Condition:
    """Select the mails with codes, whose text is forgotten already."""
    return col(Notice.expires_at) < before


def _registration(before: datetime) -> Condition:
    """Select the unused and failed registrations of strangers."""
    has_method = sa.exists().where(col(PaymentMethod.customer_id) == col(Registration.customer_id))
    return sa.and_(
        col(Registration.status).in_(UNUSED),
        col(Registration.created_at) < before,
        ~has_method,
    )


def _customer(before: datetime) -> Condition:
    """Select customers whom neither the shop nor a row of another table names."""
    owned = (
        table
        for table in metadata.sorted_tables
        if "customer_id" in table.c and table.name not in OF_ANYBODY
    )
    is_named = (sa.exists().where(table.c.customer_id == col(Customer.id)) for table in owned)
    is_ours = col(Customer.external_id).is_(None) & col(Customer.verified_email).is_(None)
    is_plain = is_ours & col(Customer.merged_into).is_(None) & col(Customer.blocked_at).is_(None)
    return sa.and_(col(Customer.created_at) < before, is_plain, *(~each for each in is_named))


def _customer_change(_before: datetime) -> Condition:
    """Select what is left of deleted customers; the newest number must not be given twice."""
    newest = sa.select(sa.func.max(CustomerChange.number)).scalar_subquery()
    is_known = sa.exists().where(col(Customer.id) == col(CustomerChange.customer_id))
    return sa.and_(~is_known, col(CustomerChange.number) < newest)


# In this order: customers go once their registrations are gone.
RULES = (
    Rule(SecurityEvent, "tossbill_keep_security_days", _security_event),
    Rule(WebhookEvent, "tossbill_keep_webhooks_days", _webhook_event),
    Rule(WebhookCount, "tossbill_keep_webhooks_days", _webhook_count),
    Rule(WebhookDelivery, "", _webhook_delivery, by_machine=True, days=30),
    Rule(StoredSession, "tossbill_keep_sessions_days", _session, by_machine=True),
    Rule(PortalLink, "tossbill_keep_security_days", _portal_link, by_machine=True),
    # Each has an address, and no id of a customer by whom `privacy` would find it.
    Rule(SignInCode, "", _sign_in_code, by_machine=True, days=1),
    Rule(ApiCommand, "", _api_command, by_machine=True, days=30),
    Rule(Notice, "tossbill_keep_visitors_days", _notice, by_machine=True),
    Rule(Registration, "tossbill_keep_visitors_days", _registration),
    Rule(Customer, "tossbill_keep_visitors_days", _customer),
    Rule(CustomerChange, "tossbill_keep_visitors_days", _customer_change),
)


async def forget(rt: Runtime) -> dict[str, int]:
    """Delete every row whose time is over, in small transactions; safe to interrupt and repeat.

    Returns:
        The number of deleted rows by table.
    """
    deleted = {str(rule.table.__tablename__): await _apply(rt, rule) for rule in RULES}
    if any(deleted.values()):
        log.info("retention.deleted", extra={"data": deleted})
    return deleted


async def _apply(rt: Runtime, rule: Rule) -> int:
    is_over = rule.condition(rt)
    deleted, found = 0, await _find(rt, rule, is_over)
    while found:
        deleted += await _delete(rt, rule, is_over, found)
        found = await _find(rt, rule, is_over, after=found[-1])
    return deleted


async def _find(
    rt: Runtime, rule: Rule, is_over: Condition, after: Key | None = None
) -> Sequence[Key]:
    """Find the next rows in a transaction that keeps no writer waiting, however long it reads."""
    keys = sa.inspect(rule.table).primary_key
    query = sa.select(*keys).where(is_over).order_by(*keys).limit(BATCH_SIZE)
    if after is not None:
        query = query.where(sa.tuple_(*keys) > sa.tuple_(*after))
    async with rt.db.read() as db:
        return (await (await db.connection()).execute(query)).all()


async def _delete(rt: Runtime, rule: Rule, is_over: Condition, found: Sequence[Key]) -> int:
    """Delete the rows that are still over once they are locked: they may have come to life."""
    keys = sa.inspect(rule.table).primary_key
    lock = sa.select(*keys).where(sa.tuple_(*keys).in_(found)).with_for_update(skip_locked=True)
    async with rt.db.write() as db:
        connection = await db.connection()
        locked = (await connection.execute(lock)).all()
        over = sa.delete(rule.table).where(sa.tuple_(*keys).in_(locked), is_over)
        return (await connection.execute(over)).rowcount if locked else 0
