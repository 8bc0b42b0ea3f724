"""The actor: passed to every action and recorded in every event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tossbill_ui.core.errors import NeedsSignIn
from tossbill_ui.core.scope import Scope, Task


class ActorKind(StrEnum):
    """The kinds of actor."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    API_KEY = "api_key"
    ENGINE = "engine"
    TOSS = "toss"
    COMMAND = "command"


# Acts of these kinds go to the audit trail: somebody may have to explain them later.
AUDITED = frozenset({ActorKind.OPERATOR, ActorKind.API_KEY, ActorKind.COMMAND})


@dataclass(frozen=True)
class Actor:
    """A person or a part of the system that performs an action.

    Attributes:
        id: The id of a customer or an API key; empty for other kinds and for an unknown visitor.
        name: The name of an operator or an API key.
        scope: What a customer's session is limited to; None if it sees all of them.
    """

    kind: ActorKind
    id: str = ""
    name: str = ""
    scope: Scope | None = None

    @property
    def is_customer(self) -> bool:
        """Whether the actor may see and change only their own rows."""
        return self.kind is ActorKind.CUSTOMER

    @property
    def customer_id(self) -> str:
        """The customer's id, the default owner of rows; empty if the actor is not a customer."""
        return self.id if self.is_customer else ""

    @property
    def label(self) -> str:
        """The name, cut to 40 characters, or the kind if there is no name."""
        return (self.name or self.kind.value)[:40]

    def may_see(self, customer_id: str) -> bool:
        """Whether the actor may see and change a customer's rows.

        A customer may do so with their own rows, every other actor with all of them. A visitor
        owns nothing, not even a row without an owner.
        """
        return bool(self.id) and self.id == customer_id if self.is_customer else True

    def may_see_subscription(self, customer_id: str, subscription_id: str | None) -> bool:
        """Whether the actor may see a customer's row that belongs to a subscription.

        Args:
            customer_id: The owner of the row.
            subscription_id: The subscription; None if the row belongs to none, as a payment
                method does.
        """
        is_in_scope = self.scope is None or self.scope.subscription_id == subscription_id
        return self.may_see(customer_id) and is_in_scope

    def may(self, task: Task) -> bool:
        """Whether the actor's session is for a task, among others or alone."""
        return self.scope is None or task in self.scope.tasks

    def require(self, task: Task) -> None:
        """Check that the actor's session is for a task.

        Raises:
            NeedsSignIn: It is limited to another one.
        """
        if not self.may(task):
            raise NeedsSignIn("This session is limited to another task.")

    def require_all(self) -> None:
        """Check that the actor's session is limited to no task.

        Raises:
            NeedsSignIn: It is.
        """
        if self.scope is not None:
            raise NeedsSignIn("This session is limited to one task.")


ENGINE = Actor(ActorKind.ENGINE)
TOSS = Actor(ActorKind.TOSS)
VISITOR = Actor(ActorKind.CUSTOMER)


def customer(customer_id: str, *, scope: Scope | None = None) -> Actor:
    """Return a customer as the actor, maybe limited to the scope of their session."""
    return Actor(ActorKind.CUSTOMER, id=customer_id, scope=scope)


def operator(name: str) -> Actor:
    """Return an operator as the actor."""
    return Actor(ActorKind.OPERATOR, name=name)
