"""Attacks on the history page and its CSV file."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.attacks.test_subscription import EMPTY, everything
from tests.attacks.test_subscription import victim as subscribed
from tests.support.customer import Customer
from tests.support.server import Server
from tests.support.stranger import cookie_of_a_visit, stranger
from tossbill_ui.ui.history.state import HistoryState
from tossbill_ui.ui.methods.state import MethodsState

victim = subscribed  # a fixture from another module
HISTORY, METHODS = HistoryState.get_full_name(), MethodsState.get_full_name()
BARE = ("older", "newer", "again", "clear", "keep", "load")
FIELDS = ("topic", "period", "subscription", "since_on", "until_on", "wanted", "__class__", "")
NONSENSE: list[Any] = [None, "x" * 2000, -1, True, [], {"a": 1}, "\x00", "'; --", "days", "9999-99"]


async def test_other_customers_history_cannot_be_viewed(server: Server, victim: Customer) -> None:
    before = everything(server)
    ids = [row[0] for row in before[0]]
    methods = [row[0] for row in server.rows("SELECT id FROM payment_method")]

    for cookie in ("", cookie_of_a_visit(server.url)):
        async with stranger(server.url, cookie=cookie) as thief:
            await thief.hydrate("/history/", query={"subscription": ids[-1]})
            await thief.until(EMPTY)
            for wanted in ids[-5:]:
                payload = {"field": "subscription", "value": wanted}
                await thief.send(f"{HISTORY}.choose", payload, path="/history/")
                for name in BARE:
                    await thief.send(f"{HISTORY}.{name}", path="/history/")
            for method_id in methods[-5:]:
                for name in ("ask", "remove"):
                    payload = {"method_id": method_id}
                    await thief.send(f"{METHODS}.{name}", payload, path="/history/")
            await thief.settle()
            assert "현대카드" not in thief.everything()
            assert "9,900원" not in thief.everything()
            assert "결제했어요" not in thief.everything()

    assert everything(server) == before


async def test_invalid_filters_change_nothing(server: Server, victim: Customer) -> None:
    before = everything(server)

    async with stranger(server.url, cookie=victim.cookie) as visitor:
        await visitor.hydrate("/history/")
        for field in FIELDS:
            for value in NONSENSE:
                payload = {"field": field, "value": value}
                await visitor.send(f"{HISTORY}.choose", payload, path="/history/")
            await visitor.settle()
        for name in ("months", "_last", "_anchor", "chosen", "stale"):
            payload = {"var_name": name, "value": "PLANTED"}
            await visitor.send(f"{HISTORY}.setvar", payload, path="/history/")
        await visitor.send(f"{HISTORY}._show", {"find": "x"}, path="/history/")
        await visitor.send(f"{HISTORY}.clear", path="/history/")
        await visitor.settle()
        await visitor.until("베이직 첫 결제")
        assert "Traceback" not in visitor.everything()
        assert "PLANTED" not in visitor.everything()

    assert everything(server) == before


def test_csv_shows_lines_to_their_owner_only(server: Server, victim: Customer) -> None:
    subscription = server.rows("SELECT id FROM subscription ORDER BY created_at DESC LIMIT 1")[0][0]
    own = victim.http.get("/history.csv")
    assert "베이직 첫 결제" in own.text
    assert own.headers["content-disposition"].startswith('attachment; filename="history-')
    assert own.headers["cache-control"] == "no-store"

    for cookie in ("", "tossbill_session=forged", cookie_of_a_visit(server.url)):
        for address in ("/history.csv", f"/history.csv?subscription={subscription}"):
            headers = {"cookie": cookie, "accept-language": "ko"}
            theirs = httpx.get(f"{server.url}{address}", headers=headers)
            assert theirs.status_code == 200
            assert len(theirs.text.splitlines()) == 1, "only the column names"


@pytest.mark.parametrize("query", ["topic=%00", "period=days&since_on=%FF", "x=" + "y" * 5000])
def test_invalid_queries_do_no_harm(server: Server, victim: Customer, query: str) -> None:
    assert victim.http.get(f"/history.csv?{query}").status_code == 200
    assert victim.http.get(f"/history/?{query}").status_code == 200


async def test_concurrent_visitors_see_only_their_own_history(
    server: Server, victim: Customer
) -> None:
    """Their events interleave; each receives only their own lines."""
    with Customer(server.url) as other:
        assert other.register() == "issued"
        async with (
            stranger(server.url, cookie=victim.cookie) as one,
            stranger(server.url, cookie=other.cookie) as two,
        ):
            for visitor in (one, two):
                await visitor.hydrate("/history/")
            for topic in ("payment", "card", "all") * 3:
                for visitor in (one, two):
                    payload = {"field": "topic", "value": topic}
                    await visitor.send(f"{HISTORY}.choose", payload, path="/history/")
            for visitor in (one, two):
                await visitor.settle()
            await one.until("베이직 첫 결제")
            await two.until("카드 등록")
            assert "베이직" not in two.everything()
            for method in server.rows(
                "SELECT payment_method.id FROM payment_method "
                "JOIN subscription ON payment_method_id = payment_method.id"
            ):
                assert method[0] not in two.everything()
