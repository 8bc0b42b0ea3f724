"""View rows of the success and failure pages, for every result of a registration."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.core.text import clean
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod, RegistrationStatus
from tossbill_ui.payment_methods.outcome import Outcome
from tossbill_ui.payment_methods.registration import CANCELED_CODES
from tossbill_ui.ui.registration import card_text, confirm_text, text
from tossbill_ui.ui.registration.ways import NEW_METHOD
from tossbill_ui.ui.shared.methods import method_detail, method_label
from tossbill_ui.ui.shared.text import Text, frame
from tossbill_ui.ui.shared.text.failures import explain
from tossbill_ui.ui.shared.view_rows import BLANK, CODE_SHOWN, MESSAGE_SHOWN
from tossbill_ui.ui.shared.wording import moment


@dataclass(frozen=True)
class ResultView:
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
    action: tuple[Text, str] = (text.TO_HISTORY, "/history/"),
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


AGAIN = (text.RETRY, "/register/")
HOME = (frame.TO_HOME, "/")


def working(kind: str = "card") -> ResultView:
    """Return the page while the request to Toss is in flight."""
    title = text.WORKING_TITLE.of(kind)
    return _result("working", title, text.WORKING_BODY, testid="registration-working")


def waiting() -> ResultView:
    """Return the page of the browser that began, while another one is asked for a yes."""
    return _result(
        "waiting",
        confirm_text.WAITS_TITLE,
        confirm_text.WAITS_BODY,
        testid="registration-waiting",
        action=(text.REGISTER_AGAIN, f"/register/?method={NEW_METHOD}"),
        second=HOME,
    )


def nothing() -> ResultView:
    """Return the page for a visit without a registration."""
    return _result(
        "nothing",
        text.NOTHING_TITLE,
        text.NOTHING_BODY,
        testid="registration-nothing",
        action=(text.TO_REGISTER, "/register/"),
    )


def not_shown() -> ResultView:
    """Return the page for a registration that this browser did not start, or that is none.

    It may have ended any way, so the page says nothing about that.
    """
    title, body = text.NOT_SHOWN_TITLE, text.NOT_SHOWN_BODY
    return _result("not_shown", title, body, testid="registration-not-shown", action=HOME)


BAD_LINK = (text.BAD_LINK_TITLE, text.BAD_LINK_BODY)
# By the code of the `NotAllowed` or `Conflict` raised by `payment_methods.registration`.
PROBLEMS: dict[str, tuple[Text, Text]] = {
    "already_used": (text.USED_TITLE, text.USED_BODY),
    "under_way": (text.REGISTER_UNDER_WAY, text.REGISTER_UNDER_WAY_BODY),
    "other_session": (text.OTHER_BROWSER_TITLE, text.OTHER_BROWSER_BODY),
    "no_session": (text.SESSION_LOST_TITLE, text.SESSION_LOST_BODY),
    "unknown_link": BAD_LINK,
    "wrong_token": BAD_LINK,
    "wrong_customer_key": BAD_LINK,
    "no_auth_key": BAD_LINK,
    "too_often": (card_text.TOO_OFTEN_TITLE, card_text.TOO_OFTEN_BODY),
    "foreign_form": (card_text.FOREIGN_TITLE, card_text.FOREIGN_BODY),
    "foreign_answer": (confirm_text.FOREIGN_TITLE, confirm_text.FOREIGN_BODY),
    "form_closed": (card_text.FOREIGN_TITLE, card_text.CLOSED_BODY),
}


def problem(code: str) -> ResultView:
    """Return the page for a refused return; unknown codes count as a bad link."""
    known = code if code in PROBLEMS else "unknown_link"
    title, body = PROBLEMS[known]
    action = text.REGISTER_ANOTHER if known == "already_used" else text.REGISTER_AGAIN
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
    """Return the page for the current status of a registration.

    Args:
        outcome: The registration and its result.
        kind: The kind of method by the browser's account, used for words only until Toss says it.
    """
    registration = outcome.registration
    match registration.status:
        case RegistrationStatus.ISSUED if outcome.method is not None:
            return _issued(outcome.method, registration.toss_json or "")
        case RegistrationStatus.RETURNED:
            return waiting()
        case RegistrationStatus.ISSUING:
            return working(kind)
        case RegistrationStatus.UNKNOWN:
            body = text.DOUBT_BODY.of(kind)
            return _result("doubt", text.DOUBT_TITLE, body, testid="registration-in-doubt")
        case RegistrationStatus.ABANDONED if registration.failure_code is None:
            return nothing()  # nobody returned from the window
        case RegistrationStatus.FAILED | RegistrationStatus.ABANDONED:
            code, message = registration.failure_code, registration.failure_message
            return failure(code or "", message or "", kind)
        case _:
            return nothing()


def failure(code: str, message: str, kind: str = "card") -> ResultView:
    """Return the page for a failure by Toss's code; code and message are untrusted."""
    if code in CANCELED_CODES:
        return _result(
            "canceled",
            text.CANCELED_TITLE.of(kind),
            text.CANCELED_BODY,
            testid="registration-canceled",
            action=(text.REGISTER_AGAIN, "/register/"),
            action_testid="retry-button",
            second=HOME,
        )
    return _result(
        "failed",
        text.FAILED_TITLE.of(kind),
        f"{explain(code, kind)}\n{text.NOTHING_CHARGED()}",
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
            "removed", text.REMOVED_TITLE, text.REMOVED_BODY, testid="registration-removed"
        )
    return _result(
        "issued",
        text.ISSUED_TITLE.of(method.kind),
        text.ISSUED_BODY,
        testid="registration-success",
        second=HOME,
        method_label=method_label(method),
        method_detail=method_detail(method),
        registered_at=moment(method.authenticated_at),
        toss_json=toss_json,
    )
