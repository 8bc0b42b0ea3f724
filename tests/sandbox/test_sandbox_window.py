"""The payment window by plain form posts, as in a browser without scripts."""

import re
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from tests.sandbox.client import CARD, WINDOW, ManualClock, SandboxClient, errors
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

TEST_IDS = [
    "card-number",
    "company",
    "card-expiry",
    "birth",
    "password",
    "owner-PERSONAL",
    "owner-CORPORATE",
    "agree",
    "submit",
    "cancel",
]


async def test_success_appends_customer_key_and_auth_key_to_the_shops_query(
    client: SandboxClient,
) -> None:
    back = await client.complete_window()

    assert str(back).startswith(
        "http://shop.test/success/?registration=7&token=t&customerKey=customer_1&authKey="
    )
    assert (await client.issue(back.params["authKey"])).status_code == 200


async def test_card_form_has_its_test_ids_and_no_preselected_consent(client: SandboxClient) -> None:
    page = (await client.get(await client.open_window())).text

    assert all(f'data-testid="window-{name}"' in page for name in TEST_IDS)
    assert re.search(r'data-testid="window-agree" required>', page)
    assert 'lang="ko"' in page
    assert "<script>" not in page
    assert " style=" not in page


async def test_pages_have_a_strict_security_policy(client: SandboxClient) -> None:
    headers = (await client.get(await client.open_window())).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors *" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


async def test_session_urls_contain_only_the_session_id(client: SandboxClient) -> None:
    address = await client.open_window()
    moved = await client.enter_card(address)

    assert re.fullmatch(r"/sandbox/window/[\w-]{32}", address)
    assert moved.headers["location"] == address


async def test_persona_fails_in_the_window(client: SandboxClient) -> None:
    back = await client.complete_window("refused_in_window")

    assert str(back) == (
        "http://shop.test/fail/?code=REJECT_CARD_COMPANY&message="
        + quote("결제 승인이 거절되었습니다.")
    )


@pytest.mark.parametrize("entered", [False, True])
async def test_closing_the_window_page_leads_to_fail_url(
    client: SandboxClient, entered: bool
) -> None:
    address = await client.open_window()
    if entered:
        await client.enter_card(address)

    answer = await client.cancel(address)

    assert answer.status_code == 303
    back = httpx.URL(answer.headers["location"])
    assert (back.path, back.params["code"]) == ("/fail/", "PAY_PROCESS_CANCELED")
    assert back.params["message"] == "사용자에 의해 결제가 취소되었습니다."


async def test_errors_are_shown_at_their_fields_and_input_is_kept(
    client: SandboxClient,
) -> None:
    address = await client.open_window()
    nothing = dict.fromkeys(["number", "expiry", "password", "birth", "agree"], "")

    all_wrong = await client.enter_card(address, **nothing)
    one_wrong = await client.enter_card(address, number="9400 0061 0000 1234", expiry="13/30")

    assert errors(all_wrong) == list(nothing)
    assert (one_wrong.status_code, errors(one_wrong)) == (422, ["expiry"])
    assert 'value="9400 0061 0000 1234"' in one_wrong.text
    assert re.search(r'id="expiry"[^>]* autofocus', one_wrong.text)
    assert " checked" in one_wrong.text


@pytest.mark.parametrize(
    ("field", "typed", "accepted"),
    [
        ("number", "4906-2512-3412-3456", True),
        ("number", "941000123456789", True),
        ("number", "9410 0012 3456 78", False),
        ("number", "0000000000000000", False),
        ("number", "٩٤٠٠٠٠٦١٠٠٠٠١٢٣٤", False),
        ("expiry", "1230", True),
        ("expiry", "12 / 30", True),
        ("expiry", "11/26", True),
        ("expiry", "10/26", False),
        ("expiry", "00/30", False),
        ("birth", "000229", True),
        ("birth", "900230", False),
        ("birth", "90010", False),
        ("birth", "1234567890", False),
        ("company", "", True),
        ("company", "61", True),
        ("company", "11", False),
        ("company", "99", False),
        ("password", "1", False),
        ("password", "a1", False),
        ("agree", "no", False),
    ],
)
async def test_card_form_validation(
    client: SandboxClient, field: str, typed: str, accepted: bool
) -> None:
    answer = await client.enter_card(await client.open_window(), **{field: typed})

    assert errors(answer) == ([] if accepted else [field])


