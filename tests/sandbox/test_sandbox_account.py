"""Bank accounts in the sandbox's window."""

import httpx
import pytest

from tests.sandbox.box import Box, errors
from tossbill_sandbox.cards.accounts import account_number_of
from tossbill_sandbox.cards.personas import PERSONAS, PERSONAS_BY_NAME


async def test_an_account_is_registered_the_same_way(box: Box) -> None:
    address = await box.open_window(method="TRANSFER")
    page = (await box.get(address)).text
    await box.enter_account(address)
    shown = (await box.get(address)).text
    back = httpx.URL((await box.enter_code(address)).headers["location"])

    body = (await box.issue(back.params["authKey"])).json()

    assert 'data-testid="window-account-number"' in page
    assert "카카오뱅크 ···· 1234" in shown
    assert (body["method"], body["card"], body["easyPay"]) == ("계좌이체", None, None)
    assert body["transfers"] == [{"bankName": "카카오뱅크", "bankAccountNumber": "006*****1234"}]


@pytest.mark.parametrize(
    ("field", "typed", "accepted"),
    [
        ("number", "3333-01-1234567", True),
        ("number", "123456789", False),
        ("number", "계좌", False),
        ("company", "", False),
        ("company", "99", False),
        ("birth", "9001", False),
        ("agree", "", False),
    ],
)
async def test_what_the_account_form_takes(
    box: Box, field: str, typed: str, accepted: bool
) -> None:
    address = await box.open_window(method="TRANSFER")

    answer = await box.enter_account(address, **{field: typed})

    assert errors(answer) == ([] if accepted else [field])


async def test_the_window_offers_every_persona_and_every_outcome_of_an_account(box: Box) -> None:
    cards = (await box.get(await box.open_window())).text
    accounts = (await box.get(await box.open_window(method="TRANSFER"))).text

    for persona in PERSONAS.values():
        assert f'data-number="{persona.number}" data-persona="{persona.name}"' in cards
        assert accounts.count(f">{persona.label.partition(' · ')[2]}</button>") == 1


async def test_a_personas_account_fails_in_the_window_like_its_card(box: Box) -> None:
    address = await box.open_window(method="TRANSFER")
    refused = PERSONAS_BY_NAME["refused_in_window"]
    await box.enter_account(address, number=account_number_of(refused))

    answer = await box.enter_code(address)

    assert "code=REJECT_CARD_COMPANY" in answer.headers["location"]


@pytest.mark.parametrize(("method", "part"), [("CARD", "account"), ("TRANSFER", "card")])
async def test_a_form_of_the_other_method_is_not_taken(box: Box, method: str, part: str) -> None:
    address = await box.open_window(method=method)

    answer = await (box.enter_card(address) if part == "card" else box.enter_account(address))

    assert answer.status_code == 422
    assert "인증번호" not in (await box.get(address)).text
