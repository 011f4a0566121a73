"""Everything Candor keeps about one account, as one document its owner can take away."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.accounts.actions import read_actions
from backend.accounts.cases import read_cases
from backend.accounts.questions import read_questions
from backend.accounts.records import read_account
from backend.accounts.replies import read_replies
from backend.accounts.suspension_records import open_reason
from backend.accounts.tables import accounts, linkedin_members, sessions, suspensions
from backend.credits import Entry, read_balances, read_entries
from backend.directory import CONTACT_FIELDS, find_person
from backend.kernel import Kernel
from backend.kernel.messages import read_messages, render
from backend.terms import read_acceptances
from backend.workspaces import read_membership, read_workspace

_AT_ONCE = 500
_ALL = 2**63 - 1


@dataclass(frozen=True)
class ExportAsked:
    """Somebody takes away what is kept about an account; higher rooms add their part to the document."""

    account_id: int
    document: dict[str, Any]


def export_account(kernel: Kernel, account_id: int, lang: str) -> dict[str, Any]:
    """What is kept, by room: plain values, times as instants. Values of revealed details as far as they may be shown now."""
    account = read_account(kernel, account_id)
    assert account.workspace_id is not None
    entries = _read_ledger(kernel, account.workspace_id, account_id)
    with kernel.database.begin() as connection:
        document: dict[str, Any] = {
            "exported_at": kernel.clock.now(),
            "account": {name: value for name, value in vars(account).items() if not name.endswith("_id")},
            "sessions": _rows(connection, sessions, account_id, ("client", "created_at", "expires_at", "ended_at", "reason")),
            "linkedin": _rows(connection, linkedin_members, account_id, _LINKEDIN)
            + _rows(connection, accounts, account_id, ("has_contacts", "has_activity")),
            "acceptances": [vars(each) for each in read_acceptances(connection, account_id)],
            "workspace": _read_workspace(connection, account.workspace_id, account_id),
            "messages": _read_messages(connection, kernel, account_id, lang),
            "questions": [_without_id(vars(each)) for each in read_questions(connection, kernel, account_id)],
            "cases": [_without_id(vars(each)) for each in read_cases(connection, kernel, account_id)],
            "suspensions": _read_suspensions(connection, kernel, account_id),
            "actions": [_without_id(vars(each)) for each in read_actions(connection, account_id)],
        }
        kernel.events.emit(connection, ExportAsked(account_id, document))
    balances = read_balances(kernel.database, account.workspace_id, account_id, kernel.clock.now())
    document["credits"] = {kind: balance.available for kind, balance in balances.items()}
    document["ledger"] = [_show_entry(kernel, account.workspace_id, entry) for entry in entries]
    document["reveals"] = _read_reveals(kernel, account.workspace_id, account_id, entries)
    return document


_LINKEDIN = (
    "synced_at", "consent_version", "renew_by", "picture_present", "email_match", "email_verified",
)  # fmt: skip


def _rows(connection: sa.Connection, table: sa.Table, account_id: int, names: tuple[str, ...]) -> list[dict[str, Any]]:
    found = connection.execute(sa.select(*(table.c[name] for name in names)).where(table.c.account_id == account_id))
    return [dict(row) for row in found.mappings()]


def _read_workspace(connection: sa.Connection, workspace_id: int, account_id: int) -> dict[str, Any]:
    workspace, membership = read_workspace(connection, workspace_id), read_membership(connection, workspace_id, account_id)
    return {
        "name": workspace.name if workspace else None,
        "role": membership.role if membership else None,
        "joined_at": membership.joined_at if membership else None,
    }


def _read_messages(connection: sa.Connection, kernel: Kernel, account_id: int, lang: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    before = _ALL
    while told := read_messages(connection, kernel.sealer, account_id, before, _AT_ONCE):
        for each in told:
            subject, text = render(each.code, lang, each.facts)
            found.append({"code": each.code, "at": each.at, "subject": subject, "text": text, "read_at": each.read_at})
        before = told[-1].message_id
    return found


def _read_suspensions(connection: sa.Connection, kernel: Kernel, account_id: int) -> list[dict[str, Any]]:
    found = connection.execute(
        sa.select(suspensions).where(suspensions.c.account_id == account_id).order_by(suspensions.c.opened_at)
    )
    return [
        {
            "ground": row.ground,
            "reason": open_reason(kernel, row),
            "opened_at": row.opened_at,
            "closed_at": row.closed_at,
            "replies": [vars(reply) for reply in read_replies(connection, kernel, row)],
        }
        for row in found.all()
    ]


def _read_ledger(kernel: Kernel, workspace_id: int, account_id: int) -> list[Entry]:
    """Entries of the account's own lots, and those of the pool that it made itself."""
    found: list[Entry] = []
    before = _ALL
    while page := read_entries(kernel.database, workspace_id, account_id, before, _AT_ONCE):
        found += [entry for entry in page if entry.account_id == account_id]
        before = page[-1].entry_id
    return found


def _show_entry(kernel: Kernel, workspace_id: int, entry: Entry) -> dict[str, Any]:
    shown = {name: value for name, value in vars(entry).items() if not name.endswith("_id")}
    shown["person_id"] = kernel.ids.encode("person", workspace_id, entry.person_id) if entry.person_id is not None else None
    return shown


def _read_reveals(kernel: Kernel, workspace_id: int, account_id: int, entries: list[Entry]) -> list[dict[str, Any]]:
    kinds: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.action == "reveal" and entry.person_id is not None:
            kinds[entry.person_id].append(entry)
    now, found = kernel.clock.now(), []
    for person_id, revealed in kinds.items():
        showing = find_person(kernel, person_id, CONTACT_FIELDS, now, open_values=True)
        for entry in revealed:
            details = [] if showing.notice == "impossible" else showing.showable.get(entry.kind, [])
            found.append(
                {
                    "person_id": kernel.ids.encode("person", workspace_id, person_id),
                    "kind": entry.kind,
                    "revealed_at": entry.at,
                    "values": [vars(detail) for detail in details],
                }
            )
    return found


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.endswith("_id")}