@pytest.mark.parametrize(
    ("types", "owner", "birth", "accepted"),
    [
        ("PERSONAL", "", "900101", True),
        ("PERSONAL", "CORPORATE", "1234567890", False),
        ("CORPORATE", "", "900101", False),
        ("CORPORATE", "", "123-45-67890", True),
        ("CORPORATE,PERSONAL", "", "1234567890", True),
        ("CORPORATE,PERSONAL", "PERSONAL", "900101", True),
        ("CORPORATE,PERSONAL", "PERSONAL", "1234567890", False),
    ],
)
async def test_shop_chooses_owner_types_and_the_first_is_preselected(
    client: SandboxClient, types: str, owner: str, birth: str, accepted: bool
) -> None:
    address = await client.open_window(cardTypes=types)
    page = (await client.get(address)).text
    offered = re.findall(r'name="owner" value="(\w+)"[^>]*?( checked)?>', page)

    answer = await client.enter_card(address, owner=owner, birth=birth)

    several = types.split(",") if "," in types else []
    assert offered == [(kind, " checked" if kind == several[0] else "") for kind in several]
    assert (answer.status_code == 303) is accepted


async def test_issuer_can_be_chosen_for_an_unknown_card(client: SandboxClient) -> None:
    address = await client.open_window()
    await client.enter_card(address, number="5555660000001111", company="71")
    back = httpx.URL((await client.enter_code(address)).headers["location"])

    card = (await client.issue(back.params["authKey"])).json()["card"]

    assert (card["issuerCode"], card["acquirerCode"]) == ("71", "71")


async def test_business_number_makes_a_corporate_card(client: SandboxClient) -> None:
    address = await client.open_window()
    await client.enter_card(address, owner="CORPORATE", birth="1234567890")
    back = httpx.URL((await client.enter_code(address)).headers["location"])

    body = (await client.issue(back.params["authKey"])).json()

    assert body["card"]["ownerType"] == "법인"


async def test_input_is_escaped(client: SandboxClient) -> None:
    answer = await client.enter_card(
        await client.open_window(), number='"><script>alert(1)</script>'
    )

    assert "<script>alert" not in answer.text


async def test_wrong_code_can_be_corrected(client: SandboxClient) -> None:
    address = await client.open_window()
    await client.enter_card(address)

    wrong = await client.enter_code(address, "123456")
    right = await client.enter_code(address)

    assert (wrong.status_code, errors(wrong)) == (422, ["code"])
    assert "authKey=" in right.headers["location"]


async def test_form_submitted_twice_leads_to_the_same_url(client: SandboxClient) -> None:
    address = await client.open_window()
    await client.enter_card(address)

    first, second = await client.enter_code(address), await client.enter_code(address)
    too_late = await client.cancel(address)

    assert first.headers["location"] == second.headers["location"]
    assert too_late.headers["location"] == first.headers["location"]
    over = (await client.get(address)).text
    assert "이미 끝난 결제창" in over
    assert ">가게로 돌아가기</a>" in over


async def test_card_can_be_changed_before_the_identity_code(client: SandboxClient) -> None:
    address = await client.open_window()
    await client.enter_card(address)

    form = await client.get(address + "?step=method")
    await client.enter_card(address, number=PERSONAS_BY_NAME["approve_check"].number)

    assert "window-card-number" in form.text
    assert "신한 체크" in (await client.get(address)).text


async def test_identity_code_before_the_card_is_ignored(client: SandboxClient) -> None:
    address = await client.open_window()

    answer = await client.enter_code(address)

    assert answer.headers["location"] == address


async def test_session_expires_after_half_an_hour(
    client: SandboxClient, manual_clock: ManualClock
) -> None:
    address = await client.open_window()
    manual_clock.forward(timedelta(minutes=30))

    answer = await client.enter_card(address)
    end = await client.cancel(address)
    page = await client.get(address)

    assert "code=PAY_PROCESS_ABORTED" in answer.headers["location"]
    assert end.headers["location"] == answer.headers["location"]
    assert "시간이 지났어요" in page.text
    assert "http://shop.test/fail/?code=PAY_PROCESS_ABORTED" in page.text


