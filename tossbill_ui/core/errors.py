"""The errors that the app raises on purpose.

TossbillError
├── SettingsError           the configuration is wrong; the message says how to fix it
├── InvalidRequest          what a program or a command asks for contradicts itself or the settings
├── NotFound                it does not exist, or belongs to another customer
├── NotAllowed              the registration, token or session belongs to someone else
├── NeedsSignIn             the session is limited to one task, and this is another
├── NeedsConsent            it makes a customer pay more, and only they may do that
├── Conflict                it was done already, or another operation is in progress
└── toss.errors.TossError   a call to Toss failed
    ├── Refused             Toss definitely refused, with a code
    ├── GatewayRefused      Toss refused our key: an operator must act
    └── OutcomeUnknown      it is not known yet whether it happened
"""

from sqlalchemy.exc import SQLAlchemyError


class TossbillError(Exception):
    """Base class of every error that the app raises on purpose.

    Attributes:
        code: Stable and lower-case, for logs and for choosing the text shown to the customer.
        message: One English sentence, safe to log: it never contains a secret.
    """

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingsError(TossbillError):
    """The app cannot start with its settings; the message says what to change."""

    code = "settings"


class InvalidRequest(TossbillError):
    """What a program or a command asks for contradicts itself or the settings."""

    code = "invalid_request"


class NotFound(TossbillError):
    """The object does not exist, or belongs to another customer."""

    code = "not_found"


class NotAllowed(TossbillError):
    """The caller may not do this; the attempt is recorded.

    Attributes:
        code: The reason, for example ``wrong_token`` or ``other_session``.
    """

    code = "not_allowed"

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class NeedsSignIn(TossbillError):
    """The session is limited to one task, and this is another one: a code opens the rest."""

    code = "needs_sign_in"


class NeedsConsent(TossbillError):
    """It would make a customer pay more, which only they may do (ADR-0052)."""

    code = "consent_required"


class Conflict(TossbillError):
    """The action was done already, or conflicts with one in progress.

    Attributes:
        code: The reason, for example ``already_used``.
    """

    code = "conflict"

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


# Errors that one row of a batch may cause: they are logged, and the other rows continue.
FAULTS = (TossbillError, SQLAlchemyError, ValueError)
