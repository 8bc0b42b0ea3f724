"""Texts for a failed event: what happened, whether money was taken, what to do now."""

from typing import NamedTuple

from tossbill_ui.ui.shared.text import Text


class Problem(NamedTuple):
    """A problem; its tone is that of a banner."""

    tone: str
    title: Text
    body: Text


NOTHING_STORED = "nothing_stored"
UNRESOLVED = "unresolved"
STALE = "stale"
LATE = "late"

PROBLEMS = {
    NOTHING_STORED: Problem(
        "red",
        Text("요청을 처리하지 못했어요", "We couldn't process your request"),
        Text(
            "저희 쪽에 문제가 생겼어요. 불편을 드려 죄송합니다. 바뀐 것과 결제된 금액은 없어요. "
            "잠시 뒤 다시 눌러 주세요.",
            "Sorry, something went wrong on our side. Nothing was changed and nothing was "
            "charged. Please try again in a moment.",
        ),
    ),
    UNRESOLVED: Problem(
        "amber",
        Text("결과를 아직 확인하지 못했어요", "We can't tell the result yet"),
        Text(
            "저희 쪽에 문제가 생겼어요. 불편을 드려 죄송합니다. 요청을 처리했는지, 결제한 금액이 "
            "있는지는 확인하는 대로 이 화면에 보여 드릴게요. 두 번 결제되지 않으니 기다려 주세요.",
            "Sorry, something went wrong on our side. Whether your request went through and "
            "anything was charged will appear here as soon as we know. Please wait: you won't "
            "be charged twice.",
        ),
    ),
    STALE: Problem(
        "amber",
        Text("지금 상태를 불러오지 못했어요", "We couldn't load the current status"),
        Text(
            "저희 쪽에 문제가 생겼어요. 불편을 드려 죄송합니다. 다시 불러오고 있어요. "
            "이 화면을 열어서 결제된 금액은 없어요.",
            "Sorry, something went wrong on our side. We're trying again. "
            "Nothing was charged by opening this page.",
        ),
    ),
    LATE: Problem(
        "red",
        Text("연결이 끊겨서 누른 것은 처리하지 않았어요", "Your last press came too late"),
        Text(
            "이번에 바뀐 것과 결제된 금액은 없어요. 지금 화면을 확인하고 다시 눌러 주세요.",
            "The connection was lost, so it wasn't carried out: nothing was changed and nothing "
            "was charged. Please check this page and press again.",
        ),
    ),
}
