"""Customers who undo at once what they did: nothing may differ from before."""

from __future__ import annotations

from tests.simulation.db_snapshot import Terms
from tests.simulation.oracle import InvariantBroken
from tests.simulation.world import World
from tossbill_ui.core.calendar import korean_day
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import cancel, change_plan, pause


async def cancel_and_undo(
    rt: Runtime, world: World, session: Session, subscription_id: str
) -> None:
    """Cancel at the period's end, and undo it."""
    found = _continuing(world, subscription_id, "trialing", "active", "paused")
    if found:
        actor = actor_of(session)
        await cancel.cancel_at_period_end(rt, actor, subscription_id)
        await cancel.undo(rt, actor, subscription_id)
        _require_unchanged(world, subscription_id, found)


async def pause_and_resume(
    rt: Runtime, world: World, session: Session, subscription_id: str
) -> None:
    """Pause in the paid period, and resume in it."""
    found = _continuing(world, subscription_id, "active")
    if found:
        actor = actor_of(session)
        await pause.pause(rt, actor, subscription_id)
        await pause.resume(rt, actor, subscription_id)
        _require_unchanged(world, subscription_id, found)


async def plan_and_keep(rt: Runtime, world: World, session: Session, subscription_id: str) -> None:
    """Choose another plan for the next period, and then the current one again."""
    found = _continuing(world, subscription_id, "trialing", "active")
    if found and found.next_plan_code in (None, found.plan_code):
        actor = actor_of(session)
        for plan_code in (world.rng.choice(world.habits.plans), found.plan_code):
            await change_plan.change_at_period_end(rt, actor, subscription_id, plan_code=plan_code)
        _require_unchanged(world, subscription_id, found)


def _continuing(world: World, subscription_id: str, *statuses: str) -> Terms | None:
    """Return the terms of a subscription in its period, if nobody else may change them now."""
    is_alone = sum(not worker.is_idle for worker in world.workers) == 1
    found = world.snapshot.terms(subscription_id) if is_alone else None
    if found is None or found.status not in statuses or found.attention:
        return None
    today = korean_day(world.clock.now()).isoformat()
    return found if str(found.ends_on) > today else None


def _require_unchanged(world: World, subscription_id: str, before: Terms) -> None:
    after = world.snapshot.terms(subscription_id)
    if after != before:
        raise InvariantBroken(f"an undone act left {after} instead of {before}")
