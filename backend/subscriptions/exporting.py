"""What a member takes out of a workspace before its premium ends: all that it has revealed, by a link in the mail (X15, 7.5.17)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts import ExportAsked, find_account_row
from backend.credits import read_revealed
from backend.directory import CONTACT_FIELDS, find_person
from backend.kernel import Kernel
from backend.kernel.ids import ID_LENGTH
from backend.subscriptions.coming import ends_for_good_at
from backend.subscriptions.premiums import Premium, find_premium
from backend.workspaces import read_workspace


def export_address(kernel: Kernel, premium: Premium, account_id: int) -> str:
    """The address that gives this member what the workspace has revealed, and nothing else, until the premium has ended."""
    account = kernel.ids.encode("export-account", 0, account_id)
    return f"{kernel.settings.public_url}/export/{account}{kernel.ids.encode('export', account_id, premium.premium_id)}"


def export_by_token(kernel: Kernel, token: str) -> dict[str, Any] | None:
    """What the token of such an address gives; None where it gives nothing, or nothing any more."""
    account_id = kernel.ids.decode("export-account", 0, token[:ID_LENGTH])
    premium_id = None if account_id is None else kernel.ids.decode("export", account_id, token[ID_LENGTH:])
    if account_id is None or premium_id is None:
        return None
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        row = find_account_row(connection, account_id)
        premium = find_premium(connection, row.workspace_id) if row is not None and row.state == "active" else None
        if row is None or premium is None or premium.premium_id != premium_id or ends_for_good_at(premium) is None:
            return None
        workspace = read_workspace(connection, premium.workspace_id)
        name = workspace.name if workspace else None
        return {"exported_at": now, "workspace": name, "shared": _read_shared(connection, kernel, premium.workspace_id, now)}


def export_shared(kernel: Kernel, connection: sa.Connection, asked: ExportAsked) -> None:
    """Add to an account's own export what its workspace has revealed."""
    row = find_account_row(connection, asked.account_id)
    if row is not None and row.workspace_id is not None:
        asked.document["shared"] = _read_shared(connection, kernel, row.workspace_id, kernel.clock.now())


def _read_shared(connection: sa.Connection, kernel: Kernel, workspace_id: int, at: datetime) -> list[dict[str, Any]]:
    """Each with its values, as far as they may be shown now."""
    found, persons = [], {}
    for revealed in read_revealed(connection, workspace_id):
        if revealed.person_id not in persons:
            persons[revealed.person_id] = find_person(kernel, revealed.person_id, CONTACT_FIELDS, at, open_values=True)
        showing = persons[revealed.person_id]
        details = [] if showing.notice == "impossible" else showing.showable.get(revealed.kind, [])
        found.append(
            {
                "person_id": kernel.ids.encode("person", workspace_id, revealed.person_id),
                "kind": revealed.kind,
                "revealed_at": revealed.revealed_at,
                "values": [vars(detail) for detail in details],
            }
        )
    return found
