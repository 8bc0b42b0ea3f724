"""Metrics for operators, their access rules, and the log lines of payment outcomes."""

import json
import logging
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from tests.support.shop import Shop
from tossbill_ui import metrics, runtime
from tossbill_ui.build import ROOT
from tossbill_ui.core.logging import JsonFormatter
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.http.internal_routes import ROUTES
from tossbill_ui.metrics import Gauge
from tossbill_ui.notices import address

RENEWAL = date(2026, 12, 24)
LINE = re.compile(r'^(# (HELP|TYPE) tossbill_\w+ .+|tossbill_\w+(\{\w+="[^"\n]*"\})? [\d.e+]+)$')


async def numbers(shop: Shop) -> dict[str, float]:
    lines = (await metrics.text(shop.rt)).splitlines()
    assert [line for line in lines if not LINE.match(line)] == []
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name.removeprefix("tossbill_"): float(number) for name, number in pairs}


async def test_every_metric_is_documented(shop: Shop) -> None:
    page = (ROOT / "docs" / "8-operations.md").read_text()
    documented = re.findall(r"`tossbill_(\w+)", page.split("## Metrics")[1].split("\n## ")[0])

    assert sorted(gauge.name for gauge in await metrics.gauges(shop.rt)) == sorted(documented)


async def test_idle_shop_has_only_zero_metrics(shop: Shop) -> None:
    assert set((await numbers(shop)).values()) == {0.0}


async def test_due_count_and_lag(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await shop.go_to(RENEWAL, hour=12)

    found = await numbers(shop)
    assert (found["due"], found["lag_seconds"]) == (1, 7200)
    await shop.run()
    found = await numbers(shop)
    assert (found["due"], found["lag_seconds"]) == (0, 0)


async def test_charges_and_declines_of_the_last_day(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await shop.subscribe(new_session())
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})
    await shop.subscribe(new_session())

    found = await numbers(shop)
    assert (found["charged_last_day"], found["charged_last_day_krw"]) == (2, 19800)
    assert found['refused_last_day{code="REJECT_CARD_PAYMENT"}'] == 1
    queues = ('queue{name="notices"}', 'queue{name="notices_without_address"}')
    assert [found[name] for name in queues] == [0, 3]
    await address.change(shop.rt, actor_of(session), "kim@example.com")
    found = await numbers(shop)
    assert [found[name] for name in queues] == [1, 2]
    shop.wait(timedelta(days=1, seconds=1))
    later = await numbers(shop)
    assert later["charged_last_day"] == 0
    assert 'refused_last_day{code="REJECT_CARD_PAYMENT"}' not in later


async def test_unknown_payments_and_their_age(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before"},
    )
    await shop.go_to(RENEWAL)
    await shop.run()
    shop.wait(timedelta(minutes=30))

    found = await numbers(shop)

    assert found['payments_open{status="unknown"}'] == 1
    assert found['payments_open{status="pending"}'] == 0
    assert found["unknown_age_seconds"] == 1800


async def test_open_reviews_are_counted(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "UNAUTHORIZED_KEY"})
    await shop.go_to(RENEWAL)
    await shop.run()

    assert (await numbers(shop))["waiting"] == 1


def test_label_values_are_escaped() -> None:
    gauge = Gauge("x", "X.", {'a"} 1\ntossbill_y 2\\': 3}, "code")

    assert list(gauge.lines())[2] == 'tossbill_x{code="a\\"} 1\\ntossbill_y 2\\\\"} 3'


@pytest.fixture
async def app_with_token(shop: Shop) -> AsyncGenerator[Starlette]:
    settings = shop.rt.settings.model_copy(
        update={"tossbill_metrics_token": SecretStr("planted-token")}
    )
    runtime.install(replace(shop.rt, settings=settings))
    yield Starlette(routes=list(ROUTES))
    runtime.install(shop.rt)


async def status_of(
    app: Starlette, path: str, *, client: str, host: str, token: str | None = None
) -> int:
    transport = httpx.ASGITransport(app, client=(client, 1))
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as http:
        return (await http.get(path, headers=headers)).status_code


@pytest.mark.parametrize(
    ("client", "host", "token", "status"),
    [
        ("127.0.0.1", "localhost:3000", None, 200),
        ("::1", "[::1]:3000", None, 200),
        ("203.0.113.5", "pay.example.com", "planted-token", 200),
        ("203.0.113.5", "pay.example.com", None, 404),
        ("203.0.113.5", "pay.example.com", "", 404),
        ("203.0.113.5", "pay.example.com", "wrong", 404),
        ("203.0.113.5", "localhost", None, 404),
        ("127.0.0.1", "pay.example.com", None, 404),
    ],
)
async def test_metrics_are_readable_locally_or_with_the_token(
    app_with_token: Starlette, client: str, host: str, token: str | None, status: int
) -> None:
    assert (
        await status_of(app_with_token, "/metrics", client=client, host=host, token=token) == status
    )


@pytest.mark.parametrize("kind", ["test", "live"])
async def test_metrics_need_the_token_outside_the_sandbox(shop: Shop, kind: str) -> None:
    keys = {"toss_client_key": f"{kind}_ck_x", "toss_secret_key": SecretStr(f"{kind}_sk_x")}
    token = {"tossbill_metrics_token": SecretStr("planted-token")}
    settings = Settings(**(shop.rt.settings.model_dump() | keys | token))
    runtime.install(replace(shop.rt, settings=settings))
    app = Starlette(routes=list(ROUTES))

    status = partial(status_of, app, "/metrics", client="127.0.0.1", host="localhost:3000")
    found = [await status(), await status(token="wrong"), await status(token="planted-token")]

    runtime.install(shop.rt)
    assert found == [404, 404, 200]


async def test_empty_token_is_refused_when_none_is_set(shop: Shop) -> None:
    app = Starlette(routes=list(ROUTES))

    assert await status_of(app, "/metrics", client="203.0.113.5", host="a.example", token="") == 404


async def test_mailbox_is_readable_only_locally(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    app = Starlette(routes=list(ROUTES))

    assert await status_of(app, "/mailbox", client="127.0.0.1", host="localhost") == 200
    assert await status_of(app, "/mailbox", client="203.0.113.5", host="localhost") == 404


async def test_every_payment_outcome_is_logged_without_secrets(
    shop: Shop, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    seen = await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT", "count": 1}
    )
    await shop.run_daily_until(RENEWAL + timedelta(days=1))

    lines = [JsonFormatter().format(record) for record in caplog.records]
    found = [json.loads(line) for line in lines if '"message": "payment.' in line]
    assert [(line["message"], line["code"], line["amount_krw"]) for line in found] == [
        ("payment.charged", "", 9900),
        ("payment.declined", "REJECT_CARD_PAYMENT", 9900),
        ("payment.charged", "", 9900),
    ]
    assert {line["subscription"] for line in found} == {seen.subscription.id}
    key = await shop.billing_key(seen.method.id)
    assert key not in "\n".join(lines)
