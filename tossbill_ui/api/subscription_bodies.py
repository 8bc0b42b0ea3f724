"""What programs say of an act on a subscription, and what they are told."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, model_validator

from tossbill_ui.api.requests import Body, PlanCode, Won
from tossbill_ui.resources.base import Day, Id, Instant, Krw, Resource

B = TypeVar("B", bound=Body)


class When(StrEnum):
    """When something takes effect."""

    NOW = "now"
    PERIOD_END = "period_end"


def _expecting(body: B, when: When, expected_refund_krw: int | None) -> B:
    if (when is When.NOW) != (expected_refund_krw is not None):
        raise ValueError("expected_refund_krw is needed with when = now, and only with it")
    return body


class CancelBody(Body):
    """How a subscription is canceled."""

    when: When
    """`now` ends it and refunds the rest of its period; `period_end` lets it work until then."""

    expected_refund_krw: Won | None = None
    """With `now`: the refund that the preview showed, in whole won."""

    @model_validator(mode="after")
    def _expects_with_now(self) -> Self:
        return _expecting(self, self.when, self.expected_refund_krw)


class ChangeBody(Body):
    """The plan that a subscription is changed to."""

    plan: PlanCode
    """Its code. At the period's end, the current plan drops a planned change."""

    when: When
    """`now` credits the rest of the period; `period_end` begins with the next period."""

    expected_amount_krw: Won
    """What the preview showed to be charged then, in whole won."""

    expected_refund_krw: Won | None = None
    """With `now`: what the preview showed to be refunded, in whole won."""

    @model_validator(mode="after")
    def _expects_with_now(self) -> Self:
        return _expecting(self, self.when, self.expected_refund_krw)


class ResumeBody(Body):
    """How a paused subscription is resumed."""

    expected_amount_krw: Won
    """What the preview showed to be charged at once, in whole won; 0 in a paid period."""


class CancelQuestion(Body):
    """What would canceling do?"""

    act: Literal["cancel"]
    """The act."""


class ChangeQuestion(Body):
    """What would changing to a plan do?"""

    act: Literal["change"]
    """The act."""

    plan: PlanCode
    """The plan's code."""


class ResumeQuestion(Body):
    """What would resuming do?"""

    act: Literal["resume"]
    """The act."""


Question = Annotated[CancelQuestion | ChangeQuestion | ResumeQuestion, Field(discriminator="act")]


class CancelPreview(Resource):
    """What canceling does."""

    act: Literal["cancel"]
    """The act."""

    expected_refund_krw: Krw
    """The refund if it is canceled now, in whole won."""

    days_left: Annotated[int, Field(ge=0, examples=[10])]
    """The days of the period that are refunded, with today."""

    can_wait: bool
    """Whether it can be canceled at the period's end."""

    ends_on: Day
    """The day on which it then stops working."""


class ChangePreview(Resource):
    """What changing to a plan does."""

    act: Literal["change"]
    """The act."""

    plan: Annotated[str, Field(examples=["pro"])]
    """The plan's code."""

    now_krw: Krw
    """What is charged if it is changed now, in whole won: `expected_amount_krw`."""

    credit_krw: Krw
    """The value of the rest of the period, which is credited, in whole won."""

    refund_krw: Krw
    """The part of it that is refunded, since the plan costs less, in whole won."""

    ends_on: Day
    """When the period that starts now would end."""

    period_end_krw: Krw
    """What is charged if it is changed at the period's end, in whole won: `expected_amount_krw`."""

    period_end_on: Day
    """The day of that."""


class ResumePreview(Resource):
    """What resuming does."""

    act: Literal["resume"]
    """The act."""

    expected_amount_krw: Krw
    """What is charged at once, in whole won; 0 in a paid period."""


Preview = Annotated[CancelPreview | ChangePreview | ResumePreview, Field(discriminator="act")]


class ConsentRequired(Resource):
    """Only the customer may do this: send them to an address. Nothing has changed yet."""

    code: Literal["consent_required"]
    """Always `consent_required`."""

    url: Annotated[str, Field(examples=["https://billing.example.com/enter/4fT2…"])]
    """Where the customer may do it, once."""

    link_id: Id
    """The id of this link, by which it can be revoked."""

    expires_at: Instant
    """Until when it can be opened."""
