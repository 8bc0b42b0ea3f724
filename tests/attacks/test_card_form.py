"""Our own card form: what others may send, what is sent twice, and where the digits end up."""

from __future__ import annotations

import asyncio
import socket
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType

import httpx
import pytest
from pydantic import SecretStr

from tests.support.customer import REFUSED_AT_ISSUE, TYPED, Customer
from tests.support.server import Server
from tests.support.stranger import stranger
from tests.support.wire import Wire, refuse
from tossbill_ui.build import ensure_build
from tossbill_ui.http.card_form import CARD_BURST
from tossbill_ui.http.own_forms import BODY_BYTES
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.card_details import CardDetails
from tossbill_ui.toss.errors import TossError
from tossbill_ui.ui.registration import card_text

PATH = "/register/card"
FOREIGN = "/success/?problem=foreign_form"
# Planted: no other number on the pages, in the logs or in the database looks like these.
PLANTED = {"number": "5417936482715903", "birth": "8706134152", "password": "94", "expiry": "07/39"}
SEARCHED = ("5417936482715903", "5417 9364 8271 5903", "5417-9364-8271-5903", "8706134152", "07/39")
FAULTS = ("error_500_before", "bad_json", "html", "wrong_shape", "reset_after", "conflict_409")


@pytest.fixture
def customer(form_server: Server) -> Generator[Customer]:
    with Customer(form_server.url) as someone:
        yield someone


def where(answer: httpx.Response) -> str:
    """Return where an answer leads, without the host."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    location = httpx.URL(answer.headers["location"])
    assert location.host == "localhost"
    return location.raw_path.decode()


def started(server: Server) -> int:
    """Return how many registrations were claimed by a form."""
    [(count,)] = server.rows("SELECT count(*) FROM registration WHERE card_terms IS NOT NULL")
    return count


def test_page_lets_the_browser_name_its_origin(customer: Customer) -> None:
    page, other = customer.http.get("/register/"), customer.http.get("/history/")

    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert other.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "{own}.evil.example"},
        {"Origin": "{own}/"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "{own}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "{own}", "Sec-Fetch-Site": "same-site"},
        {"Origin": "{own}", "Sec-Fetch-Site": "none"},
        {"Origin": "{own}", "Content-Type": "text/plain"},
        {"Origin": "{own}", "Content-Type": "application/json"},
        {"Origin": "{own}", "Content-Type": "multipart/form-data; boundary=x"},
    ],
    ids=str,
)
def test_form_of_another_site_is_not_taken(
    customer: Customer, form_server: Server, headers: dict[str, str]
) -> None:
    hidden, before = customer.open_form(), started(form_server)
    sent = {name: value.format(own=form_server.url) for name, value in headers.items()}

    answer = customer.http.post(PATH, data=hidden | TYPED, headers=sent)

    assert where(answer) == FOREIGN
    assert started(form_server) == before
    assert customer.arrive(FOREIGN) == "foreign_form"


@pytest.mark.parametrize(
    "content",
    [
        b"number=" + b"1" * BODY_BYTES,
        b"a=1&" * 17,
        b"\xff\xfe=%FF%FE",
        b"number=" + b"%20" * 1000,
    ],
    ids=["too long", "too many fields", "no ASCII", "spaces"],
)
def test_body_that_is_no_form_of_ours_leads_back(customer: Customer, content: bytes) -> None:
    headers = {"Origin": customer.url, "Content-Type": "application/x-www-form-urlencoded"}

    answer = customer.http.post(PATH, content=content, headers=headers)

    assert where(answer).startswith((FOREIGN, "/register/?wrong="))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_form_is_only_posted(customer: Customer, method: str) -> None:
    assert customer.http.request(method, PATH).status_code in (404, 405)


def test_form_that_was_turned_off_meanwhile_says_so(server: Server) -> None:
    with Customer(server.url) as someone:
        page = someone.http.get("/register/").text
        answer = someone.http.post(PATH, data=TYPED, headers={"Origin": server.url})
        told = someone.http.get(where(answer)).text

    assert 'data-form="no"' in page
    assert where(answer) == "/success/?problem=form_closed"
    assert card_text.CLOSED_BODY.ko.splitlines()[0] in told
    assert started(server) == 0


def test_strangers_form_is_refused(form_server: Server, customer: Customer) -> None:
    mine = customer.open_form()
    with Customer(form_server.url) as other, Customer(form_server.url) as nobody:
        others = other.open_form()
        answers = {
            "other_session": other.send_form(mine),
            "no_session": nobody.send_form(mine),
            "wrong_token": customer.send_form(mine | {"token": others["token"]}),
            "unknown_link": customer.send_form(mine | {"registration": "0" * 32}),
        }

    assert {code: where(answer) for code, answer in answers.items()} == {
        code: f"/success/?problem={code}" for code in answers
    }
    status = f"SELECT status FROM registration WHERE id = '{mine['registration']}'"  # noqa: S608
    assert form_server.rows(status) == [("started",)]


def test_card_in_the_wrong_field_is_neither_stored_nor_logged(
    form_server: Server, customer: Customer
) -> None:
    answer = customer.send_form(customer.open_form() | {"registration": "6011743925860174"})

    assert where(answer) == "/success/?problem=unknown_link"
    assert "6011743925860174" not in form_server.log.read_text()
    files = [file for file in form_server.data.iterdir() if file.is_file()]
    assert not [file.name for file in files if b"6011743925860174" in file.read_bytes()]


@pytest.mark.parametrize("path", [PATH, "/webhooks/toss"])
def test_body_that_breaks_off_writes_no_traceback(
    form_server: Server, customer: Customer, path: str
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: {form_server.url}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 200\r\n\r\n"
    before = form_server.log.stat().st_size
    with socket.create_connection(("localhost", form_server.port)) as broken:
        broken.sendall(f"{head}number=54179364".encode())
    customer.http.get("/register/")  # answered after what came before

    assert b"raceback" not in form_server.log.read_bytes()[before:]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"number": "1234"}, "number"),
        ({"number": "94000061000012345678"}, "number"),
        ({"number": "９４１００００１２３４５６７８９０"}, "number"),
        ({"expiry": "13/30"}, "expiry"),
        ({"expiry": "12/20"}, "expiry"),
        ({"birth": "901301"}, "birth"),
        ({"birth": "9001011"}, "birth"),
        ({"password": "1"}, "password"),
        ({"password": "abc"}, "password"),
        ({"agree": ""}, "agree"),
        ({"agree": "2020-01-01"}, "agree"),
        (dict.fromkeys(TYPED, ""), "number.expiry.birth.password.agree"),
    ],
    ids=str,
)
def test_error_stands_beside_its_field_and_repeats_nothing(
    customer: Customer, form_server: Server, typed: dict[str, str], wrong: str
) -> None:
    before = started(form_server)
    answer = customer.send_form(customer.open_form(), **PLANTED | typed)
    assert where(answer) == f"/register/?wrong={wrong}"

    page = customer.http.get(answer.headers["location"]).text

    for name in TYPED:
        assert (f'aria-invalid="true" name="{name}"' in _sorted(page)) == (name in wrong.split("."))
    sent = [value for value in (PLANTED | typed).values() if len(value) > 3]
    assert [value for value in sent if value in page and value not in ("2020-01-01",)] == []
    assert started(form_server) == before


def _sorted(page: str) -> str:
    """Return the inputs' two attributes that the test reads, in one order."""
    import re

    found: list[str] = []
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        found.append(f'aria-invalid="{attributes.get("aria-invalid")}" name="{attributes["name"]}"')
    return " ".join(found)


