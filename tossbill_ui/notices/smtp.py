"""Sends one mail over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS = {"smtp": 587, "smtps": 465}


class RefusedForGood(Exception):
    """The server refused permanently; a retry will not help."""


@dataclass(frozen=True)
class MailServer:
    """The server that mail is sent through.

    Attributes:
        is_tls: TLS from the first byte (``smtps``); otherwise STARTTLS is used if offered.
    """

    host: str
    port: int
    user: str
    password: str
    is_tls: bool

    @classmethod
    def from_url(cls, url: str) -> MailServer:
        """Parse ``smtp://user:password@host:587``; user and password are URL-quoted."""
        parts = urlsplit(url)
        return cls(
            host=parts.hostname or "",
            port=parts.port or PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            is_tls=parts.scheme == "smtps",
        )


def send(server: MailServer, message: EmailMessage) -> None:
    """Send one mail; blocks until the server has accepted it.

    Raises:
        RefusedForGood: Recipient, sender or mail was refused with a 5xx.
        OSError: Any other failure; `smtplib.SMTPException` is a subclass.
    """
    try:
        with _connected(server) as smtp:
            smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise (RefusedForGood(f"status {codes[0]}") if min(codes) >= 500 else error) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        code = error.smtp_code
        raise (RefusedForGood(f"status {code}") if code >= 500 else error) from None


def _connected(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.is_tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        _secure(smtp, server, context)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _secure(smtp: smtplib.SMTP, server: MailServer, context: ssl.SSLContext) -> None:
    smtp.ehlo()
    if not server.is_tls and smtp.has_extn("starttls"):
        smtp.starttls(context=context)
        smtp.ehlo()
    elif not server.is_tls and server.user and server.host not in LOOPBACK:
        raise smtplib.SMTPNotSupportedError("No password is sent over an unencrypted connection.")
    if server.user:
        smtp.login(server.user, server.password)
