"""Invariants of both ledgers, checked in SQL without our own code.

Each rule is a query for the rows that break it, over our tables and the sandbox's (`toss`).
"""

from __future__ import annotations

# For every order id: the amount paid at Toss, the amount left after refunds, the amount refunded
# there without us, and the number of charges. The oracle updates this table from new ledger rows,
# since the ledger only grows.
MONEY = """
    CREATE TEMP TABLE money (
        order_id TEXT PRIMARY KEY, paid_krw, left_krw, theirs_krw, times) WITHOUT ROWID
"""
NEW_EFFECTS = """
    SELECT l.id, l.order_id, l.amount_krw, l.effect = 'payment_approved',
        c.reason IS NOT NULL AND c.reason NOT LIKE '%]'
    FROM toss.ledger l LEFT JOIN toss.cancel c ON c.transaction_key = l.transaction_key
    WHERE l.id > ? AND l.amount_krw IS NOT NULL ORDER BY l.id
"""
ADD_EFFECT = """
    INSERT INTO money VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        paid_krw = paid_krw + excluded.paid_krw, left_krw = left_krw + excluded.left_krw,
        theirs_krw = theirs_krw + excluded.theirs_krw, times = times + excluded.times
    RETURNING left_krw
"""
# `:now` is the world's clock in the format of our tables. A second condition on a status repeats
# the condition of a partial index, so that SQLite can use it.

