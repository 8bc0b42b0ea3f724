"""The Python client: what it remembers, sends again, and refuses."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from tossbill import AsyncTossbill, Problem, State, Tossbill, Unavailable
from tossbill.cache import FRESH_SECONDS, RETRY_SECONDS, STALE_SECONDS
from tossbill.exchange import PAUSES

from scripts.make_async_client import SOURCE, TARGET, asynchronous
from tests.client.wire import Answer, Api, problem, state

DOWN = httpx.ConnectError("no connection")
LINK = httpx.Response(201, json={"url": "https://pay.example/enter/x"})


def client(*answers: Answer) -> tuple[Tossbill, Api]:
    api = Api(list(answers))
    return Tossbill("https://pay.example/", "tb_test_x", **api.options), api


def test_state_is_read() -> None:
    shop, api = client(state())

    found = shop.state("a/b c")

    assert api.requests[0].url.raw_path == b"/api/v1/customers/ext:a%2Fb%20c/state"
    assert api.requests[0].headers["authorization"] == "Bearer tb_test_x"
    assert (found.allows(), found.allows("pro"), found.allows("basic")) == (True, True, False)
    assert found.access[0].until == datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert found.past_due is not None
    assert found.next_charge is not None
    assert (found.past_due.amount_krw, found.next_charge.on) == (29_000, date(2026, 12, 24))


def test_answer_is_used_for_half_a_minute() -> None:
    shop, api = client(state())
    assert [shop.is_active("42") for _ in range(3)] == [True] * 3
    api.seconds = FRESH_SECONDS - 1
    shop.is_active("42")
    assert len(api.requests) == 1

    api.seconds = FRESH_SECONDS
    shop.is_active("42")
    shop.is_active("43")

    assert len(api.requests) == 3


def test_unchanged_answer_is_not_sent_again() -> None:
    shop, api = client(state(etag='"7"'), httpx.Response(304))
    shop.is_active("42")
    api.seconds = FRESH_SECONDS

    assert shop.is_active("42")

    assert api.requests[1].headers["if-none-match"] == '"7"'


@pytest.mark.parametrize(
    "failure",
    [DOWN, httpx.ReadTimeout("late"), httpx.Response(502, text="<html>"), httpx.Response(200)],
)
def test_last_answer_holds_for_an_hour_without_a_new_one(failure: Answer) -> None:
    shop, api = client(state(), failure)
    shop.is_active("42")

    api.seconds = STALE_SECONDS
    assert shop.is_active("42", "pro")
    api.seconds += RETRY_SECONDS
    with pytest.raises(Unavailable):
        shop.is_active("42")


def test_api_that_does_not_answer_is_asked_every_five_seconds() -> None:
    shop, api = client(state(), DOWN)
    shop.is_active("42")
    api.seconds = FRESH_SECONDS

    for _ in range(10):
        shop.is_active("42")

    assert len(api.requests) == 2


@pytest.mark.parametrize("code", ["key_invalid", "scope_missing"])
def test_refused_key_is_an_error_at_once(code: str) -> None:
    shop, api = client(state(), problem(401, code))
    shop.is_active("42")
    api.seconds = FRESH_SECONDS

    with pytest.raises(Problem) as caught:
        shop.is_active("42")

    assert (caught.value.code, caught.value.status, caught.value.request_id) == (code, 401, "r")


def test_too_many_requests_are_answered_from_memory() -> None:
    shop, api = client(state(), problem(429, "too_many_requests"))
    shop.is_active("42")
    api.seconds = FRESH_SECONDS

    assert shop.is_active("42")


def test_stranger_without_any_answer_is_an_error() -> None:
    shop, _ = client(DOWN)

    with pytest.raises(Unavailable):
        shop.is_active("42")


def test_command_is_sent_again_under_the_same_key() -> None:
    shop, api = client(DOWN, problem(409, "still_running"), LINK)

    url = shop.portal_link("42", return_url="https://shop/", expires_in=timedelta(minutes=5))

    assert url == "https://pay.example/enter/x"
    assert len({request.headers["idempotency-key"] for request in api.requests}) == 1
    assert api.slept == list(PAUSES[:2])
    assert b'"expires_in":300' in api.requests[0].content
    assert b"plan" not in api.requests[0].content


def test_command_without_an_answer_tells_its_key() -> None:
    shop, api = client(DOWN)

    with pytest.raises(Unavailable) as caught:
        shop.command("POST", "/subscriptions/5/pause", idempotency_key="pause 5")

    assert caught.value.idempotency_key == "pause 5"
    assert len(api.requests) == 1 + len(PAUSES)


def test_refused_command_is_sent_once() -> None:
    shop, api = client(problem(409, "ended"))

    with pytest.raises(Problem, match="ended"):
        shop.command("POST", "/subscriptions/5/pause")

    assert len(api.requests) == 1


async def test_asynchronous_client_does_the_same() -> None:
    api = Api([DOWN, LINK, state()])

    async with AsyncTossbill("https://pay.example", "k", **api.asynchronous) as shop:
        assert await shop.portal_link("42") == "https://pay.example/enter/x"
        assert await shop.is_active("42", "pro")

    assert api.slept == [PAUSES[0]]


def test_asynchronous_client_is_made_from_the_other() -> None:
    made = asynchronous(SOURCE.read_text())

    assert TARGET.read_text() == made, "run python -m scripts.make_async_client"
    public = {name for name in vars(Tossbill) if not name.startswith("_")}
    assert all(
        inspect.iscoroutinefunction(vars(AsyncTossbill)[name]) for name in public - {"receive"}
    )


def test_id_may_be_a_number_and_not_nobodys() -> None:
    shop, api = client(state())

    shop.is_active(42)

    assert api.requests[0].url.path.endswith("/ext:42/state")
    with pytest.raises(TypeError):
        shop.is_active(None)  # type: ignore[arg-type]


def test_answer_that_was_asked_before_a_webhook_is_asked_again() -> None:
    shop, api = client(state(), state(is_active=False))
    cache = shop._cache  # pyright: ignore[reportPrivateUsage] - between question and answer
    question = cache.ask("42")
    cache.forget("42")
    cache.keep(question, State(is_active=True), "1")

    shop.is_active("42")

    assert len(api.requests) == 1


def test_failure_does_not_replace_a_newer_answer() -> None:
    shop, _ = client(state())
    cache = shop._cache  # pyright: ignore[reportPrivateUsage] - between question and answer
    late = cache.ask("42")
    cache.keep(cache.ask("42"), State(is_active=True), "2")

    found = cache.instead(late)

    assert found == State(is_active=True)
    assert cache.fresh("42") == State(is_active=True)


def test_query_in_a_path_is_sent() -> None:
    shop, api = client(httpx.Response(200, json={"data": []}))

    shop.get("/subscriptions?customer=ext:42")

    assert api.requests[0].url.query == b"customer=ext:42"


@pytest.mark.parametrize("body", [[], {}, {"is_active": True, "access": [{}]}, "x"])
def test_answer_of_another_form_is_none(body: object) -> None:
    shop, _ = client(httpx.Response(200, json=body))

    with pytest.raises(Unavailable):
        shop.is_active("42")
