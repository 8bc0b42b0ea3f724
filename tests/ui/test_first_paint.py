"""The first paint of each page, with the real services."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.payment_methods.flow import AUTH_KEY
from tests.support.wire import Wire, lose
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import Session
from tossbill_ui.prerender import Filling, Moved, Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.shared.brand import brand_slots


async def opened(rt: Runtime, session: Session) -> dict[str, str]:
    filling = await first_paint.register(rt, Visit(session, {}))
    assert isinstance(filling, Filling)
    return json.loads(filling.slots["call"])


def returned(call: dict[str, str]) -> dict[str, str]:
    query = dict(parse_qsl(urlsplit(call["success_url"]).query))
    return query | {"authKey": AUTH_KEY, "customerKey": call["customer_key"]}


async def test_return_redirects_to_an_address_without_key_and_token(
    rt: Runtime, session: Session
) -> None:
    query = returned(await opened(rt, session))

    moved = await first_paint.success(rt, Visit(session, query))

    assert isinstance(moved, Moved)
    assert moved.path == f"/success/?registration={query['registration']}"
    assert moved.session is not None
    assert moved.session.customer_id == session.customer_id


async def test_the_page_shows_the_result_at_once(rt: Runtime, session: Session) -> None:
    query = returned(await opened(rt, session))
    await first_paint.success(rt, Visit(session, query))

    shown = await first_paint.success(rt, Visit(session, {"registration": query["registration"]}))

    assert isinstance(shown, Filling)
    assert shown.slots["view"] == "issued"
    assert "PLANTED" not in str({k: v for k, v in shown.slots.items() if k != "toss_json"})
    assert "PLANTEDBILLINGKEY" not in shown.slots["toss_json"]


async def test_unresolved_registration_blocks_another(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    query = returned(await opened(rt, session))
    wire.script(lose)
    await first_paint.success(rt, Visit(session, query))
    await rt.tasks.drain(seconds=120)

    filling = await first_paint.register(rt, Visit(session, {}))

    assert isinstance(filling, Filling)
    assert filling.slots["register_testid"] == "registration-under-way"
    assert "call" not in filling.slots


async def test_call_in_the_page_contains_no_secrets(rt: Runtime, session: Session) -> None:
    call = await opened(rt, session)

    assert set(call) == {"sdk_url", "client_key", "customer_key", "success_url", "fail_url"}
    assert "_sk_" not in str(call)


async def test_failure_is_recorded_and_its_token_removed_from_the_address(
    rt: Runtime, session: Session
) -> None:
    call = await opened(rt, session)
    query = dict(parse_qsl(urlsplit(call["fail_url"]).query))
    query |= {"code": "REJECT_CARD_COMPANY", "message": "거절"}

    moved = await first_paint.fail(rt, Visit(session, query))
    shown = await first_paint.fail(rt, Visit(session, {"registration": query["registration"]}))

    assert moved == Moved(f"/fail/?registration={query['registration']}")
    assert isinstance(shown, Filling)
    assert shown.slots["code"] == "REJECT_CARD_COMPANY"


@pytest.mark.parametrize("dev_backend", [False, True])
def test_the_practice_banner_leads_to_the_panel_of_the_sandbox(dev_backend: bool) -> None:
    settings = Settings(tossbill_port=3001)
    if dev_backend:
        settings = settings.for_dev_server(frontend_port=3001, backend_port=8001)

    href = brand_slots(settings, "/")["panel_href"]

    assert href == f"http://localhost:{8001 if dev_backend else 3001}/sandbox/"


async def test_finished_registration_is_not_denied_in_another_browser(
    rt: Runtime, session: Session
) -> None:
    """It was registered: a browser without the cookie may not say that nothing was."""
    query = returned(await opened(rt, session))
    await first_paint.success(rt, Visit(session, query))
    stranger = replace(session, id="s" * 32, customer_id="c" * 32)

    for visitor in (None, stranger):
        shown = await first_paint.success(
            rt, Visit(visitor, {"registration": query["registration"]})
        )
        assert isinstance(shown, Filling)
        assert shown.slots["view"] == "not_shown"
        assert "등록된 것과" not in shown.slots["body"]


async def test_first_card_without_a_plan_leads_to_the_plans(rt: Runtime, session: Session) -> None:
    query = returned(await opened(rt, session))
    await first_paint.success(rt, Visit(session, query))

    shown = await first_paint.success(rt, Visit(session, {"registration": query["registration"]}))

    assert isinstance(shown, Filling)
    assert shown.slots["action_href"] == "/"
