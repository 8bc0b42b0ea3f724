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
    # One trip of a customer through the window. No card number is ever stored: card holds
    # what Toss's own answer shows of a card or an account, as JSON.
    "trip": """
        id TEXT PRIMARY KEY,
        client_key TEXT NOT NULL REFERENCES shop,
        customer_key TEXT NOT NULL,
        success_url TEXT NOT NULL,
        fail_url TEXT NOT NULL,
        target TEXT NOT NULL CHECK (target IN ('self', 'iframe')),
        parent_origin TEXT NOT NULL,
        method TEXT NOT NULL CHECK (method IN ('CARD', 'TRANSFER')),
        card_types TEXT NOT NULL,
        step TEXT NOT NULL CHECK (
            step IN ('method', 'identity', 'succeeded', 'failed', 'canceled', 'expired')
        ),
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
    "webhook_endpoint": """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        url TEXT NOT NULL,
        created_at TEXT NOT NULL,
        removed INTEGER NOT NULL DEFAULT 0
    """,
    "webhook_cursor": """
        last_event_id INTEGER NOT NULL
    """,
    "webhook_delivery": """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        endpoint_id INTEGER NOT NULL REFERENCES webhook_endpoint,
        event_type TEXT NOT NULL,
        transmission_id TEXT NOT NULL,
        body TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'pending'
            CHECK (state IN ('pending', 'delivered', 'failed')),
        retried_count INTEGER NOT NULL DEFAULT 0,
        due_at TEXT CHECK ((due_at IS NULL) = (state <> 'pending')),
        created_at TEXT NOT NULL
    """,
    "webhook_attempt": """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        delivery_id INTEGER NOT NULL REFERENCES webhook_delivery,
        at TEXT NOT NULL,
        status INTEGER,
        error TEXT
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

_INDEXES = [
    "CREATE INDEX webhook_due ON webhook_delivery (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX webhook_attempt_of ON webhook_attempt (delivery_id)",
]
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
    for statement in (*_INDEXES, *_TRIGGERS):
        connection.execute(statement)
    connection.execute("INSERT INTO webhook_cursor VALUES (0)")
    connection.execute(
        "INSERT INTO shop VALUES (?, ?, ?, ?)",
        (SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY, "tossbillbox", NEWEST_API_VERSION),
    )
    connection.execute("INSERT INTO chance VALUES (?, 0)", (chance.new_seed(),))
    connection.execute(f"PRAGMA user_version = {VERSION}")
