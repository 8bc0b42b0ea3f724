"""View rows: what a page shows, as plain text and nothing else.

The same rows fill the prerendered HTML and the Reflex states, so that both say the same. Every
field is text; an absent one is `BLANK`, because React takes an element over from the HTML only
where both have some text in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, cast

from tossbill_ui.core.text import clean
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod, RegistrationStatus
from tossbill_ui.payment_methods.outcome import Outcome
from tossbill_ui.payment_methods.registration import CANCELED_CODES
from tossbill_ui.toss import issuers
from tossbill_ui.ui.text import Text, cards, spoken
from tossbill_ui.ui.text.failures import explain
from tossbill_ui.ui.wording import moment

BLANK = "\u00a0"
# Instead of its name in tests, on what the prerendered page holds and does not show.
ABSENT = "absent"
CODE_SHOWN, MESSAGE_SHOWN = 64, 160


def flat(row: Mapping[str, object], prefix: str) -> dict[str, str]:
    """Return a view row as what fills its slots: each field under the row's prefix."""
    found: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= flat(cast("Mapping[str, object]", value), f"{prefix}{name}_")
        else:
            found[f"{prefix}{name}"] = str(value)
    return found


class ResultView(TypedDict):
    """The success and failure pages."""

    view: str
    testid: str
    has: str
    title: str
    body: str
    method_label: str
    method_detail: str
    registered_at: str
    code: str
    message: str
    action: str
    action_href: str
    action_testid: str
    second: str
    second_href: str
    toss_json: str


def _result(
    view: str,
    title: Text,
    body: Text | str,
    *,
    testid: str,
    action: tuple[Text, str] = (cards.TO_HISTORY, "/history/"),
    second: tuple[Text, str] | None = None,
    action_testid: str = "next-button",
    **parts: str,
) -> ResultView:
    has = [name for name in ("method_label", "code", "message", "toss_json") if parts.get(name)]
    return ResultView(
        view=view,
        testid=testid,
        has=" ".join([*has, *(["second"] if second else [])]) or "none",
        title=title(),
        body=body if isinstance(body, str) else body(),
        method_label=parts.get("method_label") or BLANK,
        method_detail=parts.get("method_detail") or BLANK,
        registered_at=parts.get("registered_at") or BLANK,
        code=parts.get("code") or BLANK,
        message=parts.get("message") or BLANK,
        action=action[0](),
        action_href=action[1],
        action_testid=action_testid,
        second=second[0]() if second else BLANK,
        second_href=second[1] if second else "/",
        toss_json=parts.get("toss_json") or BLANK,
    )


AGAIN = (cards.RETRY, "/register/")
HOME = (cards.TO_HOME, "/")


def working(kind: str = "card") -> ResultView:
    """Return the page while Toss is being asked."""
    title = cards.WORKING_TITLE.of(kind)
    return _result("working", title, cards.WORKING_BODY, testid="registration-working")


def nothing() -> ResultView:
    """Return the page for someone who came by themselves."""
    return _result(
        "nothing",
        cards.NOTHING_TITLE,
        cards.NOTHING_BODY,
        testid="registration-nothing",
        action=(cards.TO_REGISTER, "/register/"),
    )


BAD_LINK = (cards.BAD_LINK_TITLE, cards.BAD_LINK_BODY)
# By the code of the `NotAllowed` or `Conflict` that `payment_methods.registration` raises.
PROBLEMS: dict[str, tuple[Text, Text]] = {
    "already_used": (cards.USED_TITLE, cards.USED_BODY),
    "under_way": (cards.REGISTER_UNDER_WAY, cards.REGISTER_UNDER_WAY_BODY),
    "other_session": (cards.OTHER_BROWSER_TITLE, cards.OTHER_BROWSER_BODY),
    "no_session": (cards.SESSION_LOST_TITLE, cards.SESSION_LOST_BODY),
    "unknown_link": BAD_LINK,
    "wrong_token": BAD_LINK,
    "wrong_customer_key": BAD_LINK,
    "no_auth_key": BAD_LINK,
}


