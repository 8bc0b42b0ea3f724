"""Access of customers, operators and the engine to a customer's rows."""

from __future__ import annotations

import pytest

from tests.support.actors import KIM
from tossbill_ui.core.actor import ENGINE, VISITOR, Actor, ActorKind, customer, operator

ANN, BOB = "a" * 32, "b" * 32


def test_customers_see_only_their_own_rows() -> None:
    assert customer(ANN).may_see(ANN)
    assert not customer(ANN).may_see(BOB)


@pytest.mark.parametrize("owner", [ANN, ""])
def test_visitor_sees_nothing_not_even_a_row_without_an_owner(owner: str) -> None:
    assert not VISITOR.may_see(owner)
    assert not customer("").may_see(owner)


@pytest.mark.parametrize("actor", [KIM, ENGINE, Actor(ActorKind.API_KEY, id=ANN)])
def test_other_actors_see_all_rows_and_own_none(actor: Actor) -> None:
    assert actor.may_see(ANN)
    assert actor.may_see(BOB)
    assert actor.customer_id == ""


def test_label_is_the_name_or_else_the_kind() -> None:
    assert (KIM.label, customer(ANN).label, ENGINE.label) == ("kim", "customer", "engine")
    assert operator("k" * 41).label == "k" * 40