ALWAYS = {
    "charged at Toss and unknown here": """
        SELECT m.order_id, p.status FROM money m LEFT JOIN payment p ON p.order_id = m.order_id
        WHERE p.id IS NULL OR p.status = 'refused'""",
    "paid here and not at Toss": """
        SELECT p.order_id FROM payment p LEFT JOIN money m ON m.order_id = p.order_id
        WHERE p.status = 'done' AND m.order_id IS NULL""",
    "an order charged twice": "SELECT order_id FROM money WHERE times > 1",
    "a charge repeated after an answer that nobody heard": """
        SELECT first_key, second_key, reason FROM toss.double_charge""",
    "a charge of a wrong amount": """
        SELECT p.order_id FROM payment p JOIN money m ON m.order_id = p.order_id
        WHERE m.paid_krw <> p.amount_krw""",
    "an invoice paid twice": """
        SELECT p.invoice_id FROM payment p JOIN money m ON m.order_id = p.order_id
        WHERE m.left_krw > 0 GROUP BY p.invoice_id HAVING count(*) > 1""",
    "a period paid twice": """
        SELECT p.subscription_id, p.period_number FROM payment p
        JOIN money m ON m.order_id = p.order_id
        WHERE m.left_krw > 0 GROUP BY p.subscription_id, p.period_number HAVING count(*) > 1""",
    "a paid invoice without its payment, or the reverse": """
        SELECT i.id, i.status, p.status FROM invoice i
        LEFT JOIN payment p ON p.invoice_id = i.id AND p.status = 'done' AND p.status <> 'refused'
        WHERE (i.status = 'paid') <> (p.id IS NOT NULL) AND i.amount_krw > 0
        AND (i.status <> 'void' OR p.refunded_krw < p.amount_krw AND NOT EXISTS (
            SELECT 1 FROM refund r WHERE r.payment_id = p.id AND r.status = 'refused'))""",
    "more refunded than requested": """
        SELECT p.order_id FROM payment p JOIN money m ON m.order_id = p.order_id
        WHERE m.left_krw < 0 OR m.paid_krw - m.left_krw > m.theirs_krw
        AND m.paid_krw - m.left_krw - m.theirs_krw > (
            SELECT coalesce(sum(r.amount_krw), 0) FROM refund r WHERE r.payment_id = p.id
            AND r.status <> 'refused' AND r.origin = 'shop')""",
    "a refund that is not the one Toss lists": """
        SELECT r.id, r.origin, r.amount_krw, c.reason, c.amount_krw FROM refund r
        LEFT JOIN toss.cancel c ON c.transaction_key = r.transaction_key
        WHERE r.status = 'done' AND (c.amount_krw IS NOT r.amount_krw
            OR (c.reason LIKE '%[' || r.id || ']') <> (r.origin = 'shop'))""",
    "a refund that waits for nothing": """
        SELECT r.id FROM refund r WHERE r.status IN ('pending', 'unknown')
        AND r.next_try_at IS NULL AND r.lease_until IS NULL
        AND r.first_sent_at > strftime('%Y-%m-%d %H:%M:%f', :now, '-14 days') AND NOT EXISTS (
            SELECT 1 FROM refund e WHERE e.payment_id = r.payment_id AND e.number < r.number
            AND e.status IN ('pending', 'unknown'))""",
    "refunds missing from the payment's sum": """
        SELECT p.order_id FROM payment p WHERE p.refunded_krw <> (
            SELECT coalesce(sum(r.amount_krw), 0) FROM refund r
            WHERE r.payment_id = p.id AND r.status <> 'refused')""",
    "a gap between periods": """
        SELECT * FROM (
            SELECT i.id, kind, starts_on, lag(ends_on) OVER (
                PARTITION BY i.subscription_id ORDER BY i.period_number) AS before,
                date(p.approved_at, '+9 hours') AS paid_on, date(i.paid_at, '+9 hours') AS known_on
            FROM invoice i LEFT JOIN payment p
            ON p.invoice_id = i.id AND p.status = 'done' AND p.status <> 'refused'
            WHERE i.status = 'paid' AND i.status IN ('open', 'paid'))
        WHERE kind = 'renewal' AND (starts_on < before
            OR starts_on > before AND starts_on NOT IN (paid_on, known_on))
        OR kind = 'change' AND starts_on > before""",
    "a period that was over when it was paid": """
        SELECT i.id, i.ends_on, p.approved_at FROM invoice i JOIN payment p
        ON p.invoice_id = i.id AND p.status = 'done' AND p.status <> 'refused'
        WHERE i.status = 'paid' AND i.status IN ('open', 'paid')
        AND i.collect_until_on IS NOT NULL AND date(p.approved_at, '+9 hours') >= i.ends_on""",
    "a subscription in a period it has not paid": """
        SELECT s.id FROM subscription s WHERE s.period_number > 0 AND NOT EXISTS (
            SELECT 1 FROM invoice i WHERE i.subscription_id = s.id AND i.status = 'paid'
            AND i.status IN ('open', 'paid') AND i.period_number = s.period_number
            AND i.starts_on = s.starts_on AND i.ends_on = s.ends_on)""",
    "a subscription without due date, review or open payment": """
        SELECT s.id, s.status FROM subscription s
        WHERE s.status NOT IN ('ended', 'paused') AND s.due_at IS NULL AND s.attention IS NULL
        AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.subscription_id = s.id
            AND p.status IN ('pending', 'unknown'))""",
    "a subscription our code failed on": "SELECT id FROM subscription WHERE attention = 'fault'",
    "a canceled subscription that continues": """
        SELECT id, status FROM subscription
        WHERE canceled_at IS NOT NULL AND status NOT IN ('canceled', 'ended')""",
    "access other than the day and the status give": """
        SELECT s.id, s.status, s.has_access FROM subscription s WHERE s.has_access <> CASE
        WHEN s.status = 'active' THEN 1
        WHEN s.status = 'past_due' THEN date(:now, '+9 hours') < s.grace_until_on
        WHEN s.status IN ('trialing', 'paused', 'canceled') THEN date(:now, '+9 hours') < s.ends_on
        ELSE 0 END
        OR (s.access_until IS NULL) <> (s.status = 'active' OR NOT s.has_access)
        OR s.access_until <= :now""",
    "access other than was published": """
        SELECT s.id, s.has_access FROM subscription s WHERE s.has_access <> coalesce((
            SELECT json_extract(e.data, '$.access[1]') FROM event e WHERE e.subscription_id = s.id
            AND e.type = 'customer.access_changed' ORDER BY e.seq DESC LIMIT 1), 0)""",
    "a forgotten subscription": """
        SELECT id, due_at FROM subscription WHERE status IN ('trialing', 'active')
        AND due_at < strftime('%Y-%m-%d %H:%M:%f', :now, '-40 days')""",
    "an open invoice that nobody collects": """
        SELECT i.id, s.status FROM invoice i JOIN subscription s ON s.id = i.subscription_id
        WHERE i.status = 'open' AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.invoice_id = i.id
            AND p.status IN ('pending', 'unknown'))
        AND (s.status IN ('ended', 'canceled', 'paused')
            OR s.due_at IS NULL AND s.attention IS NULL)""",
    "a lease of a dead worker that nobody took over": """
        SELECT order_id FROM payment WHERE status IN ('pending', 'unknown')
            AND lease_until < strftime('%Y-%m-%d %H:%M:%f', :now, '-2 days')
        UNION ALL SELECT id FROM refund WHERE status IN ('pending', 'unknown')
            AND lease_until < strftime('%Y-%m-%d %H:%M:%f', :now, '-2 days')""",
    "an unresolved payment without a scheduled lookup": """
        SELECT order_id, status FROM payment WHERE status IN ('pending', 'unknown')
        AND next_try_at IS NULL AND lease_until IS NULL
        AND first_sent_at > strftime('%Y-%m-%d %H:%M:%f', :now, '-14 days')""",
    "a charge after the end that is not refunded": """
        SELECT p.order_id FROM payment p JOIN subscription s ON s.id = p.subscription_id
        WHERE p.status = 'done' AND p.ended_at > coalesce(s.canceled_at, s.ended_at)
        AND p.refunded_krw < p.amount_krw AND NOT EXISTS (
            SELECT 1 FROM refund r WHERE r.payment_id = p.id AND r.status = 'refused')""",
    "a trial charged without consent": """
        SELECT p.order_id FROM payment p JOIN money m ON m.order_id = p.order_id
        JOIN invoice i ON i.id = p.invoice_id
        WHERE i.kind = 'renewal' AND i.period_number = 1 AND NOT EXISTS (
            SELECT 1 FROM price_consent c WHERE c.subscription_id = i.subscription_id
            AND c.changes_on <= i.starts_on AND c.price_id = i.price_id AND c.before_krw = 0
            AND c.after_krw = i.price_krw AND c.answer = 'accepted'
            AND c.answered_at <= i.created_at)""",
    "a difference": "SELECT kind, subject FROM difference",
    "a payment without its one receipt": """
        SELECT p.order_id FROM payment p LEFT JOIN notice n ON n.key = 'receipt:' || p.id
        WHERE (p.status = 'done') <> (n.id IS NOT NULL)""",
    "a refund without its one notice": """
        SELECT r.id FROM refund r LEFT JOIN notice n ON n.key = 'refunded:' || r.id
        WHERE (r.status = 'done') <> (n.id IS NOT NULL)""",
}

