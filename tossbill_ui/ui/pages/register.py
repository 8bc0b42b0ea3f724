"""``/register/``: one button that opens Toss's window."""

import reflex as rx

from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.mark import mark
from tossbill_ui.ui.components.slots import filled
from tossbill_ui.ui.components.toss_billing import toss_billing
from tossbill_ui.ui.states.register import RegisterState
from tossbill_ui.ui.text import ko


def register_page() -> rx.Component:
    """Say what will happen, then open the window."""
    return page(
        rx.el.script(src="/toss_billing.js", async_=True),
        toss_billing(
            call=RegisterState.call,
            on_sdk_ready=RegisterState.sdk_ready,
            on_sdk_error=RegisterState.sdk_error,
            on_reject=RegisterState.rejected,
        ),
        filled(
            rx.el.div,
            _ready(),
            _under_way(),
            fill={"data-view": "register_view", "data-call": "call"},
            attrs={"data-view": RegisterState.view},
            class_name="register",
        ),
    )


def _ready() -> rx.Component:
    return rx.el.section(
        link(ko.TO_HOME, href="/", class_name="back"),
        rx.el.h1(ko.REGISTER_TITLE, class_name="title"),
        rx.el.p(ko.REGISTER_BODY, class_name="lead"),
        rx.el.dl(
            _line(ko.REGISTER_TODAY, ko.REGISTER_TODAY_AMOUNT),
            _line(ko.REGISTER_STORED, ko.REGISTER_STORED_VALUE),
            class_name="receipt",
        ),
        rx.el.p(ko.REGISTER_CONSENT, class_name="fine"),
        _sdk_failed(),
        rx.el.div(_button(), class_name="bottom"),
        class_name="when-ready",
    )


def _line(name: str, value: str) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value))


def _button() -> rx.Component:
    return rx.el.button(
        rx.el.span(ko.REGISTER_BUTTON, class_name="when-idle"),
        rx.el.span(ko.REGISTER_OPENING, class_name="when-opening"),
        type="button",
        class_name="button primary",
        custom_attrs={"data-testid": "register-button", "data-toss-billing": "open"},
    )


def _sdk_failed() -> rx.Component:
    return rx.el.div(
        rx.el.strong(ko.SDK_FAILED),
        rx.el.p(ko.SDK_FAILED_BODY),
        rx.el.button(
            ko.RETRY,
            type="button",
            class_name="button",
            custom_attrs={"data-testid": "retry-button", "data-toss-billing": "retry"},
        ),
        class_name="alert when-sdk-failed",
        role="alert",
        custom_attrs={"data-testid": "sdk-failed"},
    )


def _under_way() -> rx.Component:
    return rx.el.section(
        mark(),
        rx.el.h1(ko.REGISTER_UNDER_WAY, class_name="title"),
        rx.el.p(ko.REGISTER_UNDER_WAY_BODY, class_name="lead"),
        rx.el.div(
            link(ko.TO_HISTORY, href="/history/", class_name="button primary"),
            class_name="bottom",
        ),
        class_name="when-under-way",
        custom_attrs={"data-testid": "registration-under-way"},
    )
