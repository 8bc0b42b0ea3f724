"""The database schema, created and migrated by the sandbox itself."""

import sqlite3

from tossbill_sandbox.store import random_ids

VERSION = 8

SANDBOX_CLIENT_KEY = "test_ck_tossbillSandboxClientKey00"
SANDBOX_SECRET_KEY = "test_sk_tossbillSandboxSecretKey00"  # noqa: S105 - public
# Toss's own, published in its documentation and its samples; they work there without an account.
DOCS_CLIENT_KEY = "test_ck_D5GePWvyJnrK0W0k6q8gLzN97Eoq"
DOCS_SECRET_KEY = "test_sk_zXLkKEypNArWmo50nX3lmeaxYG5R"  # noqa: S105 - public
NEWEST_API_VERSION = "2024-06-01"

_TABLES = {
    "shop": """
        client_key TEXT PRIMARY KEY,
        secret_key TEXT NOT NULL UNIQUE,
        m_id TEXT NOT NULL,
        api_version TEXT NOT NULL,
        paired_client_key TEXT
    """,
    "billing_key": """
        billing_key TEXT PRIMARY KEY,
        client_key TEXT NOT NULL REFERENCES shop,
        customer_key TEXT NOT NULL,
        card TEXT NOT NULL,
        persona TEXT NOT NULL,
        created_at TEXT NOT NULL,
        deleted_at TEXT,
        declined INTEGER NOT NULL DEFAULT 0,
        approved INTEGER NOT NULL DEFAULT 0
    """,
    # Amounts in won. A payment that is ready awaits its buyer, one in progress its confirm; either
    # expires. Before the buyer has paid it has no method.
    "payment": """
        payment_key TEXT PRIMARY KEY,
        client_key TEXT NOT NULL REFERENCES shop,
        type TEXT NOT NULL CHECK (type IN ('BILLING', 'NORMAL')),
        order_id TEXT NOT NULL,
        order_name TEXT NOT NULL,
        customer_key TEXT,
        billing_key TEXT REFERENCES billing_key,
        method TEXT,
        persona TEXT,
        installment_months INTEGER NOT NULL DEFAULT 0,
        status TEXT NOT NULL CHECK (status IN (
            'READY', 'IN_PROGRESS', 'DONE', 'CANCELED', 'PARTIAL_CANCELED', 'ABORTED', 'EXPIRED'
        )),
        total_krw INTEGER NOT NULL CHECK (total_krw > 0),
        balance_krw INTEGER NOT NULL CHECK (balance_krw BETWEEN 0 AND total_krw),
        tax_free_krw INTEGER NOT NULL CHECK (tax_free_krw >= 0),
        tax_exemption_krw INTEGER NOT NULL CHECK (tax_exemption_krw >= 0),
        last_transaction_key TEXT,
        secret TEXT,
        failure_code TEXT,
        requested_at TEXT NOT NULL,
        approved_at TEXT,
        expires_at TEXT,
        metadata TEXT
    """,
    "cancel": """
        transaction_key TEXT PRIMARY KEY,
        payment_key TEXT NOT NULL REFERENCES payment,
        amount_krw INTEGER NOT NULL CHECK (amount_krw > 0),
        tax_free_krw INTEGER NOT NULL,
        tax_exemption_krw INTEGER NOT NULL,
        refundable_krw INTEGER NOT NULL CHECK (refundable_krw >= 0),
        reason TEXT NOT NULL,
        request_id TEXT,
        canceled_at TEXT NOT NULL
    """,
    # A window session: a registration, or a one-off payment if it has a payment key. No card number
    # is ever stored: card holds what Toss's own responses show of a card or an account, as JSON.
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
        created_at TEXT NOT NULL,
        language TEXT NOT NULL DEFAULT 'ko',
        payment_key TEXT REFERENCES payment,
        script TEXT NOT NULL DEFAULT 'v2',
        installments TEXT NOT NULL DEFAULT '0'
    """,
    "authorization": """
        auth_key TEXT PRIMARY KEY,
        trip_id TEXT UNIQUE REFERENCES trip,
        client_key TEXT NOT NULL REFERENCES shop,
        customer_key TEXT NOT NULL,
        card TEXT NOT NULL,
        persona TEXT NOT NULL,
        created_at TEXT NOT NULL,
        used_at TEXT
    """,
    # Charges whose answer was lost, or, without a time, is about to be; until their shop is told.
    "unheard_charge": """
        payment_key TEXT PRIMARY KEY REFERENCES payment,
        billing_key TEXT NOT NULL REFERENCES billing_key,
        reason TEXT NOT NULL,
        lost_at TEXT
    """,
    "double_charge": """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        first_key TEXT NOT NULL REFERENCES payment,
        reason TEXT NOT NULL,
        lost_at TEXT NOT NULL,
        second_key TEXT NOT NULL REFERENCES payment
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
        customer_key TEXT,
        billing_key TEXT,
        payment_key TEXT,
        order_id TEXT,
        transaction_key TEXT,
        status TEXT,
        amount_krw INTEGER
    """,
    # Candidates for webhooks. The record of effects is the ledger.
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
        removed INTEGER NOT NULL DEFAULT 0,
        is_own INTEGER NOT NULL DEFAULT 0
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
    # The state of random_ids.py.
    "chance": """
        seed TEXT NOT NULL,
        draws INTEGER NOT NULL
    """,
    # The virtual clock: an offset from the base clock, or a fixed time while stopped; and the
    # target that a following app steps it to.
    "clock": """
        offset_us INTEGER NOT NULL,
        stopped_at TEXT,
        target TEXT
    """,
    "switch": """
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    """,
    "fault": """
        position INTEGER PRIMARY KEY,
        endpoint TEXT NOT NULL,
        kind TEXT NOT NULL,
        remaining INTEGER,
        delay_ms INTEGER NOT NULL,
        rate REAL NOT NULL,
        seed TEXT,
        seen INTEGER NOT NULL DEFAULT 0,
        code TEXT
    """,
}

_PAYMENT_INDEXES = [
    # An order id can be used once; a failed payment does not use it up, nor does an open window.
    "CREATE UNIQUE INDEX payment_order ON payment (client_key, order_id)"
    " WHERE status NOT IN ('READY', 'ABORTED', 'EXPIRED')",
    "CREATE INDEX payment_failed_order ON payment (client_key, order_id)",
    "CREATE INDEX payment_waiting ON payment (expires_at) WHERE status IN ('READY', 'IN_PROGRESS')",
]
_UNHEARD_INDEX = "CREATE INDEX unheard_charge_of ON unheard_charge (billing_key)"
_INDEXES = [
    *_PAYMENT_INDEXES,
    _UNHEARD_INDEX,
    "CREATE INDEX webhook_due ON webhook_delivery (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX webhook_attempt_of ON webhook_attempt (delivery_id)",
    "CREATE INDEX cancel_of ON cancel (payment_key)",
    "CREATE INDEX ledger_money ON ledger (client_key, at) WHERE amount_krw IS NOT NULL",
    "CREATE INDEX ledger_payment ON ledger (payment_key)",
    "CREATE INDEX ledger_transaction ON ledger (transaction_key)",
    "CREATE INDEX billing_key_persona ON billing_key (persona)",
]
_TRIGGERS = [
    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'the {name} is append-only'); END"
    for table, name in (("ledger", "ledger"), ("events", "list of events"))
    for verb in ("update", "delete")
]


_OLD_PAYMENT = (
    "payment_key, client_key, type, order_id, order_name, customer_key, billing_key, method,"
    " persona, installment_months, status, total_krw, balance_krw, tax_free_krw,"
    " tax_exemption_krw, last_transaction_key, secret, failure_code, requested_at, approved_at"
)
# Migrations by the version they start from.
_STEPS: dict[int, list[str]] = {
    3: ["ALTER TABLE webhook_endpoint ADD COLUMN is_own INTEGER NOT NULL DEFAULT 0"],
    4: ["ALTER TABLE trip ADD COLUMN language TEXT NOT NULL DEFAULT 'ko'"],
    # SQLite cannot change a CHECK, so the table of payments is copied. Those in progress expire,
    # after at most ten minutes in any case.
    5: [
        f"CREATE TABLE new_payment ({_TABLES['payment']})",
        f"INSERT INTO new_payment ({_OLD_PAYMENT}, expires_at)"  # noqa: S608 - constant names
        f" SELECT {_OLD_PAYMENT}, requested_at FROM payment ORDER BY rowid",
        "DROP TABLE payment",
        "ALTER TABLE new_payment RENAME TO payment",
        *_PAYMENT_INDEXES,
        "ALTER TABLE trip ADD COLUMN payment_key TEXT REFERENCES payment",
        "ALTER TABLE trip ADD COLUMN script TEXT NOT NULL DEFAULT 'v2'",
        "ALTER TABLE trip ADD COLUMN installments TEXT NOT NULL DEFAULT '0'",
    ],
    6: ["ALTER TABLE shop ADD COLUMN paired_client_key TEXT"],
    7: [
        *(f"CREATE TABLE {name} ({_TABLES[name]})" for name in ("unheard_charge", "double_charge")),
        _UNHEARD_INDEX,
    ],
}


class WrongSchemaVersion(Exception):
    """The file was created by an incompatible version of the sandbox."""


class ForeignFile(Exception):
    """The file is a database of another program."""


def create(connection: sqlite3.Connection, seed: str | None = None) -> None:
    """Create or migrate the tables; refuse a file of an unknown version."""
    # Off while a table is copied, since dropping it would delete what refers to it. Inside a
    # transaction this does nothing.
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        version = _migrate(connection, seed)
    finally:
        connection.execute("PRAGMA foreign_keys = ON")
    if version not in (0, VERSION):
        raise WrongSchemaVersion(
            f"The sandbox file has schema {version}, this version needs {VERSION}. "
            "Delete the file to start over."
        )
    # A file of an earlier version has not all of them.
    _add_published_shops(connection)


def generation(connection: sqlite3.Connection) -> int:
    """Return a number that SQLite raises when the tables are rebuilt or restored.

    It is in the file, so that a reset by another process counts too.
    """
    [number] = connection.execute("PRAGMA schema_version").fetchone()
    return int(number)


def rebuild(connection: sqlite3.Connection, seed: str | None = None) -> None:
    """Recreate all tables, in the caller's transaction; ids restart from the seed."""
    for name in reversed(_TABLES):
        # DROP, not DELETE: the ledger's triggers forbid deleting rows.
        connection.execute(f"DROP TABLE {name}")
    _build(connection, seed)


def _migrate(connection: sqlite3.Connection, seed: str | None) -> int:
    """Build or migrate the tables in one transaction; return the version found or reached."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        [version] = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            _refuse_tables(connection)
            _build(connection, seed)
        while version in _STEPS:
            for statement in _STEPS[version]:
                connection.execute(statement)
            version += 1
            connection.execute(f"PRAGMA user_version = {version}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return version


def _refuse_tables(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise ForeignFile("The file is a database of another program.")


def _build(connection: sqlite3.Connection, seed: str | None) -> None:
    for name, columns in _TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")
    for statement in (*_INDEXES, *_TRIGGERS):
        connection.execute(statement)
    connection.execute("INSERT INTO webhook_cursor VALUES (0)")
    _add_published_shops(connection)
    connection.execute("INSERT INTO chance VALUES (?, 0)", (seed or random_ids.new_seed(),))
    connection.execute("INSERT INTO clock VALUES (0, NULL, NULL)")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _add_published_shops(connection: sqlite3.Connection) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO shop (client_key, secret_key, m_id, api_version)"
        " VALUES (?, ?, ?, ?)",
        [
            (SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY, "tossbillbox", NEWEST_API_VERSION),
            (DOCS_CLIENT_KEY, DOCS_SECRET_KEY, "tvivarepublica", NEWEST_API_VERSION),
        ],
    )
