"""What Toss answered, or did not.

TossError
├── Refused          a certain no: nothing happened, and Toss says why
├── GatewayRefused   Toss refused our key or contract: nothing happened, an operator must act
└── OutcomeUnknown   it may have happened; ask again, never assume

A message is made of our own words, Toss's code and its trace id, so it may be logged. Toss's own
sentence is for the customer's eyes and stays in ``Refused.toss_message``.
"""

from tossbill_ui.core.errors import TossbillError


class TossError(TossbillError):
    """The root of everything a call to Toss may raise.

    Attributes:
        toss_code: Toss's own code, for example ``REJECT_CARD_COMPANY``; empty when none was read.
        trace_id: Toss's ``x-tosspayments-trace-id``, which its support asks for; empty when none.
    """

    code = "toss"

    def __init__(self, message: str, *, toss_code: str = "", trace_id: str = "") -> None:
        super().__init__(message)
        self.toss_code = toss_code
        self.trace_id = trace_id


class Refused(TossError):
    """A certain no: nothing happened, and ``toss_code`` says why.

    Attributes:
        toss_message: Toss's Korean sentence, shortened, without control characters or secrets.
    """

    code = "refused"

    def __init__(
        self, message: str, *, toss_code: str, toss_message: str = "", trace_id: str = ""
    ) -> None:
        super().__init__(message, toss_code=toss_code, trace_id=trace_id)
        self.toss_message = toss_message


class GatewayRefused(TossError):
    """Toss refused our key or our contract; nothing happened, and no customer can change it."""

    code = "gateway_refused"


class OutcomeUnknown(TossError):
    """Nobody knows yet whether it happened.

    Attributes:
        sent: False when no byte of the request can have reached Toss, so that nothing happened
            and the same request may be made again at once.
        is_bound: True when Toss answered with a 4xx that settles nothing. It is bound to the
            Idempotency-Key, so repeating the request brings the same answer (contract §6).
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
