"""The result page of every outcome."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

import pytest

from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payment_methods.outcome import Outcome
from tossbill_ui.ui.registration import result_view
from tossbill_ui.ui.shared import methods, view_rows

AT = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 00:30 of the 25th in Korea


def registration(status: str, **values: Any) -> Registration:
    return Registration(
        id="r", customer_id="c", session_id="s", status=status, created_at=AT,
        idempotency_key="k", **values,
    )  # fmt: skip


def card(**values: Any) -> PaymentMethod:
    fields: dict[str, Any] = {
        "issuer_code": "61", "last_digits": "123", "card_type": "신용", "owner_type": "개인"
    } | values  # fmt: skip
    return PaymentMethod(
        id="m", customer_id="c", registration_id="r", created_at=AT, authenticated_at=AT,
        billing_key_hash="h", kind="card", **fields,
    )  # fmt: skip


def test_success_names_the_card_and_the_korean_time() -> None:
    view = result_view.result(Outcome(registration("issued"), card()))

    assert view.testid == "registration-success"
    assert view.method_label == "현대카드\u00a0····\u00a0123"
    assert view.method_detail == "신용 · 개인"
    assert view.registered_at == "2026. 11. 25. 00:30"


@pytest.mark.parametrize(
    ("status", "view"),
    [("issuing", "working"), ("unknown", "doubt"), ("started", "nothing"), ("failed", "failed")],
)
def test_every_status_has_its_page(status: str, view: str) -> None:
    assert result_view.result(Outcome(registration(status), None)).view == view


@pytest.mark.parametrize("code", ["PAY_PROCESS_CANCELED", "USER_CANCEL"])
def test_closing_the_window_is_no_error(code: str) -> None:
    view = result_view.failure(code, "취소되었습니다.")

    assert view.testid == "registration-canceled"
    assert "code" not in view.has.split()
    assert "결제된 금액은 없어요" in view.body


def test_a_failure_says_why_and_that_nothing_was_charged() -> None:
    view = result_view.failure("INVALID_STOPPED_CARD", "정지된 카드 입니다.")

    assert " ".join(view.body.split()) == (
        "정지된 카드예요. 다른 카드로 등록해 주세요. 결제된 금액은 없어요."
    )
    assert (view.code, view.message) == ("INVALID_STOPPED_CARD", "정지된 카드 입니다.")


def test_unknown_code_has_words() -> None:
    view = result_view.failure("BRAND_NEW", "")

    assert "등록을 마치지 못했어요" in view.body
    assert view.code == "BRAND_NEW"


def test_untrusted_text_is_truncated_and_cleaned() -> None:
    view = result_view.failure("C" * 1000, "m\x00\n" * 1000)

    assert len(view.code) == view_rows.CODE_SHOWN
    assert len(view.message) <= view_rows.MESSAGE_SHOWN
    assert "\x00" not in view.message


@pytest.mark.parametrize("code", [*result_view.PROBLEMS, "made_up_by_a_stranger", ""])
def test_every_problem_says_that_nothing_was_charged(code: str) -> None:
    assert "결제된 금액은 없어요" in result_view.problem(code).body


def test_every_field_of_every_view_has_text() -> None:
    """React takes over an element from the HTML only where both have some text in it."""
    shown = [
        *(result_view.problem(code) for code in result_view.PROBLEMS),
        result_view.working(),
        result_view.nothing(),
        result_view.failure("USER_CANCEL", ""),
        result_view.result(Outcome(registration("issued"), card(card_type="", owner_type=""))),
    ]

    assert [view for view in shown if not all(astuple(view))] == []


def test_an_unknown_issuer_and_a_missing_number_still_read_well() -> None:
    assert methods.method_label(card(issuer_code="99", last_digits="")) == "카드"
