"""The tour: finds or makes a customer for each scenario, and links to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tossbill_ui.core.crypto import fingerprint, new_id
from tossbill_ui.customers import demo_link
from tossbill_ui.customers.session import Session
from tossbill_ui.demo import text
from tossbill_ui.demo.scenarios import SCENARIOS, Scenario
from tossbill_ui.demo.stage import Stage, choose_plans
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.sandbox_control import SandboxControl

ID_LENGTH = 32
Report = Callable[[str], None]


@dataclass(frozen=True)
class Stop:
    """One customer of the tour.

    Attributes:
        name: The scenario's key in `demo.text.NAMES`.
        path: The path and query that sign a browser in; empty if the state could not be made.
    """

    name: str
    path: str


@dataclass(frozen=True)
class Cast:
    """A scenario and the customer who plays it; whether the state is there already."""

    scenario: Scenario
    session: Session
    is_ready: bool


async def make_tour(rt: Runtime, report: Report) -> list[Stop]:
    """Bring a sandbox shop into every state, and return a link to each.

    A customer who is in the right state already is kept; for the others a new one is made, so that
    it may run again at any time, also after an interruption.

    Args:
        rt: The runtime of a command beside the app, whose clock has been read.
        report: Called with each step, in English.

    Raises:
        SettingsError: The shop is not a sandbox, or offers no plan that can be used.
        SandboxUnavailable: The sandbox does not respond, or its clock does not arrive.
    """
    demo_link.refuse_real_keys(rt)
    settings = rt.settings
    sandbox = SandboxControl(settings.api_base_url, secret_key=settings.secret_key)
    try:
        stage = Stage(rt, sandbox, await choose_plans(rt))
        cast = [await _find(stage, scenario) for scenario in SCENARIOS]
        await _play(stage, [each for each in cast if not each.is_ready], report)
        return [await _stop(stage, each) for each in cast]
    finally:
        await sandbox.aclose()


async def _find(stage: Stage, scenario: Scenario) -> Cast:
    """Return the first customer who is in the scenario's state, else the first who is new."""
    number = 1
    while True:
        key = fingerprint(f"demo {scenario.name} {number}")[:ID_LENGTH]
        session = Session(id=new_id(), customer_id=key)
        seen = await stage.subscription(session)
        if seen is None or scenario.holds(seen):
            return Cast(scenario, session, is_ready=seen is not None)
        number += 1


async def _play(stage: Stage, cast: list[Cast], report: Report) -> None:
    """Let each scenario begin at its time before the end, and finish all of them then."""
    leads = [(each.scenario.lead(stage.plans), each) for each in cast]
    playing = sorted(
        ((lead, each) for lead, each in leads if lead is not None), key=lambda one: -one[0]
    )
    left = playing[0][0] if playing else 0
    for lead, each in playing:
        await _pass(stage, left - lead, report)
        left = lead
        report(text.MAKING.format(name=text.NAMES[each.scenario.name][1]))
        await each.scenario.begin(stage, each.session)
    await _pass(stage, left, report)
    await stage.do_what_is_due()
    for _, each in playing:
        await each.scenario.finish(stage, each.session)


async def _pass(stage: Stage, days: int, report: Report) -> None:
    if days:
        report(text.MOVING.format(days=days))
        await stage.pass_days(days)


async def _stop(stage: Stage, each: Cast) -> Stop:
    seen = await stage.subscription(each.session)
    is_there = seen is not None and each.scenario.holds(seen)
    path = demo_link.link_path(stage.rt, each.session.customer_id) if is_there else ""
    return Stop(each.scenario.name, path)
