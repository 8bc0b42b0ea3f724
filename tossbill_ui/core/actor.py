"""Who acts, as every action is told and every event says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What an actor is."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    API_KEY = "api_key"
    ENGINE = "engine"
    TOSS = "toss"
    COMMAND = "command"


# Whose acts somebody may have to explain later.
AUDITED = frozenset({ActorKind.OPERATOR, ActorKind.API_KEY, ActorKind.COMMAND})


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts.

    Attributes:
        id: A customer's or an API key's id; empty for the others, and for an unknown visitor.
        name: What an operator or an API key is called.
    """

    kind: ActorKind
    id: str = ""
    name: str = ""

    @property
    def is_customer(self) -> bool:
        """Whether only what is the customer's own may be seen and changed."""
        return self.kind is ActorKind.CUSTOMER

    @property
    def customer_id(self) -> str:
        """Whose rows are meant where nobody is named; empty for who is no customer."""
        return self.id if self.is_customer else ""

    @property
    def label(self) -> str:
        """The name for a text of at most 40 characters, or the kind where there is none."""
        return (self.name or self.kind.value)[:40]

    def may_see(self, customer_id: str) -> bool:
        """Whether a customer's rows may be seen and changed: one's own, or everybody's.

        A visitor owns nothing, not even a row without an owner.
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
