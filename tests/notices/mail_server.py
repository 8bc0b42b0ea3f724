"""A real SMTP server on a free port of this machine."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.server import free_port


class MailServerStub:
    """Accepts mail, after sending the planned refusals."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.responses: list[str] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        """The value for ``TOSSBILL_SMTP_URL``."""
        return f"smtp://127.0.0.1:{self.controller.port}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Store a mail, or refuse it."""
        response = self.responses.pop(0) if self.responses else "250 OK"
        if response.startswith(("250", "drop")):
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
        if response == "drop" and server.transport:
            server.transport.close()
        return response
