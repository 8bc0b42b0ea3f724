"""Checks that the ledger and the payments agree, to the won.

Effects write the ledger; the API shows the payments. Each check is a query that finds
contradictions, so it passes if its result is empty.
"""

import sqlite3
from typing import Any

from tossbill_sandbox.store import double_charges

_CHECKS: dict[str, str] = {
    "every approved payment was charged exactly once, by its whole amount": """
        SELECT p.payment_key FROM payment p LEFT JOIN ledger l
            ON l.payment_key = p.payment_key AND l.effect = 'payment_approved'
        WHERE p.approved_at IS NOT NULL
        GROUP BY p.payment_key
        HAVING COUNT(l.id) <> 1 OR SUM(l.amount_krw) <> p.total_krw
    """,
    "nothing that was not approved moved money": """
        SELECT l.payment_key FROM ledger l LEFT JOIN payment p USING (payment_key)
        WHERE l.amount_krw IS NOT NULL AND (p.payment_key IS NULL OR p.approved_at IS NULL)
    """,
    "every balance is the total less its refunds": """
        SELECT p.payment_key FROM payment p LEFT JOIN ledger l
            ON l.payment_key = p.payment_key AND l.effect = 'payment_canceled'
        GROUP BY p.payment_key
        HAVING p.balance_krw <> p.total_krw - COALESCE(SUM(l.amount_krw), 0)
    """,
    "every cancel is in the ledger, and the other way round": """
        SELECT transaction_key FROM cancel WHERE transaction_key NOT IN
            (SELECT transaction_key FROM ledger WHERE effect = 'payment_canceled')
        UNION ALL
        SELECT transaction_key FROM ledger WHERE effect = 'payment_canceled' AND
            transaction_key NOT IN (SELECT transaction_key FROM cancel)
    """,
    "every status follows from the cancels": """
        SELECT p.payment_key FROM payment p LEFT JOIN cancel c USING (payment_key)
        WHERE p.approved_at IS NOT NULL
        GROUP BY p.payment_key
        HAVING p.status <> CASE
            WHEN COUNT(c.transaction_key) = 0 THEN 'DONE'
            WHEN COUNT(c.transaction_key) = 1 AND SUM(c.amount_krw) = p.total_krw THEN 'CANCELED'
            ELSE 'PARTIAL_CANCELED'
        END
    """,
    "no order was charged twice": """
        SELECT order_id FROM ledger WHERE effect = 'payment_approved'
        GROUP BY client_key, order_id HAVING COUNT(*) > 1
    """,
    "every billing key was issued once, and deleted at most once and afterwards": """
        SELECT k.billing_key FROM billing_key k LEFT JOIN ledger l
            ON l.billing_key = k.billing_key AND l.amount_krw IS NULL
        GROUP BY k.billing_key
        HAVING SUM(l.effect = 'billing_key_issued') IS NOT 1
            OR SUM(l.effect = 'billing_key_deleted') IS NOT (k.deleted_at IS NOT NULL)
            OR MAX(CASE WHEN l.effect = 'billing_key_issued' THEN l.id END) <> MIN(l.id)
    """,
    "no billing key was charged after it was deleted": """
        SELECT l.billing_key FROM ledger l JOIN ledger d
            ON d.billing_key = l.billing_key AND d.effect = 'billing_key_deleted'
        WHERE l.effect = 'payment_approved' AND l.id > d.id
    """,
    "what was charged is what the billing keys remember": """
        SELECT k.billing_key FROM billing_key k LEFT JOIN ledger l
            ON l.billing_key = k.billing_key AND l.effect = 'payment_approved'
        GROUP BY k.billing_key HAVING COUNT(l.id) <> k.approved
    """,
}


def check(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return the verdict, the sums in won, and up to ten contradictions of each check.

    Charges that a shop may have made twice contradict nothing: the ledger is right about both.
    """
    found = {
        name: [row[0] for row in connection.execute(f"SELECT * FROM ({query}) LIMIT 10")]  # noqa: S608 - constant queries
        for name, query in _CHECKS.items()
    }
    [charged, refunded, entries] = connection.execute(
        "SELECT COALESCE(SUM(amount_krw) FILTER (WHERE effect = 'payment_approved'), 0),"
        " COALESCE(SUM(amount_krw) FILTER (WHERE effect = 'payment_canceled'), 0), COUNT(*)"
        " FROM ledger"
    ).fetchone()
    [balance] = connection.execute(
        "SELECT COALESCE(SUM(balance_krw), 0) FROM payment WHERE approved_at IS NOT NULL"
    ).fetchone()
    found["the sums agree"] = [] if charged - refunded == balance else ["totals"]
    return {
        "consistent": not any(found.values()),
        "entries": entries,
        "charged_krw": charged,
        "refunded_krw": refunded,
        "balance_krw": balance,
        "contradictions": found,
        "double_charges": double_charges.read(connection),
    }
