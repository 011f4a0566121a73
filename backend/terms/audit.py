"""`candor audit` of the acceptances: every row still says what it said, and none is missing between two others."""

from itertools import groupby
from typing import Any

import sqlalchemy as sa

from backend.terms.acceptances import hash_of
from backend.terms.rules import FIRST
from backend.terms.tables import acceptances, documents

CHAINED = "every acceptance is as it was written, and follows the one before it"
KNOWN = "every acceptance is of a text that is kept"

_AT_ONCE = 1000


def find_broken_chains(connection: sa.Connection, most: int) -> list[dict[str, Any]]:
    """The first acceptance of each account from which on its chain does not hold, at most so many."""
    in_order = sa.select(acceptances).order_by(acceptances.c.account_id, acceptances.c.acceptance_id)
    found = []
    with connection.execute(in_order.execution_options(yield_per=_AT_ONCE)) as rows:
        for account_id, theirs in groupby(rows.mappings(), key=lambda row: row["account_id"]):
            last = FIRST
            for row in theirs:
                if row["previous"] != last or row["hash"] != hash_of(last, row):
                    found.append({"account_id": account_id, "acceptance_id": row["acceptance_id"], "document": row["document"]})
                    break
                last = row["hash"]
            if len(found) >= most:
                break
    return found


def find_unknown_texts(connection: sa.Connection, most: int) -> list[dict[str, Any]]:
    """Acceptances whose SHA-256 is that of no text of their version, at most so many."""
    kept = sa.exists().where(
        documents.c.kind == acceptances.c.document,
        documents.c.version == acceptances.c.version,
        documents.c.sha256 == acceptances.c.sha256,
    )
    lost = sa.select(acceptances.c.account_id, acceptances.c.acceptance_id, acceptances.c.document, acceptances.c.version)
    return [dict(row) for row in connection.execute(lost.where(~kept).limit(most)).mappings()]


CHECKS = {CHAINED: find_broken_chains, KNOWN: find_unknown_texts}
