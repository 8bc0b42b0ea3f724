"""The app's settings: read once from the environment or ``.env``."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from tossbill_ui.core.addresses import Addresses
from tossbill_ui.core.calendar import ChargeHours
from tossbill_ui.core.company import BusinessNumber, Line, PageUrl
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.language import Language
from tossbill_ui.core.limit_settings import LimitSettings
from tossbill_ui.core.origins import USUAL_PORTS, Origins

SANDBOX_CLIENT_KEY = "test_ck_tossbillSandboxClientKey00"
SANDBOX_SECRET_KEY = "test_sk_tossbillSandboxSecretKey00"  # noqa: S105 - a published sandbox key
TOSS_API = "https://api.tosspayments.com"
TOSS_SDK = "https://js.tosspayments.com/v2/standard"
LOGO_TYPES = (".svg", ".png", ".webp", ".jpg")
CONTACT_FORM = re.compile(r"[^@\s<>:]+@[^@\s<>:]+|https://[!-~]+")
ENTRY_KEY_BYTES = 32
KEY_FORM = re.compile(r"^(test|live)_(gck|gsk|ck|sk)_\w+$")


DRIVERS = {
    r"^postgres(ql)?(\+psycopg)?://": "postgresql+psycopg://",
    r"^sqlite(\+aiosqlite)?:///": "sqlite+aiosqlite:///",
}


Days = Annotated[int, Field(ge=1, le=3650)]


class Mode(StrEnum):
    """The Toss environment in use, decided by the two keys."""

    SANDBOX = "sandbox"
    TEST = "test"
    LIVE = "live"


def _invalid_values(error: ValidationError) -> str:
    wrong = [(str(found["loc"][0]).upper(), found["msg"]) for found in error.errors()]
    return " ".join(
        f"{name} is invalid: {reason.removeprefix('Value error, ')}." for name, reason in wrong
    )


def _parts(secret: SecretStr) -> list[str]:
    return [part.strip() for part in secret.get_secret_value().split(",") if part.strip()]


class Settings(LimitSettings):
    """Every setting, by the name of its environment variable in lower case.

    ``backend_url`` has no variable of its own. It is the base URL of our HTTP routes: the public
    URL in production, another port under Reflex's dev server.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    toss_client_key: str = ""
    toss_secret_key: SecretStr = SecretStr("")
    toss_security_key: SecretStr = SecretStr("")
    toss_api_base_url: str = ""
    toss_sdk_url: str = ""
    tossbill_public_url: str = ""
    tossbill_port: int = Field(default=3000, ge=1, le=65535)
    tossbill_trusted_proxies: str = "127.0.0.1"
    tossbill_data_dir: Path = Path(".data")
    tossbill_database_url: SecretStr = SecretStr("")
    tossbill_worker: Literal["on", "off"] = "on"
    tossbill_secret_keys: SecretStr = SecretStr("")
    tossbill_encryption_keys: SecretStr = SecretStr("")
    tossbill_entry_keys: SecretStr = SecretStr("")
    tossbill_return_origins: str = ""
    tossbill_sign_up: Literal["", "open", "linked"] = ""
    tossbill_charge_hours: str = "10-20"
    tossbill_smtp_url: SecretStr = SecretStr("")
    tossbill_mail_from: str = Field(default="", pattern=r"^$|^[^@\s<>]+@[^@\s<>]+$")
    tossbill_operator_email: str = Field(default="", pattern=r"^$|^[^@\s<>]+@[^@\s<>]+$")
    tossbill_keep_visitors_days: Days = 7
    tossbill_keep_security_days: Days = 90
    tossbill_keep_sessions_days: Days = 180
    tossbill_keep_webhooks_days: Annotated[int, Field(ge=5, le=3650)] = 30
    tossbill_webhook_addresses: str = ""
    tossbill_metrics_token: SecretStr = SecretStr("")
    tossbill_security_contact: str = Field(default="", max_length=200)
    tossbill_accounts: Literal["", "on", "off"] = ""
    tossbill_card_form: Literal["on", "off"] = "off"
    tossbill_locale: Language = "ko"
    tossbill_brand_name: str = Field(default="Tossbill", max_length=60)
    tossbill_brand_color: str = Field(default="#0B6B57", pattern=r"^#[0-9A-Fa-f]{6}$")
    tossbill_brand_logo: Path | None = None
    tossbill_company_name: Line = ""
    tossbill_company_representative: Line = ""
    tossbill_company_number: BusinessNumber = ""
    tossbill_company_mail_order: Line = ""
    tossbill_company_address: Line = ""
    tossbill_company_phone: Line = ""
    tossbill_company_hosting: Line = ""
    tossbill_terms_url: PageUrl = ""
    tossbill_privacy_url: PageUrl = ""
    tossbill_refund_url: PageUrl = ""

    _dev_backend_url: str = PrivateAttr("")

    @field_validator("tossbill_brand_logo")
    @classmethod
    def _is_image(cls, logo: Path | None) -> Path | None:
        if logo is not None and not (logo.is_file() and logo.suffix.lower() in LOGO_TYPES):
            raise ValueError(f"must be the path of an image file ({', '.join(LOGO_TYPES)})")
        return logo

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - as in pydantic
        """Read the environment.

        Raises:
            SettingsError: A value is invalid; its text, maybe a secret, is not repeated.
        """
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_invalid_values(error)) from None

    @field_validator("tossbill_charge_hours")
    @classmethod
    def _are_hours(cls, text: str) -> str:
        ChargeHours.from_text(text)
        return text

    @field_validator("tossbill_trusted_proxies")
    @classmethod
    def _are_proxies(cls, text: str) -> str:
        return text if text.strip() == "*" else cls._are_addresses(text)

    @field_validator("tossbill_webhook_addresses")
    @classmethod
    def _are_addresses(cls, text: str) -> str:
        Addresses.from_text(text)
        return text

    @field_validator("tossbill_return_origins")
    @classmethod
    def _are_origins(cls, text: str) -> str:
        Origins.from_text(text)
        return text

    @field_validator("tossbill_entry_keys")
    @classmethod
    def _are_entry_keys(cls, text: SecretStr) -> SecretStr:
        if any(len(key.encode()) < ENTRY_KEY_BYTES for key in _parts(text)):
            raise ValueError(f"each key must have at least {ENTRY_KEY_BYTES} bytes")
        return text

    @field_validator("tossbill_security_contact")
    @classmethod
    def _is_contact(cls, text: str) -> str:
        if text and not CONTACT_FORM.fullmatch(text):
            raise ValueError("must be a mail address, or an address that begins with https://")
        return text

    @field_validator("tossbill_smtp_url")
    @classmethod
    def _is_mail_server(cls, url: SecretStr) -> SecretStr:
        parts = urlsplit(url.get_secret_value())
        is_valid = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
        if url.get_secret_value() and not is_valid:
            raise ValueError("must be of the form smtp://user:password@host:587 or smtps://…")
        return url

    @cached_property
    def charge_hours(self) -> ChargeHours:
        """The hours in Seoul in which cards are charged automatically."""
        return ChargeHours.from_text(self.tossbill_charge_hours)

    @cached_property
    def webhook_addresses(self) -> Addresses:
        """The addresses that may send webhooks; empty if any may."""
        return Addresses.from_text(self.tossbill_webhook_addresses)

    @cached_property
    def return_origins(self) -> Origins:
        """The origins that "back to the shop" may lead to."""
        return Origins.from_text(self.tossbill_return_origins)

    @property
    def entry_keys(self) -> list[SecretStr]:
        """The keys with which the shop signs entries; none if it signs none."""
        return [SecretStr(key) for key in _parts(self.tossbill_entry_keys)]

    @property
    def is_linked(self) -> bool:
        """Whether customers come by a link or a code only, and no browser becomes one by itself."""
        usual = "open" if self.mode is Mode.SANDBOX else "linked"
        return (self.tossbill_sign_up or usual) == "linked"

    @cached_property
    def mode(self) -> Mode:
        """The mode that the two keys imply.

        Raises:
            SettingsError: The keys are of the wrong kind or mixed, or only one is set.
        """
        client, secret = self.toss_client_key, self.toss_secret_key.get_secret_value()
        if not client and not secret:
            return Mode.SANDBOX
        kinds = [KEY_FORM.match(key) for key in (client, secret)]
        if not all(kinds):
            raise SettingsError(
                "TOSS_CLIENT_KEY and TOSS_SECRET_KEY go together: set both, as Toss's "
                "developer center shows them (test_ck_… with test_sk_…), or neither."
            )
        (client_env, client_kind), (secret_env, secret_kind) = (k.groups() for k in kinds if k)
        if (client_kind, secret_kind) != ("ck", "sk"):
            raise SettingsError(
                "Billing needs the API keys (…_ck_… and …_sk_…) of Toss's developer center; "
                "widget keys (gck, gsk) and swapped keys do not work."
            )
        if client_env != secret_env:
            raise SettingsError("One key is a test key and the other a live key: use one pair.")
        return Mode(client_env)

    @property
    def takes_accounts(self) -> bool:
        """Whether a bank account may be registered; Toss requires a separate contract for it."""
        return (self.tossbill_accounts or ("on" if self.mode is Mode.SANDBOX else "off")) == "on"

    @property
    def has_card_form(self) -> bool:
        """Whether cards are typed into our own form; few contracts with Toss allow it."""
        return self.tossbill_card_form == "on"

    @property
    def client_key(self) -> str:
        """The key that the browser may see."""
        return self.toss_client_key or SANDBOX_CLIENT_KEY

    @property
    def secret_key(self) -> SecretStr:
        """The key that only the server may see."""
        if self.mode is Mode.SANDBOX:
            return SecretStr(SANDBOX_SECRET_KEY)
        return self.toss_secret_key

    @property
    def public_url(self) -> str:
        """The URL of the pages as browsers name an origin: lower case, without the usual port."""
        given = self.tossbill_public_url or f"http://localhost:{self.tossbill_port}"
        scheme, colon, host = given.rstrip("/").lower().partition("://")
        return scheme + colon + host.removesuffix(USUAL_PORTS.get(scheme, ""))

    @property
    def backend_url(self) -> str:
        """The URL of our HTTP routes, without a trailing slash."""
        return self._dev_backend_url or self.public_url

    @property
    def is_https(self) -> bool:
        """Whether the public URL uses TLS."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def api_base_url(self) -> str:
        """The URL of Toss's API; in sandbox mode this server's own."""
        if self.toss_api_base_url:
            return self.toss_api_base_url.rstrip("/")
        if self.mode is not Mode.SANDBOX:
            return TOSS_API
        port = urlsplit(self._dev_backend_url).port or self.tossbill_port
        return f"http://127.0.0.1:{port}/sandbox"

    @property
    def sdk_url(self) -> str:
        """The URL of Toss's script for the browser."""
        if self.toss_sdk_url:
            return self.toss_sdk_url
        sandbox = f"{self.backend_url}/sandbox/js/v2/standard"
        return sandbox if self.mode is Mode.SANDBOX else TOSS_SDK

    @property
    def database_url(self) -> str:
        """The database URL for SQLAlchemy, with an async driver.

        Raises:
            SettingsError: The URL is for neither PostgreSQL nor SQLite.
        """
        url = self.tossbill_database_url.get_secret_value()
        if not url:
            return f"sqlite+aiosqlite:///{(self.tossbill_data_dir / 'tossbill.db').resolve()}"
        for form, driver in DRIVERS.items():
            if re.match(form, url):
                return re.sub(form, driver, url)
        raise SettingsError(
            "TOSSBILL_DATABASE_URL must be of the form postgresql://user:password@host/name "
            "or sqlite:////a/path.db."
        )

    @property
    def uses_sqlite(self) -> bool:
        """Whether the database is a file on this machine."""
        return self.database_url.startswith("sqlite")

    @property
    def worker_database_url(self) -> str:
        """The database URL of the worker's schedules: a separate file, or the same server."""
        if self.uses_sqlite:
            return f"sqlite:///{(self.tossbill_data_dir / 'worker.db').resolve()}"
        return self.database_url.replace("+psycopg", "", 1)

    def for_dev_server(self, *, frontend_port: int, backend_port: int) -> Self:
        """Return these settings adapted to Reflex's dev server, which uses two ports."""
        settings = self.model_copy(update={"tossbill_port": frontend_port})
        return settings.with_backend(f"http://localhost:{backend_port}")

    def with_backend(self, url: str) -> Self:
        """Return these settings with another URL of our HTTP routes."""
        settings = self.model_copy()
        settings._dev_backend_url = "" if url == self.public_url else url
        return settings
