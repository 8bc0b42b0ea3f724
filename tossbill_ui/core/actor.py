"""The actor: passed to every action and recorded in every event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    """

    kind: ActorKind
    id: str = ""
    name: str = ""

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


ENGINE = Actor(ActorKind.ENGINE)
TOSS = Actor(ActorKind.TOSS)
VISITOR = Actor(ActorKind.CUSTOMER)


def customer(customer_id: str) -> Actor:
    """Return a customer as the actor."""
    return Actor(ActorKind.CUSTOMER, id=customer_id)


def operator(name: str) -> Actor:
    """Return an operator as the actor."""
    return Actor(ActorKind.OPERATOR, name=name)
