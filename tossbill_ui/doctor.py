"""Checks of the configuration: findings and what to change, never a secret."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased
from sqlmodel import col

from tossbill_ui.core.company import REVIEWED
from tossbill_ui.core.crypto import Cipher, Undecryptable
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.secret_file import FILE_NAME, load_secrets, will_be_made
from tossbill_ui.core.settings import Mode, Settings
from tossbill_ui.migrations import alembic_config, is_newer
from tossbill_ui.payment_methods.issuing import billing_key_context
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.subscriptions.models import LIVE, Price, Subscription
from tossbill_ui.subscriptions.terms.pricing import LEAST_KRW


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        ok: Whether the check passed.
        text: What was found, or what to change.
        is_advice: Whether it is worth doing, but nothing depends on it.
    """

    ok: bool
    text: str
    is_advice: bool = False


def start_problems(settings: Settings) -> list[str]:
    """Return the reasons why the app must not start with these settings; empty if it may."""
    problems = [finding.text for finding in _settings_findings(settings) if not finding.ok]
    return problems or [finding.text for finding in _stored_keys(settings) if not finding.ok]


def examine(settings: Settings) -> list[Finding]:
    """Check everything: keys, secrets, public URL, files, database, schema, prices."""
    database = [*_database(settings, with_prices=True), *_stored_keys(settings)]
    return [*_settings_findings(settings), *_files(settings), *database, *_review(settings)]


def database_problems(settings: Settings) -> list[str]:
    """Return the reasons why commands cannot use the database; empty if they can.

    Creates no file.
    """
    if missing := _missing_file(settings):
        return [f"There is no database at {missing} yet: start the app or run `tossbill migrate`."]
    return [finding.text for finding in _database(settings) if not finding.ok]


def _settings_findings(settings: Settings) -> Iterator[Finding]:
    for check in (_mode, _secrets, _public_url, _entries, _card_form, _database_url):
        try:
            yield check(settings)
        except SettingsError as error:
            yield Finding(False, error.message)


def _mode(settings: Settings) -> Finding:
    return Finding(True, f"{settings.mode} mode; Toss's API is at {settings.api_base_url}")


def _secrets(settings: Settings) -> Finding:
    if will_be_made(settings):
        return Finding(True, "signing and encryption keys will be created on the first start")
    signing, encryption = load_secrets(settings)
    cipher = Cipher.from_text(encryption)
    if any(len(key) < 32 for key in signing):
        raise SettingsError("Each key in TOSSBILL_SECRET_KEYS must have at least 32 characters.")
    return Finding(True, f"{len(signing)} signing key(s); encryption key version {cipher.version}")


def _stored_keys(settings: Settings) -> Iterator[Finding]:
    """Find a database without its encryption keys, such as a restored one; new keys are no help."""
    if _missing_file(settings):
        return
    newest = sa.select(col(PaymentMethod.id), col(PaymentMethod.billing_key_sealed)).where(
        col(PaymentMethod.billing_key_sealed).is_not(None)
    )
    engine = sa.create_engine(sa.make_url(alembic_config(settings.database_url).attributes["url"]))
    try:
        with engine.connect() as connection:
            found = connection.execute(
                newest.order_by(col(PaymentMethod.created_at).desc()).limit(1)
            ).first()
    except SQLAlchemyError:
        return  # no database or no tables yet: reported elsewhere
    finally:
        engine.dispose()
    if found and not _decrypts(settings, *found):
        yield Finding(
            False,
            "the registered payment methods cannot be decrypted with these keys: bring back "
            f"{FILE_NAME} or TOSSBILL_ENCRYPTION_KEYS of the time when they were registered",
        )


def _decrypts(settings: Settings, method_id: str, sealed: str) -> bool:
    if will_be_made(settings):
        return False
    try:
        cipher = Cipher.from_text(load_secrets(settings)[1])
        cipher.decrypt(sealed, context=billing_key_context(method_id))
    except (SettingsError, Undecryptable):
        return False
    return True


def _public_url(settings: Settings) -> Finding:
    url = urlsplit(settings.public_url)
    if url.scheme not in ("http", "https") or not url.hostname or url.path or url.query:
        raise SettingsError(
            "TOSSBILL_PUBLIC_URL must be scheme and host only, for example https://pay.example.com"
        )
    if settings.mode is Mode.LIVE and not settings.is_https:
        raise SettingsError("Live mode needs https: set TOSSBILL_PUBLIC_URL=https://….")
    return Finding(True, f"the public URL is {settings.public_url}")