@pytest.mark.parametrize("number", ["9400 0061 0000 1234", "9400-0061-0000-1234"])
@pytest.mark.parametrize("expiry", ["1230", "12/2030", "12 / 30"])
def test_card_is_typed_in_any_usual_way(form_server: Server, number: str, expiry: str) -> None:
    with Customer(form_server.url) as customer:
        customer.wait_for(customer.register_by_form(number=number, expiry=expiry), "issued")


async def test_fifty_posts_of_one_form_issue_one_key(form_server: Server) -> None:
    with Customer(form_server.url) as customer:
        hidden = customer.open_form()
        before = form_server.issued_at_toss()
        headers = {"Origin": form_server.url, "Cookie": customer.cookie}
        async with httpx.AsyncClient(base_url=form_server.url, timeout=60) as http:
            answers = await asyncio.gather(
                *(http.post(PATH, data=hidden | TYPED, headers=headers) for _ in range(50))
            )
        result = f"/success/?registration={hidden['registration']}"
        customer.wait_for(result, "issued")

    assert {where(answer) for answer in answers} == {result}
    assert form_server.issued_at_toss() == before + 1
    form_server.assert_ledgers_agree()


def test_sent_form_leads_to_its_result_for_ever(customer: Customer) -> None:
    hidden = customer.open_form()
    first = where(customer.send_form(hidden, number=REFUSED_AT_ISSUE))
    customer.wait_for(first, "failed")

    again = where(customer.send_form(hidden))

    assert again == first
    assert customer.arrive(again) == "failed"


