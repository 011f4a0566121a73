"""Ending an account: its rows go in one transaction, its address is retired as a digest, the evidence is archived (6.3)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from backend.accounts.archive import forget_account, keep_evidence
from backend.accounts.cases import close_case, read_cases
from backend.accounts.leaving import leave_workspace
from backend.accounts.letters import write_letter
from backend.accounts.records import open_email, read_row
from backend.accounts.replies import read_replies
from backend.accounts.sessions import end_others
from backend.accounts.suspension_records import open_reason
from backend.accounts.tables import accounts, suspensions
from backend.credits import workspaces_of
from backend.kernel import Kernel
from backend.kernel.mail import post
from backend.kernel.messages import forget_messages
from backend.workspaces import erase_home

Cause = Literal["by-the-user", "conduct", "identifiers", "breach"]


@dataclass(frozen=True)
class AccountDeleted:
    """An account has left its last workspace for good; what belongs to it in higher rooms ends now."""

    account_id: int
    workspace_id: int
    at: datetime


def close_account(
    connection: sa.Connection, kernel: Kernel, account_id: int, cause: Cause, acknowledged: Mapping[str, object]
) -> None:
    """Delete an account for good, in the caller's transaction; a letter confirms it. There is no way back (6.3.8)."""
    now, row = kernel.clock.now(), read_row(connection, account_id, lock=True)
    email = open_email(kernel, row)
    _archive(connection, kernel, row, cause, acknowledged)
    _leave(connection, kernel, row, now)
    forget_messages(connection, account_id)
    forget_account(connection, account_id)
    letter = write_letter(f"closed-{cause}", email, row.lang, contact=kernel.settings.privacy_contact)
    post(connection, kernel.sealer, letter, now)


def terminate(connection: sa.Connection, kernel: Kernel, account_id: int, words: str) -> None:
    """End the use of an account at once, whose password was disclosed or misused: no days to cure, nothing given back (6.2.9).

    The row stays, so that whoever signs in is told why; its sessions end.
    """
    now, row = kernel.clock.now(), read_row(connection, account_id, lock=True)
    end_others(connection, kernel, row, None, "terminated")
    connection.execute(accounts.update().where(accounts.c.account_id == account_id).values(state="terminated"))
    still_open = sa.and_(suspensions.c.account_id == account_id, suspensions.c.closed_at.is_(None))
    connection.execute(suspensions.update().where(still_open).values(closed_at=now))
    close_case(connection, account_id, "suspension")
    _archive(connection, kernel, row, "identifiers", {"words": words})
    _leave(connection, kernel, row, now)
    letter = write_letter("closed-identifiers", open_email(kernel, row), row.lang, contact=kernel.settings.privacy_contact)
    post(connection, kernel.sealer, letter, now)


def _leave(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any], at: datetime) -> None:
    last = leave_workspace(connection, kernel, row.workspace_id, row.account_id, at)
    kernel.events.emit(connection, AccountDeleted(row.account_id, last, at))
    # Homes that were left to join a Workspace go as well: nobody is in them, and what stands there is this account's history.
    for workspace_id in workspaces_of(connection, row.account_id):
        erase_home(connection, workspace_id)


def _archive(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any], cause: Cause, acknowledged: Mapping[str, object]) -> None:
    """Evidence of the contract and of its end: who it was, what they acknowledged, what stood against them (X19)."""
    found = connection.execute(sa.select(suspensions).where(suspensions.c.account_id == row.account_id)).all()
    evidence = {
        "email": open_email(kernel, row),
        "activated_at": row.activated_at,
        "acknowledged": acknowledged,
        "suspensions": [
            {
                "ground": each.ground,
                "reason": open_reason(kernel, each),
                "opened_at": each.opened_at,
                "replies": [vars(reply) for reply in read_replies(connection, kernel, each)],
            }
            for each in found
        ],
        "cases": [vars(case) for case in read_cases(connection, kernel, row.account_id)],
    }
    sealed = kernel.sealer.seal(json.dumps(evidence, default=str), f"closed:{row.account_id}")
    keep_evidence(connection, row.account_id, cause, sealed, kernel.clock.now())
