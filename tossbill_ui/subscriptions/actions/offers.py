"""Offers: links at which a customer may do what makes them pay more (ADR-0052)."""

from __future__ import annotations

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import portal_links
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.actions.portal_link import MemberLink, make_link


async def offer(
    rt: Runtime,
    actor: Actor,
    subscription_id: str,
    *,
    task: Task,
    plan_code: str | None = None,
    link_id: str,
) -> None:
    """Make a link, valid for 7 days, to do one thing with a subscription; nothing changes yet.

    Args:
        rt: The process's runtime.
        actor: Who offers it.
        subscription_id: The subscription.
        task: What its customer may do there.
        plan_code: With `Task.PLAN`: the plan to change to.
        link_id: The id of the link, by which `portal_links.address_again` knows its address.

    Raises:
        NotFound: There is no such subscription.
        InvalidRequest: The plan is not on offer.
    """
    async with rt.db.read() as db:
        subscription = await repository.get_owned(db, actor, subscription_id)
    wanted = MemberLink(
        customer_id=subscription.customer_id,
        task=task,
        subscription_id=subscription.id,
        plan_code=plan_code,
        valid_for=portal_links.LONGEST_OF_A_TASK,
    )
    await make_link(rt, actor, wanted, link_id=link_id)