def _entries(settings: Settings) -> Finding:
    if settings.mode is Mode.LIVE and not settings.return_origins.are_private:
        raise SettingsError("Live mode needs https for every origin in TOSSBILL_RETURN_ORIGINS.")
    who = "by a link or a code" if settings.is_linked else "by themselves, by a link or a code"
    return Finding(True, f"customers come in {who}; {len(settings.entry_keys)} entry key(s)")


def _card_form(settings: Settings) -> Finding:
    """Check that card details from our own form cannot be read on their way."""
    if not settings.has_card_form:
        return Finding(True, "cards are typed into Toss's window")
    is_local = urlsplit(settings.public_url).hostname == "localhost"
    if settings.mode is not Mode.SANDBOX and not settings.is_https and not is_local:
        raise SettingsError(
            "TOSSBILL_CARD_FORM=on needs https: set TOSSBILL_PUBLIC_URL=https://…, or turn it off."
        )
    return Finding(
        True,
        "card details pass through this server (TOSSBILL_CARD_FORM=on): only an old contract with "
        "Toss allows that, and PCI DSS applies to this server; see docs/4-going-live.md",
        is_advice=True,
    )


def _review(settings: Settings) -> Iterator[Finding]:
    """Find what Toss's review asks to see at the foot of every page and is not set."""
    missing = [
        f"{name.upper()} ({what})" for name, what in REVIEWED.items() if not getattr(settings, name)
    ]
    if missing:
        text = f"Toss's review asks for this on every page; set {', '.join(missing)}"
        yield Finding(True, text, is_advice=True)


def _database_url(settings: Settings) -> Finding:
    backend = sa.make_url(settings.database_url).get_backend_name()
    return Finding(True, f"the database is {backend}")


def _files(settings: Settings) -> Iterator[Finding]:
    folder = settings.tossbill_data_dir
    for path in sorted([*folder.glob(FILE_NAME), *folder.glob("*.db")]):
        open_to_others = stat.S_IMODE(path.stat().st_mode) & 0o077
        yield Finding(
            not open_to_others,
            f"run: chmod 600 {path}*" if open_to_others else f"{path} is private",
        )


def _missing_file(settings: Settings) -> Path | None:
    """Return the path of the SQLite file if it does not exist yet."""
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or Path(url.database or "").exists():
        return None
    return Path(url.database or "")


def _database(settings: Settings, *, with_prices: bool = False) -> Iterator[Finding]:
    if missing := _missing_file(settings):
        yield Finding(True, f"the database will be created at {missing} on the first start")
        return
    config = alembic_config(settings.database_url)
    url = sa.make_url(config.attributes["url"])
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            yield Finding(True, f"the {connection.dialect.name} database responds")
            yield (schema := _schema(connection, ScriptDirectory.from_config(config)))
            if schema.ok and with_prices:
                yield from _prices(connection)
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).splitlines()[0]
        yield Finding(
            False, f"the database does not respond ({reason}): check TOSSBILL_DATABASE_URL"
        )
    finally:
        engine.dispose()


def _schema(connection: sa.Connection, scripts: ScriptDirectory) -> Finding:
    current = MigrationContext.configure(connection).get_current_revision()
    newest = scripts.get_current_head()
    if current == newest:
        return Finding(True, f"the schema is at {current}")
    if is_newer(current):
        return Finding(False, f"the schema is at {current}, of a newer version: install that one")
    return Finding(False, f"the schema is at {current}, not {newest}: run `tossbill migrate`")


def _prices(connection: sa.Connection) -> Iterator[Finding]:
    """Find prices in use below the minimum, which early versions accepted: they are not charged."""
    later = aliased(Price)
    has_later = sa.exists().where(
        col(later.plan_code) == col(Price.plan_code), col(later.starts_on) > col(Price.starts_on)
    )
    is_paid = sa.exists().where(
        col(Subscription.price_id) == col(Price.id), col(Subscription.status).in_(LIVE)
    )
    low = (
        sa.select(col(Price.plan_code), col(Price.starts_on), col(Price.amount_krw))
        .where(col(Price.amount_krw) < LEAST_KRW, sa.or_(~has_later, is_paid))
        .order_by(col(Price.plan_code), col(Price.starts_on))
    )
    for plan, starts_on, amount in connection.execute(low):
        yield Finding(
            False,
            f"{plan} costs {amount} won from {starts_on} on, and less than {LEAST_KRW} is never "
            "charged: add a price with a later starts_on, and move existing customers to it "
            "(`tossbill raise-price`)",
        )
