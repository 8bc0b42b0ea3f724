"""Specimens: each component in every state, with sample text."""

# pyright: reportUnknownMemberType=false
# As in the pages: Reflex's elements are only partially typed.

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.amount import amount
from tossbill_ui.ui.components.banner import banner
from tossbill_ui.ui.components.buttons import back, bottom, button, button_link
from tossbill_ui.ui.components.card import card
from tossbill_ui.ui.components.chips import chip, chips
from tossbill_ui.ui.components.choices import choice, choices
from tossbill_ui.ui.components.element import Slot
from tossbill_ui.ui.components.facts import fact, facts
from tossbill_ui.ui.components.field import field, fields, typed_field
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.mark import mark
from tossbill_ui.ui.components.notice import notice
from tossbill_ui.ui.components.row_list import ListTexts, row_list
from tossbill_ui.ui.components.rows import row_button, row_link, rows
from tossbill_ui.ui.components.status import status_chip
from tossbill_ui.ui.components.waiting import empty, skeleton
from tossbill_ui.ui.shared.text import Text

LOADING = Text("불러오고 있어요", "Loading")
RESULTS = ("working", "issued", "doubt", "canceled", "nothing", "failed")
# The largest amount and the longest name that must fit.
MUCH, LONG = "1,234,567,890원", "아주 긴 이름을 가진 프리미엄 연간 구독 요금제"


def specimens() -> dict[str, rx.Component]:
    """Return the specimens by the names of their components."""
    return {
        "button": rx.el.div(
            button("카드 등록하기", weight="primary"),
            button("베이직 시작하기"),
            button("계속 이용하기", weight="second"),
            button("결제하고 있어요", weight="primary", disabled=True),
            button("지금 끝내기", disabled=True),
            button("엑셀로 받기", weight="small"),
            class_name="choices stacked",
        ),
        "button_link link back": rx.el.div(
            back("처음으로", href="#back"),
            button_link("요금제 보기", href="#plans"),
            link("등록 내역", href="#link"),
            class_name="choices stacked",
        ),
        "bottom": bottom(
            button("카드 등록하기", weight="primary"), button("계좌 등록하기", weight="second")
        ),
        "status_chip": rx.el.div(
            *(
                status_chip(word, attrs={"data-tone": tone})
                for word, tone in (
                    ("이용 중", "ink"),
                    ("결제 확인 중", "amber"),
                    ("결제 실패", "red"),
                    ("종료", "grey"),
                )
            ),
            class_name="chips",
        ),
        "facts fact": rx.el.div(
            facts(
                fact("다음 결제", f"2026년 12월 23일(수)\n{MUCH}"),
                fact("요금제", LONG),
                fact("결제수단", "현대카드 ···· 123"),
            ),
            facts(fact("공급가액", "9,000원"), fact("부가세", "900원"), kind="details"),
            facts(
                fact("코드", "REJECT_CARD_COMPANY", class_name="code"),
                fact("토스 안내", "카드사에서 거절했어요. 카드사에 문의해 주세요."),
                kind="reason",
            ),
        ),
        "card amount": rx.el.div(
            card(rx.el.h2(LONG), amount(f"월 {MUCH}", "(부가세 포함)"), button("시작하기")),
            amount(MUCH, "환불을 뺀 금액이에요", is_large=True),
            class_name="choices stacked",
        ),
        "fields field": rx.el.div(
            fields(
                field("기간", rx.el.select(rx.el.option("전체 기간")), is_named=False),
                field("시작일", rx.el.input(type="date")),
            ),
            fields(
                field("알림 받을 이메일", rx.el.input(type="text", placeholder="me@shop.kr")),
                button("저장하기"),
            ),
            class_name="choices stacked",
        ),
        "typed_field": rx.el.div(
            typed_field(
                "카드 번호", rx.el.input(type="text"), "숫자 15자리나 16자리", says_id="hint"
            ),
            typed_field(
                "유효기간",
                rx.el.input(type="text", custom_attrs={"aria-invalid": "true"}),
                "카드 유효기간을 다시 확인해 주세요.",
                says_id="error",
            ),
            class_name="choices stacked",
        ),
        "chips chip": chips(
            *(
                chip(word, pressed=Slot(word, pressed), on_click=rx.noop())
                for word, pressed in (("전체", "true"), ("결제", "false"), ("환불", "false"))
            )
        ),
        "rows row_link row_button": rx.el.div(
            rows(row_link("내 구독 보기", "#rows"), row_link(LONG, "#rows")),
            rx.el.div(
                row_button("해지하기", on_click=rx.noop(), disabled=False),
                row_button("지금은 누를 수 없음", on_click=rx.noop(), disabled=True),
                class_name="actions",
            ),
        ),
        "banner": rx.el.div(
            banner(
                "9,900원을 결제하지 못했어요",
                "카드 유효기간이 지났어요. 다른 카드로 바꾸면 바로 결제해요.",
                button("카드 바꾸고 바로 결제하기"),
                attrs={"data-tone": "red"},
            ),
            banner(
                f"{MUCH}이 결제됐는지 확인하고 있어요",
                "두 번 결제되지 않으니 기다려 주세요.",
                attrs={"data-tone": "amber"},
            ),
            banner("9,900원을 돌려드렸어요", "며칠 뒤에 보여요.", attrs={"data-tone": "ink"}),
            class_name="choices stacked",
        ),
        "notice": notice("해지를 예약했어요. 그날까지 이용하고 더 결제하지 않아요."),
        "choices choice": choices(
            choice(
                "12월 22일까지 이용",
                "환불 0원",
                "끝나는 날까지 이용하고 더 결제하지 않아요.",
                button("12월 22일까지 쓰고 끝내기"),
                testid="one",
            ),
            choice(
                "오늘 바로 끝남",
                f"환불 {MUCH}",
                "남은 19일치예요. 되돌릴 수 없어요.",
                button("지금 끝내고 돌려받기"),
                testid="other",
            ),
        ),
        "skeleton": skeleton(LOADING, bones=2),
        "empty": empty(
            "아직 구독이 없어요", "요금제를 고르면 여기에서 볼 수 있어요.", testid="nothing-yet"
        ),
        "row_list": row_list(
            ListTexts(
                loading=LOADING,
                empty=Text("기기가 없어요", "No devices"),
                empty_body=Text("링크로 들어오면 보여요.", "They show up here."),
                testid="no-devices",
            ),
            rx.el.li(rx.el.strong("Linux의 Chrome"), class_name="method-row"),
            phase="rows",
            below=button("다른 기기에서 모두 로그아웃"),
        ),
        "mark": rx.el.div(
            *(
                rx.el.section(mark(), class_name="result", custom_attrs={"data-view": view})
                for view in RESULTS
            ),
            class_name="chips",
        ),
    }
