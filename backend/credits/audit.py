"""`candor audit`: proves that the ledger adds up, or names the rows that do not."""

from dataclasses import dataclass

import sqlalchemy as sa

CHECKS: dict[str, str] = {
    "a lot's entries sum to what remains of it": """
        SELECT l.workspace_id, l.lot_id, l.remaining, coalesce(sum(e.delta), 0) AS entries
        FROM lots l LEFT JOIN entries e USING (workspace_id, lot_id)
        GROUP BY l.workspace_id, l.lot_id HAVING l.remaining <> coalesce(sum(e.delta), 0)""",
    "every entry carries the lot's balance after it": """
        SELECT * FROM (
          SELECT workspace_id, lot_id, entry_id, balance,
                 sum(delta) OVER (PARTITION BY workspace_id, lot_id ORDER BY entry_id) AS summed FROM entries) e
        WHERE balance <> summed""",
    "a lot's last balance is what remains of it": """
        SELECT l.workspace_id, l.lot_id, l.remaining, e.balance
        FROM lots l JOIN (
          SELECT DISTINCT ON (workspace_id, lot_id) workspace_id, lot_id, balance FROM entries
          ORDER BY workspace_id, lot_id, entry_id DESC) e USING (workspace_id, lot_id)
        WHERE e.balance <> l.remaining""",
    "every entry belongs to a lot of its kind": """
        SELECT e.workspace_id, e.entry_id, e.lot_id, e.kind FROM entries e LEFT JOIN lots l USING (workspace_id, lot_id)
        WHERE l.kind IS DISTINCT FROM e.kind""",
    "every reveal has one entry, of the lot that paid": """
        SELECT r.workspace_id, r.person_id, r.kind, count(e.entry_id) AS entries
        FROM reveals r LEFT JOIN entries e ON e.workspace_id = coalesce(r.paid_in, r.workspace_id) AND e.action = 'reveal'
          AND e.person_id = r.person_id AND e.kind = r.kind AND e.lot_id = r.lot_id
        WHERE r.paid_in IS NULL OR EXISTS (SELECT FROM permits p WHERE p.workspace_id = r.paid_in)
        GROUP BY r.workspace_id, r.person_id, r.kind HAVING count(e.entry_id) <> 1""",
    "every reveal entry has its reveal": """
        SELECT e.workspace_id, e.entry_id, e.person_id, e.kind FROM entries e
        WHERE e.action = 'reveal' AND NOT EXISTS (
          SELECT FROM reveals r WHERE r.workspace_id = e.workspace_id AND r.person_id = e.person_id AND r.kind = e.kind)""",
    "what came along was paid from its own account's lot": """
        SELECT r.workspace_id, r.person_id, r.kind, r.paid_in, r.lot_id
        FROM reveals r LEFT JOIN lots l ON l.workspace_id = r.paid_in AND l.lot_id = r.lot_id
        WHERE l.account_id IS DISTINCT FROM r.account_id AND EXISTS (SELECT FROM permits p WHERE p.workspace_id = r.paid_in)""",
    "what is set aside is what was held and not released": """
        SELECT l.workspace_id, l.lot_id, l.frozen, -coalesce(sum(e.delta), 0) AS held
        FROM lots l LEFT JOIN entries e ON e.workspace_id = l.workspace_id AND e.lot_id = l.lot_id
          AND e.action IN ('hold', 'release')
        GROUP BY l.workspace_id, l.lot_id HAVING l.frozen <> -coalesce(sum(e.delta), 0)""",
    "what is carried out of one lot is carried into another": """
        SELECT least(e.workspace_id, e.other) AS workspace_id, greatest(e.workspace_id, e.other) AS other,
          e.account_id, e.kind, e.source, sum(e.delta) AS amiss
        FROM (
          SELECT e.workspace_id, l.account_id, l.kind, l.source, e.delta,
            CASE WHEN e.reason LIKE 'moved:%' THEN split_part(e.reason, ':', 2)::bigint ELSE e.workspace_id END AS other
          FROM entries e JOIN lots l USING (workspace_id, lot_id) WHERE e.action IN ('carry_out', 'carry_in')) e
        WHERE e.other = e.workspace_id OR EXISTS (SELECT FROM permits p WHERE p.workspace_id = e.other)
        GROUP BY 1, 2, e.account_id, e.kind, e.source HAVING sum(e.delta) <> 0""",
    "an exceptional transfer gives what it takes": """
        SELECT min(e.workspace_id) AS workspace_id, e.kind, split_part(e.reason, ':', 1) AS transfer, sum(e.delta) AS amiss
        FROM entries e WHERE e.reason LIKE 'exceptional transfer %' GROUP BY e.kind, 3 HAVING sum(e.delta) <> 0""",
    "no credit is given back that was not written off": """
        SELECT workspace_id, lot_id, sum(delta) AS given_back FROM entries WHERE action IN ('expire', 'give_back')
        GROUP BY workspace_id, lot_id HAVING sum(delta) > 0""",
    "a member's month counts no more than was spent": """
        SELECT m.workspace_id, m.account_id, m.kind, m.month_ends_at, m.spent FROM member_months m
        WHERE m.spent > (SELECT count(*) FROM entries e WHERE e.workspace_id = m.workspace_id AND e.account_id = m.account_id
          AND e.kind = m.kind AND e.action = 'reveal' AND month_end(e.at) = m.month_ends_at)""",
    "nothing is below zero or above its grant": """
        SELECT workspace_id, lot_id, remaining, granted FROM lots
        WHERE remaining < 0 OR frozen < 0 OR remaining + frozen > granted
        UNION ALL SELECT workspace_id, lot_id, balance, delta FROM entries WHERE balance < 0""",
    "a personal lot is spent by its owner only": """
        SELECT e.workspace_id, e.entry_id, e.account_id, l.account_id AS owner
        FROM entries e JOIN lots l USING (workspace_id, lot_id)
        WHERE e.action = 'reveal' AND l.account_id <> e.account_id""",
    "a lot is spent within its time only": """
        SELECT e.workspace_id, e.entry_id, e.at, l.valid_from, l.expires_at
        FROM entries e JOIN lots l USING (workspace_id, lot_id)
        WHERE e.action = 'reveal' AND (e.at < l.valid_from OR e.at >= l.expires_at)""",
    "no account is granted more than 10,000 unlimited credits a month": """
        SELECT l.account_id, l.expires_at, sum(e.delta) AS granted
        FROM lots l JOIN entries e USING (workspace_id, lot_id)
        WHERE l.source = 'unlimited' AND e.action IN ('grant', 'carry_in', 'carry_out')
        GROUP BY l.account_id, l.expires_at HAVING sum(e.delta) > 10000""",
    "no account spends more than 10,000 unlimited credits a month": """
        SELECT l.account_id, l.expires_at, -sum(e.delta) AS spent
        FROM lots l JOIN entries e USING (workspace_id, lot_id)
        WHERE l.source = 'unlimited' AND e.delta < 0 AND e.action IN ('reveal', 'export')
        GROUP BY l.account_id, l.expires_at HAVING -sum(e.delta) > 10000""",
}


@dataclass(frozen=True)
class Finding:
    """A rule that does not hold, and the first rows against it."""

    rule: str
    rows: list[dict[str, object]]
    more: bool


def audit(connection: sa.Connection, most: int = 20) -> list[Finding]:
    """Every rule that does not hold; empty when the ledger adds up. Reads one snapshot."""
    connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    findings = []
    for rule, query in CHECKS.items():
        rows = connection.execute(sa.text(f"SELECT * FROM ({query}) AS found LIMIT {most + 1}")).mappings().all()  # noqa: S608
        if rows:
            findings.append(Finding(rule, [dict(row) for row in rows[:most]], len(rows) > most))
    return findings
