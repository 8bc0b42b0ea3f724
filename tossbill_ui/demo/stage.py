"""The stage of the demo: the shop's services, the sandbox, and what a customer does with both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tossbill_ui.core.errors import SettingsError
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import outcome, registration
from tossbill_ui.payment_methods.registration import WindowCall
from tossbill_ui.payment_methods.ticket import Return
from tossbill_ui.payments.settle import settle
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import subscribe
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.subscriptions.reading.view import SubscriptionView
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.subscriptions.terms.catalog import Offer
from tossbill_ui.toss.sandbox_control import SandboxControl

WAIT_SECONDS = 60.0
ONE_HOUR = timedelta(hours=1)
LONGEST_PERIOD = timedelta(days=31)


@dataclass(frozen=True)
class Plans:
    """The plans that the customers of the demo subscribe to.

    Attributes:
        plain: A plan of at most a month without a trial.
        short: The one with the shortest period.
        trial: A plan with a trial, if the shop offers one.
    """

    plain: Offer
    short: Offer
    trial: Offer | None

    @property
    def short_days(self) -> int:
        """The most days that a period of the shortest plan has."""
        day = date(2026, 12, 1)
        return (self.short.price.interval.after(day, 1) - day).days


@dataclass(frozen=True)
class Stage:
    """A sandbox shop in which customers act."""

    rt: Runtime
    sandbox: SandboxControl
    plans: Plans

    async def card(self, session: Session, persona: str) -> str:
        """Register a test card and return the payment method's id.

        Args:
            session: The customer's session.
            persona: The name of the card's behavior in the sandbox.

        Raises:
            SettingsError: The sandbox did not issue a billing key.
        """
        number = await self.sandbox.card_number(persona)
        call = await registration.start(self.rt, session)
        auth_key = await self.sandbox.authorize(customer_key=call.customer_key, card_number=number)
        await registration.finish(self.rt, session, _returned(call, auth_key))
        actor = actor_of(session)
        found = await outcome.wait(self.rt, actor, call.registration_id, seconds=WAIT_SECONDS)
        if found.method is None:
            raise SettingsError("The sandbox did not register a card: is a fault set in its panel?")
        return found.method.id

    async def subscribe(
        self, session: Session, offer: Offer, persona: str = "approve"
    ) -> SubscriptionView:
        """Subscribe to a plan with a new card, and wait for the first charge."""
        actor, code = actor_of(session), offer.plan.code
        method_id = await self.card(session, persona)
        quote = await subscribe.quote(self.rt, actor, code)
        subscription_id = await subscribe.subscribe(
            self.rt, actor, plan_code=code, payment_method_id=method_id, agreed=quote.terms
        )
        return await view.wait(self.rt, actor, subscription_id, seconds=WAIT_SECONDS)

    async def subscription(self, session: Session) -> SubscriptionView | None:
        """Return a customer's newest subscription, if any."""
        found = await view.subscriptions(self.rt, actor_of(session))
        return next((each for each in found if isinstance(each, view.SubscriptionView)), None)

    async def pass_days(self, days: int) -> None:
        """Move the sandbox's clock into the charge hours of a later day, and do what is due.

        The app's worker does everything due on the way at its own time; without a worker it is
        done at the end.

        Raises:
            SandboxUnavailable: The clock does not arrive.
        """
        day = today(self.rt) + timedelta(days=days)
        at = self.rt.settings.charge_hours.opening(day) + ONE_HOUR
        await self.sandbox.move_clock(at, within_seconds=WAIT_SECONDS)
        await self.rt.clock.refresh()
        await self.do_what_is_due()

    async def do_what_is_due(self) -> None:
        """Do what the app's worker does too, in case there is none."""
        await announce_trials(self.rt)
        await run_due(self.rt)
        await settle(self.rt)


def _returned(call: WindowCall, auth_key: str) -> Return:
    """Return what Toss's window adds to the address of success."""
    return Return(
        registration_id=call.registration_id,
        token=call.token,
        auth_key=auth_key,
        customer_key=call.customer_key,
    )


async def choose_plans(rt: Runtime) -> Plans:
    """Choose among the plans on offer.

    Raises:
        SettingsError: None of at most a month is offered without a trial.
    """
    day, found = today(rt), await catalog.offers(rt)
    paid = [
        offer
        for offer in found
        if not offer.price.trial_days and offer.price.interval.after(day, 1) - day <= LONGEST_PERIOD
    ]
    if not paid:
        raise SettingsError("The demo needs a plan of a week or a month without a trial on offer.")
    longest_first = sorted(paid, key=lambda offer: offer.price.interval.after(day, 1), reverse=True)
    trial = next((offer for offer in found if offer.price.trial_days), None)
    return Plans(plain=longest_first[0], short=longest_first[-1], trial=trial)