# These compare every notice, or every event, with every invoice.
OCCASIONAL = {
    "a change of access published twice": """
        SELECT * FROM (
            SELECT subscription_id, at, json_extract(data, '$.access[1]') AS after,
                lag(json_extract(data, '$.access[1]'), 1, 0) OVER (
                    PARTITION BY subscription_id ORDER BY seq) AS before
            FROM event WHERE type = 'customer.access_changed')
        WHERE before = after""",
    "a renewal at more than the lowered price": """
        SELECT i.id, i.price_krw, e.amount_krw FROM invoice i
        JOIN price c ON c.id = i.price_id
        JOIN event e ON e.subscription_id = i.subscription_id
        JOIN price l ON l.plan_code = c.plan_code AND l.amount_krw = e.amount_krw
        WHERE i.kind IN ('renewal', 'resume') AND i.price_krw > e.amount_krw
        AND e.type = 'subscription.price_lowered' AND e.at < i.created_at""",
    "days without access that were sold": """
        SELECT * FROM (
            SELECT i.id, i.starts_on, i.ends_on,
                date(max(p.approved_at, p.created_at), '+9 hours') AS paid_on, coalesce((
                    SELECT n.grace_days FROM invoice b JOIN price c ON c.id = b.price_id
                    JOIN plan n ON n.code = c.plan_code
                    WHERE b.subscription_id = i.subscription_id AND b.status = 'paid'
                    AND b.period_number = i.period_number - 1), 0) AS grace
            FROM invoice i JOIN payment p ON p.invoice_id = i.id AND p.status = 'done'
            WHERE i.status = 'paid' AND i.kind = 'renewal' AND i.collect_until_on IS NOT NULL)
        WHERE paid_on > starts_on
        AND paid_on >= min(date(starts_on, '+' || grace || ' days'), ends_on)""",
    "a receipt without a payment": """
        SELECT key FROM notice WHERE kind = 'receipt' AND substr(key, 9) NOT IN (
            SELECT id FROM payment WHERE status = 'done')""",
    "a decline notice without a decline": """
        SELECT n.key FROM notice n JOIN invoice i ON i.id = substr(n.key, length(n.kind) + 2, 32)
        WHERE n.kind IN ('payment_failed', 'card_needed', 'not_started', 'not_changed', 'stopped')
        AND CAST(substr(n.key, length(n.kind) + 35) AS INTEGER) > i.refusals""",
}

FINAL = {
    "ledgers that disagree": """
        SELECT p.order_id, p.amount_krw, m.left_krw FROM payment p
        LEFT JOIN money m ON m.order_id = p.order_id
        WHERE p.status = 'done' AND m.left_krw IS NOT p.amount_krw - (
            SELECT coalesce(sum(r.amount_krw), 0) FROM refund r
            WHERE r.payment_id = p.id AND r.status = 'done')""",
    "an open payment": """
        SELECT order_id, status FROM payment WHERE status IN ('pending', 'unknown')""",
    "an open refund": "SELECT id FROM refund WHERE status IN ('pending', 'unknown')",
    "a due subscription": "SELECT id FROM subscription WHERE due_at <= :now",
    "an unhandled webhook": "SELECT id, event_type FROM webhook_event WHERE handled_at IS NULL",
}

PAID_PERIODS = """
    SELECT i.subscription_id, i.starts_on, i.ends_on, i.anchor_on,
        i.period_number - i.anchor_period + 1, p.unit, p.count
    FROM invoice i JOIN price p ON p.id = i.price_id WHERE i.status = 'paid'
"""
