"""The tables, made by the sandbox itself."""

import sqlite3

from tossbill_ui.sandbox import chance

VERSION = 2

SANDBOX_CLIENT_KEY = "test_ck_tossbillSandboxClientKey00"
SANDBOX_SECRET_KEY = "test_sk_tossbillSandboxSecretKey00"  # noqa: S105 - public, opens nothing
NEWEST_API_VERSION = "2024-06-01"

_TABLES = {
    "shop": """
        client_key TEXT PRIMARY KEY,
        secret_key TEXT NOT NULL UNIQUE,
        m_id TEXT NOT NULL,
        api_version TEXT NOT NULL
    """,
    # One trip of a customer through the window. No card number is ever stored: bin and tail are
    # the eight and three digits that Toss's own mask shows.
    "trip": """
        id TEXT PRIMARY KEY,
        client_key TEXT NOT NULL REFERENCES shop,
        customer_key TEXT NOT NULL,
        success_url TEXT NOT NULL,
        fail_url TEXT NOT NULL,
        target TEXT NOT NULL CHECK (target IN ('self', 'iframe')),
        parent_origin TEXT NOT NULL,
        card_types TEXT NOT NULL,
        step TEXT NOT NULL CHECK (step IN ('card', 'identity', 'succeeded', 'failed', 'canceled')),
        card TEXT,
        persona TEXT,
        end_code TEXT,
        created_at TEXT NOT NULL
    """,
    "authorization": """
        auth_key TEXT PRIMARY KEY,
        trip_id TEXT NOT NULL UNIQUE REFERENCES trip,
        client_key TEXT NOT NULL REFERENCES shop,
        customer_key TEXT NOT NULL,
        card TEXT NOT NULL,
        persona TEXT NOT NULL,
        created_at TEXT NOT NULL,
        used_at TEXT
    """,
    "billing_key": """
        billing_key TEXT PRIMARY KEY,
        client_key TEXT NOT NULL REFERENCES shop,
        customer_key TEXT NOT NULL,
        card TEXT NOT NULL,
        persona TEXT NOT NULL,
        created_at TEXT NOT NULL,
        deleted_at TEXT
    """,
    "idempotent_answer": """
        identity TEXT PRIMARY KEY,
        status INTEGER NOT NULL,
        body BLOB NOT NULL,
        trace_id TEXT NOT NULL,
        created_at TEXT NOT NULL
    """,
    "ledger": """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        effect TEXT NOT NULL,
        client_key TEXT NOT NULL,
        customer_key TEXT NOT NULL,
        billing_key TEXT NOT NULL
    """,
    # What Toss tells a shop of. Not a list of what happened: that is the ledger.
    "events": """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL
    """,
    "chance": """
        seed TEXT NOT NULL,
        draws INTEGER NOT NULL
    """,
    "fault": """
        position INTEGER PRIMARY KEY,
        endpoint TEXT NOT NULL,
        kind TEXT NOT NULL,
        remaining INTEGER,
        delay_ms INTEGER NOT NULL
    """,
}

_TRIGGERS = [
    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'the list of {table} is append-only'); END"
    for table in ("ledger", "events")
    for verb in ("update", "delete")
]


class WrongSchemaVersion(Exception):
    """The file was made by another version of the sandbox."""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables if the file is new, and refuse a file of another version."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        [version] = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            _build(connection)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    if version not in (0, VERSION):
        raise WrongSchemaVersion(
            f"The sandbox file has schema {version}, this version needs {VERSION}. "
            "Delete the file to start over."
        )


def rebuild(connection: sqlite3.Connection) -> None:
    """Forget everything, inside the caller's transaction."""
    for name in reversed(_TABLES):
        # DROP, not DELETE: the ledger's triggers refuse to delete rows, and rightly so.
        connection.execute(f"DROP TABLE {name}")
    _build(connection)


def _build(connection: sqlite3.Connection) -> None:
    for name, columns in _TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")
    for trigger in _TRIGGERS:
        connection.execute(trigger)
    connection.execute(
        "INSERT INTO shop VALUES (?, ?, ?, ?)",
        (SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY, "tossbillbox", NEWEST_API_VERSION),
    )
    connection.execute("INSERT INTO chance VALUES (?, 0)", (chance.new_seed(),))
    connection.execute(f"PRAGMA user_version = {VERSION}")