def problem(code: str) -> ResultView:
    """Return the page for a refused return; codes from strangers fall back to a bad link."""
    known = code if code in PROBLEMS else "unknown_link"
    title, body = PROBLEMS[known]
    action = cards.REGISTER_ANOTHER if known == "already_used" else cards.REGISTER_AGAIN
    return _result(
        known,
        title,
        body,
        testid="registration-failure",
        action=(action, "/register/"),
        action_testid="retry-button",
        second=HOME,
        code=known.upper(),
    )


def result(outcome: Outcome, kind: str = "card") -> ResultView:
    """Return the page for a registration as it stands.

    Args:
        outcome: The registration, and what came of it.
        kind: What the browser says was to be registered: words only, until Toss says it.
    """
    registration = outcome.registration
    match registration.status:
        case RegistrationStatus.ISSUED if outcome.method is not None:
            return _issued(outcome.method, registration.toss_json or "")
        case RegistrationStatus.ISSUING:
            return working(kind)
        case RegistrationStatus.UNKNOWN:
            body = cards.DOUBT_BODY.of(kind)
            return _result("doubt", cards.DOUBT_TITLE, body, testid="registration-in-doubt")
        case RegistrationStatus.ABANDONED if registration.failure_code is None:
            return nothing()  # nobody came back from the window
        case RegistrationStatus.FAILED | RegistrationStatus.ABANDONED:
            code, message = registration.failure_code, registration.failure_message
            return failure(code or "", message or "", kind)
        case _:
            return nothing()


def failure(code: str, message: str, kind: str = "card") -> ResultView:
    """Return the page for a failure by Toss's code; both may come from a stranger."""
    if code in CANCELED_CODES:
        return _result(
            "canceled",
            cards.CANCELED_TITLE.of(kind),
            cards.CANCELED_BODY,
            testid="registration-canceled",
            action=(cards.REGISTER_AGAIN, "/register/"),
            action_testid="retry-button",
            second=HOME,
        )
    return _result(
        "failed",
        cards.FAILED_TITLE.of(kind),
        f"{explain(code, kind)}\n{cards.NOTHING_CHARGED()}",
        testid="registration-failure",
        action=AGAIN,
        action_testid="retry-button",
        second=HOME,
        code=clean(code, limit=CODE_SHOWN),
        message=clean(message, limit=MESSAGE_SHOWN),
    )


def _issued(method: PaymentMethod, toss_json: str) -> ResultView:
    if method.status == MethodStatus.REMOVED:
        return _result(
            "removed", cards.REMOVED_TITLE, cards.REMOVED_BODY, testid="registration-removed"
        )
    return _result(
        "issued",
        cards.ISSUED_TITLE.of(method.kind),
        cards.ISSUED_BODY,
        testid="registration-success",
        second=HOME,
        method_label=method_label(method),
        method_detail=method_detail(method),
        registered_at=moment(method.authenticated_at),
        toss_json=toss_json,
    )


def method_label(method: PaymentMethod) -> str:
    """Name a method as its owner knows it, ``현대카드 ···· 123``, all on one line."""
    if method.kind == "card":
        names = issuers.ENGLISH if spoken() == "en" else issuers.KOREAN
        name = names.get(method.issuer_code or "") or cards.UNKNOWN_ISSUER()
    else:
        name = _bank(method.bank_name or "") or cards.ACCOUNT()
    return f"{name}\u00a0····\u00a0{method.last_digits}" if method.last_digits else name


def _bank(name: str) -> str:
    return issuers.BANKS_ENGLISH.get(name, name) if spoken() == "en" else name


def method_detail(method: PaymentMethod) -> str:
    """Say what kind of method it is: ``신용 · 개인``."""
    parts = [part for part in (method.card_type, method.owner_type) if part]
    words = [cards.CARD_WORDS[part]() if part in cards.CARD_WORDS else part for part in parts]
    return " · ".join(words) or cards.ACCOUNT()