async def test_session_is_open_just_before_it_expires(
    client: SandboxClient, manual_clock: ManualClock
) -> None:
    address = await client.open_window()
    manual_clock.forward(timedelta(minutes=29, seconds=59))

    assert (await client.enter_card(address)).headers["location"] == address


async def test_last_page_in_an_iframe_has_the_result_for_the_shops_page(
    client: SandboxClient,
) -> None:
    address = await client.open_window(windowTarget="iframe", parentOrigin="http://shop.test:3000")
    await client.enter_card(address)

    moved = await client.enter_code(address)
    page = (await client.get(address)).text

    assert moved.headers["location"] == address
    assert 'data-ending="succeeded"' in page
    assert 'data-parent="http://shop.test:3000"' in page
    assert 'data-url="http://shop.test/success/' in page


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"clientKey": ""}, "INVALID_CLIENT_KEY"),
        ({"clientKey": "test_sk_x"}, "INVALID_CLIENT_KEY"),
        ({"clientKey": "test_ck_nobody"}, "UNAUTHORIZED_KEY"),
        ({"customerKey": "a"}, "INVALID_CUSTOMER_KEY"),
        ({"customerKey": "a" * 51}, "INVALID_CUSTOMER_KEY"),
        ({"customerKey": "빌 링"}, "INVALID_CUSTOMER_KEY"),
        ({"successUrl": "/success/"}, "INCORRECT_SUCCESS_URL_FORMAT"),
        ({"successUrl": "javascript:alert(1)"}, "INCORRECT_SUCCESS_URL_FORMAT"),
        ({"successUrl": "https://"}, "INCORRECT_SUCCESS_URL_FORMAT"),
        ({"successUrl": "http://[x"}, "INCORRECT_SUCCESS_URL_FORMAT"),
        ({"successUrl": "http://a:b@shop.test/"}, "INCORRECT_SUCCESS_URL_FORMAT"),
        ({"successUrl": "http://shop.test/\r\nx: y"}, "INCORRECT_SUCCESS_URL_FORMAT"),
        ({"failUrl": "//shop.test/fail"}, "INCORRECT_FAIL_URL_FORMAT"),
        ({"failUrl": "http://shop.test:port/"}, "INCORRECT_FAIL_URL_FORMAT"),
        ({"method": "PHONE"}, "NOT_SUPPORTED_METHOD"),
        ({"cardTypes": "OTHER"}, "INVALID_PARAMETERS"),
        ({"parentOrigin": "null"}, "INVALID_PARAMETERS"),
    ],
)
async def test_invalid_window_parameters_are_refused_with_a_code(
    client: SandboxClient, changes: dict[str, str], code: str
) -> None:
    answer = await client.http.get("window", params={**WINDOW, **changes})

    assert answer.status_code == 400
    assert f'data-code="{code}"' in answer.text


@pytest.mark.parametrize("part", ["", "/card", "/code", "/cancel"])
async def test_unknown_session_is_shown_as_ended(client: SandboxClient, part: str) -> None:
    method = "POST" if part else "GET"

    answer = await client.http.request(method, f"window/unknown{part}", data=CARD if part else None)

    assert answer.status_code == 404
    assert "이미 끝난 결제창" in answer.text


async def test_oversized_form_is_refused(client: SandboxClient) -> None:
    answer = await client.enter_card(await client.open_window(), extra="x" * 10_000)

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("js/v1", "text/javascript"),
        ("js/v1/payment", "text/javascript"),
        ("js/v2/standard", "text/javascript"),
        ("static/window.js", "text/javascript"),
        ("static/window.css", "text/css"),
    ],
)
async def test_scripts_have_a_media_type_and_an_etag(
    client: SandboxClient, path: str, media_type: str
) -> None:
    answer = await client.http.get(path)
    known = await client.http.get(path, headers={"if-none-match": answer.headers["etag"]})

    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.content
    assert (known.status_code, known.content) == (304, b"")