def test_cards_tried_from_one_address_are_counted(form_server: Server) -> None:
    with Customer(form_server.url) as thief, Customer(form_server.url) as other:
        last: dict[str, str] = {}
        for _ in range(int(CARD_BURST)):
            last = thief.open_form()
            thief.wait_for(where(thief.send_form(last, number=REFUSED_AT_ISSUE)), "failed")

        stopped = thief.send_form(thief.open_form())
        # The form of the last card may be sent again: nothing else comes of it.
        assert where(thief.send_form(last)) == f"/success/?registration={last['registration']}"

        assert where(stopped) == "/success/?problem=too_often"
        assert card_text.TOO_OFTEN_TITLE.ko in thief.http.get(where(stopped)).text
        other.wait_for(other.register_by_form(), "issued")


def test_planted_session_ends_with_the_first_card(form_server: Server) -> None:
    with Customer(form_server.url) as victim, Customer(form_server.url) as thief:
        hidden = victim.open_form()
        thief.http.cookies.update(victim.http.cookies)
        result = victim.send_form(hidden)
        guessed = thief.send_form(hidden, number="4330121234567890")
        victim.wait_for(where(result), "issued")

        assert "set-cookie" not in guessed.headers
        assert "현대카드" in victim.http.get("/methods/").text
        assert "현대카드" not in thief.http.get("/methods/").text


@pytest.fixture
def talkative(tmp_path: Path) -> Generator[Server]:
    """A server of its own, whose output is searched."""
    ensure_build()
    running = Server(tmp_path / "data", {"TOSSBILL_CARD_FORM": "on"})
    running.start()
    yield running
    running.stop()


@pytest.mark.processes
async def test_digits_leave_no_trace(talkative: Server) -> None:
    seen: dict[str, str] = {}

    def visit(kind: str, **typed: str) -> str:
        with Customer(talkative.url) as customer:
            answer = customer.send_form(customer.open_form(), **PLANTED | typed)
            result = customer.http.get(answer.headers["location"])
            seen[kind] = f"{answer.headers} {answer.text} {result.headers} {result.text}"
            return customer.cookie

    cookie = visit("issued")
    visit("refused by Toss", number="5417936482715903", expiry="01/20")
    for kind in FAULTS:
        talkative.faults({"endpoint": "issue", "kind": kind, "count": 1})
        visit(kind)
    talkative.control("DELETE", "faults")
    async with stranger(talkative.url, cookie=cookie) as browser:
        for path in ("/register/", "/success/", "/methods/", "/history/"):
            await browser.hydrate(path)
        seen["websocket"] = browser.everything()
    seen["request log of the sandbox"] = str(talkative.control("GET", "panel"))
    talkative.stop()
    seen["log"] = talkative.log.read_text()
    for file in talkative.data.iterdir():
        if file.is_file():
            seen[file.name] = file.read_bytes().decode("latin-1")

    assert {"tossbill.db", "sandbox.db"} <= set(seen)
    assert "authorizations/card" in seen["request log of the sandbox"]
    assert [
        f"{digits} in {place}"
        for place, text in seen.items()
        for digits in SEARCHED
        if digits in text
    ] == []


FAILURES: list[Callable[[httpx.Request], httpx.Response]] = [
    lambda request: (_ for _ in ()).throw(httpx.ReadTimeout("lost", request=request)),
    lambda request: (_ for _ in ()).throw(httpx.ConnectError("down", request=request)),
    refuse(400, "INVALID_CARD_NUMBER", f"{PLANTED['number']}은 틀려요"),
    refuse(500, "COMMON_ERROR", PLANTED["number"]),
    lambda request: httpx.Response(200, content=request.content),
    lambda request: httpx.Response(200, text="<html>"),
]


@pytest.mark.parametrize("failure", FAILURES)
async def test_error_and_its_frames_show_no_digit(
    rt: Runtime, wire: Wire, failure: Callable[[httpx.Request], httpx.Response]
) -> None:
    parts = (PLANTED["number"], "39", "07", PLANTED["birth"], PLANTED["password"])
    card = CardDetails(*(SecretStr(part) for part in parts))
    wire.script(failure)

    with pytest.raises(TossError) as raised:
        await rt.toss.issue_billing_key_by_card(
            card=card, customer_key="customer-key", idempotency_key="issue-1"
        )

    told = "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))
    ours = [frame for frame in frames(raised.value) if "tossbill_ui" in frame.f_code.co_filename]
    told += "".join(repr(frame.f_locals) for frame in ours)
    assert len(ours) >= 1
    assert [digits for digits in (PLANTED["number"], PLANTED["birth"]) if digits in told] == []


def frames(error: BaseException | None) -> Generator[FrameType]:
    """Yield the frames of an error, of its cause and of its context."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            yield frame
        error = error.__cause__ or error.__context__
