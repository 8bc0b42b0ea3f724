"""The payment window by plain form posts, as a browser without scripts would use it."""

import re
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from tests.sandbox.box import CARD, WINDOW, Box, HandClock, errors
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

HOOKS = [
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


async def test_success_adds_customer_key_and_auth_key_to_the_shops_own_query(box: Box) -> None:
    back = await box.back_at_shop()

    assert str(back).startswith(
        "http://shop.test/success/?registration=7&token=t&customerKey=customer_1&authKey="
    )
    assert (await box.issue(back.params["authKey"])).status_code == 200


async def test_the_card_step_has_its_hooks_and_no_ticked_box(box: Box) -> None:
    page = (await box.get(await box.open_window())).text

    assert all(f'data-testid="window-{hook}"' in page for hook in HOOKS)
    assert re.search(r'data-testid="window-agree" required>', page)
    assert 'lang="ko"' in page
    assert "<script>" not in page
    assert " style=" not in page


async def test_pages_forbid_everything_they_do_not_need(box: Box) -> None:
    headers = (await box.get(await box.open_window())).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors *" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


async def test_no_address_of_a_trip_carries_anything_but_its_id(box: Box) -> None:
    address = await box.open_window()
    moved = await box.enter_card(address)

    assert re.fullmatch(r"/sandbox/window/[\w-]{32}", address)
    assert moved.headers["location"] == address


async def test_a_persona_can_fail_in_the_window(box: Box) -> None:
    back = await box.back_at_shop("refused_in_window")

    assert str(back) == (
        "http://shop.test/fail/?code=REJECT_CARD_COMPANY&message="
        + quote("결제 승인이 거절되었습니다.")
    )


@pytest.mark.parametrize("entered", [False, True])
async def test_closing_a_page_window_leads_to_fail_url(box: Box, entered: bool) -> None:
    address = await box.open_window()
    if entered:
        await box.enter_card(address)

    answer = await box.cancel(address)

    assert answer.status_code == 303
    back = httpx.URL(answer.headers["location"])
    assert (back.path, back.params["code"]) == ("/fail/", "PAY_PROCESS_CANCELED")
    assert back.params["message"] == "사용자에 의해 결제가 취소되었습니다."


async def test_every_mistake_is_named_at_its_field_and_what_was_typed_stays(box: Box) -> None:
    address = await box.open_window()
    nothing = dict.fromkeys(["number", "expiry", "password", "birth", "agree"], "")

    all_wrong = await box.enter_card(address, **nothing)
    one_wrong = await box.enter_card(address, number="9400 0061 0000 1234", expiry="13/30")

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
async def test_what_the_card_form_takes(box: Box, field: str, typed: str, accepted: bool) -> None:
    answer = await box.enter_card(await box.open_window(), **{field: typed})

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
async def test_the_shop_may_choose_whose_cards_and_the_first_is_preselected(
    box: Box, types: str, owner: str, birth: str, accepted: bool
) -> None:
    address = await box.open_window(cardTypes=types)
    page = (await box.get(address)).text
    offered = re.findall(r'name="owner" value="(\w+)"[^>]*?( checked)?>', page)

    answer = await box.enter_card(address, owner=owner, birth=birth)

    several = types.split(",") if "," in types else []
    assert offered == [(kind, " checked" if kind == several[0] else "") for kind in several]
    assert (answer.status_code == 303) is accepted


async def test_the_issuer_can_be_chosen_for_a_card_nobody_knows(box: Box) -> None:
    address = await box.open_window()
    await box.enter_card(address, number="5555660000001111", company="71")
    back = httpx.URL((await box.enter_code(address)).headers["location"])

    card = (await box.issue(back.params["authKey"])).json()["card"]

    assert (card["issuerCode"], card["acquirerCode"]) == ("71", "71")


async def test_a_business_number_makes_a_business_card(box: Box) -> None:
    address = await box.open_window()
    await box.enter_card(address, owner="CORPORATE", birth="1234567890")
    back = httpx.URL((await box.enter_code(address)).headers["location"])

    body = (await box.issue(back.params["authKey"])).json()

    assert body["card"]["ownerType"] == "법인"


async def test_what_is_typed_is_never_markup(box: Box) -> None:
    answer = await box.enter_card(await box.open_window(), number='"><script>alert(1)</script>')

    assert "<script>alert" not in answer.text


async def test_a_wrong_code_can_be_typed_again(box: Box) -> None:
    address = await box.open_window()
    await box.enter_card(address)

    wrong = await box.enter_code(address, "123456")
    right = await box.enter_code(address)

    assert (wrong.status_code, errors(wrong)) == (422, ["code"])
    assert "authKey=" in right.headers["location"]


async def test_a_form_sent_twice_leads_to_the_same_place(box: Box) -> None:
    address = await box.open_window()
    await box.enter_card(address)

    first, second = await box.enter_code(address), await box.enter_code(address)
    too_late = await box.cancel(address)

    assert first.headers["location"] == second.headers["location"]
    assert too_late.headers["location"] == first.headers["location"]
    assert "이미 끝난 결제창" in (await box.get(address)).text


async def test_the_card_can_be_changed_before_the_code(box: Box) -> None:
    address = await box.open_window()
    await box.enter_card(address)

    form = await box.get(address + "?step=method")
    await box.enter_card(address, number=PERSONAS_BY_NAME["approve_check"].number)

    assert "window-card-number" in form.text
    assert "신한 체크" in (await box.get(address)).text


async def test_the_code_cannot_come_before_the_card(box: Box) -> None:
    address = await box.open_window()

    answer = await box.enter_code(address)

    assert answer.headers["location"] == address


async def test_a_window_waits_half_an_hour(box: Box, hand_clock: HandClock) -> None:
    address = await box.open_window()
    hand_clock.forward(timedelta(minutes=30))

    answer = await box.enter_card(address)
    end = await box.cancel(address)
    page = await box.get(address)

    assert "code=PAY_PROCESS_ABORTED" in answer.headers["location"]
    assert end.headers["location"] == answer.headers["location"]
    assert "시간이 지났어요" in page.text
    assert "http://shop.test/fail/?code=PAY_PROCESS_ABORTED" in page.text


async def test_a_minute_earlier_the_window_is_still_open(box: Box, hand_clock: HandClock) -> None:
    address = await box.open_window()
    hand_clock.forward(timedelta(minutes=29, seconds=59))

    assert (await box.enter_card(address)).headers["location"] == address


async def test_in_an_iframe_the_last_page_tells_the_shops_page(box: Box) -> None:
    address = await box.open_window(windowTarget="iframe", parentOrigin="http://shop.test:3000")
    await box.enter_card(address)

    moved = await box.enter_code(address)
    page = (await box.get(address)).text

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
async def test_a_window_that_cannot_open_says_why(
    box: Box, changes: dict[str, str], code: str
) -> None:
    answer = await box.http.get("window", params={**WINDOW, **changes})

    assert answer.status_code == 400
    assert f'data-code="{code}"' in answer.text


@pytest.mark.parametrize("part", ["", "/card", "/code", "/cancel"])
async def test_an_unknown_trip_is_over(box: Box, part: str) -> None:
    method = "POST" if part else "GET"

    answer = await box.http.request(method, f"window/unknown{part}", data=CARD if part else None)

    assert answer.status_code == 404
    assert "이미 끝난 결제창" in answer.text


async def test_a_form_too_large_is_not_read(box: Box) -> None:
    answer = await box.enter_card(await box.open_window(), extra="x" * 10_000)

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
async def test_scripts_have_a_type_and_an_etag(box: Box, path: str, media_type: str) -> None:
    answer = await box.http.get(path)
    known = await box.http.get(path, headers={"if-none-match": answer.headers["etag"]})

    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.content
    assert (known.status_code, known.content) == (304, b"")
