"""The errors of calls to Toss.

TossError
├── Refused          Toss definitely refused: nothing happened, and a code says why
├── GatewayRefused   Toss refused our key or contract: nothing happened, an operator must act
└── OutcomeUnknown   it may have happened: look it up or repeat the request, never assume

A message consists of our own words, Toss's code and its trace id, so it is safe to log. Toss's
own message is shown only to the customer and stays in ``Refused.toss_message``.
"""

from tossbill_ui.core.errors import TossbillError


class TossError(TossbillError):
    """Base class of every error that a call to Toss raises.

    Attributes:
        toss_code: Toss's code, for example ``REJECT_CARD_COMPANY``; empty if none could be read.
        trace_id: Toss's ``x-tosspayments-trace-id``, which its support asks for, or empty.
    """

    code = "toss"

    def __init__(self, message: str, *, toss_code: str = "", trace_id: str = "") -> None:
        super().__init__(message)
        self.toss_code = toss_code
        self.trace_id = trace_id


class Refused(TossError):
    """Toss definitely refused: nothing happened, and ``toss_code`` says why.

    Attributes:
        toss_message: Toss's Korean message, shortened, without control characters or secrets.
    """

    code = "refused"

    def __init__(
        self, message: str, *, toss_code: str, toss_message: str = "", trace_id: str = ""
    ) -> None:
        super().__init__(message, toss_code=toss_code, trace_id=trace_id)
        self.toss_message = toss_message


class GatewayRefused(TossError):
    """Toss refused our key or contract; nothing happened, and no customer can fix it."""

    code = "gateway_refused"


class OutcomeUnknown(TossError):
    """It is not known yet whether the request took effect.

    Attributes:
        sent: False when no byte of the request can have reached Toss, so that nothing happened
            and the same request may be repeated at once.
        is_bound: True when Toss responded with a 4xx that leaves the outcome open. It is bound
            to the Idempotency-Key, so a repeated request gets the same response (contract §6).
    """

    code = "outcome_unknown"

    def __init__(
        self,
        message: str,
        *,
        toss_code: str = "",
        trace_id: str = "",
        sent: bool = True,
        is_bound: bool = False,
    ) -> None:
        super().__init__(message, toss_code=toss_code, trace_id=trace_id)
        self.sent = sent
        self.is_bound = is_bound
