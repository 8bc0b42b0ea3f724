"""Secrets at rest, one-time tokens and fingerprints."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import itsdangerous
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tossbill_ui.core.errors import SettingsError, TossbillError

NONCE_BYTES = 12
# 32 bytes in base64: of the last character four bits are used.
TOKEN = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Undecryptable(TossbillError):
    """A stored secret cannot be decrypted with the keys at hand, or was moved to another row."""

    code = "undecryptable"


class Cipher:
    """Encrypts secrets with AES-256-GCM, bound to the context in which they are stored.

    Args:
        keys: 32-byte keys by version; the highest version encrypts, all decrypt.
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self._keys = {version: AESGCM(key) for version, key in keys.items()}
        self.version = max(keys)

    @classmethod
    def from_text(cls, text: str) -> Cipher:
        """Parse ``1:BASE64,2:BASE64`` as in ``TOSSBILL_ENCRYPTION_KEYS``.

        Raises:
            SettingsError: The text has another form, or a key is not 32 bytes long.
        """
        try:
            pairs = [item.strip().split(":", 1) for item in text.split(",") if item.strip()]
            keys = {int(version): base64.b64decode(key, validate=True) for version, key in pairs}
        except (ValueError, binascii.Error):
            keys = {}
        if not keys or any(len(key) != 32 for key in keys.values()):
            raise SettingsError(
                "TOSSBILL_ENCRYPTION_KEYS must be version:key pairs, each key 32 bytes in base64, "
                "for example 1:… ; generate one with `openssl rand -base64 32`."
            ) from None
        return cls(keys)

    def encrypt(self, secret: str, *, context: str) -> str:
        """Encrypt for one context (``table.column:row id``); no other context can decrypt it."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self.version].encrypt(nonce, secret.encode(), context.encode())
        return f"{self.version}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, text: str, *, context: str) -> str:
        """Decrypt a secret that `encrypt` encrypted for the same context.

        Raises:
            Undecryptable: The key version is unknown, or the text was changed or moved.
        """
        try:
            version, _, body = text.partition(".")
            raw = base64.urlsafe_b64decode(body)
            opened = self._keys[int(version)].decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()
            )
        except (KeyError, ValueError, InvalidTag):
            raise Undecryptable(
                f"The secret stored at {context} cannot be decrypted with TOSSBILL_ENCRYPTION_KEYS."
            ) from None
        return opened.decode()


class Signer:
    """Creates and verifies tokens that need no storage.

    Args:
        keys: Secret keys, newest first: the newest signs, all verify.
    """

    def __init__(self, keys: list[str]) -> None:
        self._keys = list(reversed(keys))  # itsdangerous wants the newest last

    def token(self, purpose: str, value: str) -> str:
        """Return the token of a value, 43 characters, safe in a URL."""
        return self._signer(purpose).get_signature(value).decode()

    def tokens(self, purpose: str, value: str) -> list[str]:
        """Return the tokens of a value by every key, that of `token` first."""
        return [Signer([key]).token(purpose, value) for key in reversed(self._keys)]

    def verifies(self, token: str, purpose: str, value: str) -> bool:
        """Whether we signed a token for this purpose and value; compares in constant time.

        A token has one spelling: base64 would skip characters that are not its own.
        """
        is_spelled_so = TOKEN.fullmatch(token) is not None
        return is_spelled_so and self._signer(purpose).verify_signature(value, token)

    def _signer(self, purpose: str) -> itsdangerous.Signer:
        return itsdangerous.Signer(
            self._keys, salt=f"tossbill.{purpose}", digest_method=hashlib.sha256
        )


def fingerprint(secret: str) -> str:
    """Return the SHA-256 of a random secret in hex, to look it up without storing it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_id() -> str:
    """Return a random identifier, 32 hex characters."""
    return secrets.token_hex(16)


def new_timed_id(at: datetime) -> str:
    """Return a UUIDv7 in 32 hex characters, which sort by their millisecond (RFC 9562).

    Args:
        at: The instant to encode, since 1970.
    """
    milliseconds = (at - EPOCH) // timedelta(milliseconds=1)
    drawn = secrets.token_hex(9)
    return f"{milliseconds:012x}7{drawn[:3]}8{drawn[3:]}"


def new_encryption_key() -> str:
    """Return 32 random bytes in base64."""
    return base64.b64encode(os.urandom(32)).decode()
