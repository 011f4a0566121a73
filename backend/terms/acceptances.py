"""Records what was accepted: one row for each document behind the one box (clauses 3.3, 6.1.4)."""

from datetime import datetime

import sqlalchemy as sa

from backend.terms.documents import DOCUMENTS, LABEL
from backend.terms.tables import acceptances


def record_acceptances(connection: sa.Connection, account_id: int, lang: str, at: datetime) -> None:
    """The account ticked the box: terms, plan sheet and privacy policy in their present versions, in the caller's transaction."""
    rows = [
        {
            "account_id": account_id,
            "document": kind,
            "version": version,
            "label_text": LABEL,
            "lang": lang,
            "accepted_at": at,
        }
        for kind, version in DOCUMENTS.items()
    ]
    connection.execute(acceptances.insert(), rows)
