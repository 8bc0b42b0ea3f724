"""A share of the spoiled inputs that ``python -m tests.attacks`` sends, and planted faults."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.attacks.inputs import running
from tests.attacks.inputs.running import SURFACES, Broken, pieces, repeat_command, run, shares
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.crypto import Signer
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers.session import Session
from tossbill_ui.http import own_forms, routes
from tossbill_ui.payment_methods.card_input import CardInput
from tossbill_ui.toss import client as gateway
from tossbill_ui.toss.errors import Refused
from tossbill_ui.toss.response import TossResponse
from tossbill_ui.ui.shared import arguments
from tossbill_ui.webhooks import reading

# The pages are built first, if they are not yet.
pytestmark = pytest.mark.processes

SHARE = {
    "webhooks": 250,
    "redirects": 300,
    "cookies": 1_000,
    "filters": 80,
    "forms": 100,
    "events": 120,
    "gateway": 1_000,
}
SEED = 1


@pytest.mark.parametrize("surface", SURFACES)
def test_spoiled_inputs_do_no_harm(surface: str) -> None:
    assert run(surface, SEED, range(SHARE[surface])).total() == SHARE[surface]


def test_every_surface_has_its_share() -> None:
    wanted = list(pieces(100_000, 0, 1_000))

    assert set(SHARE) == set(SURFACES)
    assert sum(len(numbers) for _, _, numbers in wanted) == 100_000
    assert {name for name, _, _ in wanted} == set(SURFACES)
    assert min(shares(100_000).values()) >= 4_000


def test_seed_always_draws_the_same_inputs() -> None:
    assert run("gateway", 7, range(200)) == run("gateway", 7, range(200))
    assert run("cookies", 7, range(100)) == run("cookies", 7, range(100))


@dataclass(frozen=True)
class Fault:
    """A fault of ours, planted, and how many inputs find it.

    Attributes:
        says: A part of what the failure says.
    """

    surface: str
    inputs: int
    plant: Callable[[pytest.MonkeyPatch], None]
    says: str


def _crashes(value: Any) -> str:
    return value[:300]


def _any_session(signer: Signer, cookie: str) -> Session | None:
    session_id, _, rest = cookie.partition(".")
    return Session(session_id, rest.partition(".")[0])


def _refused(answer: TossResponse, *, secrets: tuple[str, ...] = ()) -> Refused:
    return Refused("Refused.", toss_code="REJECT_CARD_PAYMENT")


def _logged(card: CardInput, details: Callable[..., Any] = CardInput.details) -> Any:
    logging.getLogger("planted").warning(card.number.get_secret_value())
    return details(card)


def _replace(target: Any, name: str, by: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(target, name, by)


FAULTS = {
    "a webhook raises": Fault("webhooks", 60, _replace(reading, "_text", _crashes), "TypeError"),
    "a forged seal is a session": Fault(
        "cookies", 100, _replace(sessions, "unseal", _any_session), "Session("
    ),
    "any token will do": Fault(
        "cookies", 100, _replace(Signer, "verifies", lambda *_: True), "Session("
    ),
    "any page may send the form": Fault(
        "forms", 60, _replace(own_forms, "is_ours", lambda *_: True), "taken from ["
    ),
    "a card's number is logged": Fault(
        "forms", 60, _replace(CardInput, "details", _logged), "digits are logged"
    ),
    "any path is ours": Fault(
        "redirects",
        200,
        _replace(routes, "own_path", lambda request: request.query_params.get("next", "/")),
        "evil.example",
    ),
    "every customer may see everything": Fault(
        "events", 120, _replace(Actor, "may_see", lambda *_: True), "changed"
    ),
    "arguments are not looked at": Fault(
        "events", 60, _replace(arguments, "fits", lambda *_: True), "traceback"
    ),
    "any response is a success": Fault(
        "gateway", 300, _replace(TossResponse, "is_success", property(lambda _: True)), "approved"
    ),
    "every failure is a refusal": Fault(
        "gateway", 300, _replace(gateway.response, "failure", _refused), "Refused"
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = FAULTS[name]
    fault.plant(monkeypatch)
    monkeypatch.setattr(running, "MOST_BROKEN", 1)

    with pytest.raises(Broken) as found:
        run(fault.surface, SEED, range(fault.inputs))

    assert fault.says in str(found.value)
    assert repeat_command(fault.surface, SEED, 0).rpartition(" ")[0] in str(found.value)
