"""The errors a person may meet.

TossbillError
├── SettingsError           the app is set up wrongly; says the fix
├── NotFound                no such thing, or not this customer's
├── NotAllowed              someone else's registration, token or session
├── Conflict                it was done already, or something else is under way
└── toss.errors.TossError   what Toss answered, or did not
    ├── Refused             a certain no, with Toss's code
    ├── GatewayRefused      Toss refused our key: an operator's problem
    └── OutcomeUnknown      nobody knows yet whether it happened
"""

from sqlalchemy.exc import SQLAlchemyError


class TossbillError(Exception):
    """The root of every error this app raises on purpose.

    Attributes:
        code: Stable and lower-case, for logs and for choosing the words a customer reads.
        message: One English sentence, safe to log: it never carries a secret.
    """

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingsError(TossbillError):
    """The app cannot start as it is set up; the message says what to change."""

    code = "settings"


class NotFound(TossbillError):
    """There is no such thing, or it is not this customer's."""

    code = "not_found"


class NotAllowed(TossbillError):
    """The caller may not do this; the attempt is recorded.

    Attributes:
        code: Why, for example ``wrong_token`` or ``other_session``.
    """

    code = "not_allowed"

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Conflict(TossbillError):
    """It was done already, or something else is under way.

    Attributes:
        code: What is in the way, for example ``already_used``.
    """

    code = "conflict"

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


# What our code may fail on with one row of many: it is logged, and stops no other.
FAULTS = (TossbillError, SQLAlchemyError, ValueError)
