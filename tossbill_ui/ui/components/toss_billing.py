"""The Reflex component that connects a page to Toss's script."""

from __future__ import annotations

from typing import TypedDict

import reflex as rx


class BillingCall(TypedDict):
    """The arguments that the browser opens Toss's window with.

    A mapping and no dataclass: it leaves Python as JSON, in the page's ``data-call`` and as the
    component's property, and ``toss_billing.js`` reads it by these names.
    """

    sdk_url: str
    client_key: str
    customer_key: str
    success_url: str
    fail_url: str


NO_CALL = BillingCall(sdk_url="", client_key="", customer_key="", success_url="", fail_url="")


def _code_and_message(code: rx.Var[str], message: rx.Var[str]) -> tuple[rx.Var[str], rx.Var[str]]:
    return (code, message)


def _rejection(
    code: rx.Var[str], message: rx.Var[str], kind: rx.Var[str]
) -> tuple[rx.Var[str], rx.Var[str], rx.Var[str]]:
    return (code, message, kind)


class TossBilling(rx.Component):
    """Loads Toss's script and opens its window when a ``[data-toss-billing]`` button is pressed.

    It renders nothing. ``assets/toss_billing.js``, loaded before React, does the work; this
    component passes it the call and reports what happens. Card numbers are typed into Toss's
    window, never into ours.
    """

    library = "$/public/toss_billing.jsx"
    tag = "TossBilling"
    is_default = True

    call: rx.Var[BillingCall]

    on_sdk_ready: rx.EventHandler[rx.event.no_args_event_spec]
    on_sdk_error: rx.EventHandler[_code_and_message]
    on_reject: rx.EventHandler[_rejection]


toss_billing = TossBilling.create
