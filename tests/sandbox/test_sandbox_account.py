"""Bank accounts in the payment window."""

import httpx
import pytest

from tests.sandbox.client import SandboxClient, errors
from tossbill_sandbox.cards.accounts import account_number_of
from tossbill_sandbox.cards.personas import PERSONAS, PERSONAS_BY_NAME


async def test_account_is_registered_like_a_card(client: SandboxClient) -> None:
    address = await client.open_window(method="TRANSFER")
    page = (await client.get(address)).text
    await client.enter_account(address)
    shown = (await client.get(address)).text
    back = httpx.URL((await client.enter_code(address)).headers["location"])

    body = (await client.issue(back.params["authKey"])).json()

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
async def test_account_form_validation(
    client: SandboxClient, field: str, typed: str, accepted: bool
) -> None:
    address = await client.open_window(method="TRANSFER")

    answer = await client.enter_account(address, **{field: typed})

    assert errors(answer) == ([] if accepted else [field])


async def test_window_offers_every_persona_and_every_account_outcome(
    client: SandboxClient,
) -> None:
    cards = (await client.get(await client.open_window())).text
    accounts = (await client.get(await client.open_window(method="TRANSFER"))).text

    for persona in PERSONAS.values():
        assert f'data-number="{persona.number}" data-persona="{persona.name}"' in cards
        assert accounts.count(f">{persona.label.partition(' · ')[2]}</button>") == 1


async def test_personas_account_fails_in_the_window_like_its_card(client: SandboxClient) -> None:
    address = await client.open_window(method="TRANSFER")
    refused = PERSONAS_BY_NAME["refused_in_window"]
    await client.enter_account(address, number=account_number_of(refused))

    answer = await client.enter_code(address)

    assert "code=REJECT_CARD_COMPANY" in answer.headers["location"]


@pytest.mark.parametrize(("method", "part"), [("CARD", "account"), ("TRANSFER", "card")])
async def test_form_of_the_other_method_is_refused(
    client: SandboxClient, method: str, part: str
) -> None:
    address = await client.open_window(method=method)

    answer = await (client.enter_card(address) if part == "card" else client.enter_account(address))

    assert answer.status_code == 422
    assert "인증번호" not in (await client.get(address)).text
