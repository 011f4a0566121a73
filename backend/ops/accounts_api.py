"""HTTP: accounts and workspaces, found and read by those who run Candor. Nothing personal stands in an address."""

from typing import Any

from flask import Response, request

from backend.accounts import (
    find_account_rows,
    open_email,
    read_cases,
    read_newest_actions,
    read_profile,
    read_questions,
    read_sessions,
    read_suspensions,
)
from backend.credits import Entry, read_balances, read_entries, read_lots, read_permit
from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import PAGES
from backend.kernel.messages import read_messages, render
from backend.kernel.pages import page_language
from backend.ops.finding import find
from backend.ops.pages import PLACES, Place, answer_ops, read_number, see_other
from backend.ops.roles import DECIDERS, HELPERS
from backend.subscriptions import read_contract, read_plan
from backend.terms import read_acceptances
from backend.workspaces import members_of, read_activity, read_membership, read_workspace, seats_taken

api = Room("ops_accounts", __name__)
PLACES.append(Place("ops_accounts.show_finder", "/ops/accounts", "Accounts"))

_NEWEST = 2**63 - 1
_AT_ONCE = 50
_LONGEST = 320
_NOBODY = 0
"""No account's number: with it the ledger shows the pool alone."""


class Older(Body):
    before: int = _NEWEST


class OlderOfWorkspace(Older):
    activity_before: int = _NEWEST


@api.get("/ops/accounts", who="operator", roles=HELPERS, limit=PAGES, media="text/html")
def show_finder() -> Response:
    """Show where to look for an account or a workspace."""
    return answer_ops("accounts.html", typed="", wrong=False)


@api.post("/ops/accounts/find", who="operator", roles=HELPERS, limit=PAGES, media="text/html", status=303)
def find_account() -> Response:
    """Find an account by email, by its id or ours, or a workspace by its id."""
    typed = request.form.get("whom", "").replace("\x00", "")[:_LONGEST]
    with kernel().database.begin() as connection:
        found = find(connection, kernel(), typed)
    if found is None:
        return answer_ops("accounts.html", 404, typed=typed, wrong=True)
    return see_other(f"/ops/{found.what}s/{found.number}")


@api.get("/ops/accounts/<account_id>", who="operator", roles=HELPERS, limit=PAGES, query=Older, media="text/html")
def show_account(account_id: str, query: Older) -> Response:
    """Show what is known of an account, and what can be done."""
    number, house, lang = read_number(account_id), kernel(), page_language()
    now = house.clock.now()
    with house.database.begin() as connection:
        profile = read_profile(connection, house, number)
        if profile is None:
            return answer_ops("gone.html", 404)
        home = profile.workspace_id
        told = read_messages(connection, house.sealer, number, _NEWEST, _AT_ONCE)
        cases = read_cases(connection, house, number)
        shown: dict[str, Any] = {
            "workspace": read_workspace(connection, home) if home else None,
            "membership": read_membership(connection, home, number) if home else None,
            "permit": read_permit(connection, home, number, now) if home else None,
            "plan": read_plan(connection, home, number) if home else None,
            "contract": read_contract(connection, house, home) if home else None,
            "lots": read_lots(connection, home, number, now) if home else [],
            "sessions": read_sessions(connection, house, number),
            "suspensions": read_suspensions(connection, house, number, lang),
            "questions": read_questions(connection, house, number),
            "acceptances": read_acceptances(connection, number),
            "actions": read_newest_actions(connection, number, 20),
        }
    entries, older = _read_ledger(home, number, query.before) if home else ([], None)
    return answer_ops(
        "account.html",
        profile=profile,
        cases=cases[::-1],
        open_kinds={case.kind for case in cases if case.state == "open"},
        # Subjects only: in the text of a message may stand an address that opens a door.
        told=[(each, render(each.code, lang, each.facts)[0]) for each in told],
        balances=read_balances(house.database, home, number, now) if home else {},
        entries=entries,
        older=older,
        held=bool(shown["permit"] and shown["permit"].held),
        now=now,
        decides=DECIDERS,
        **shown,
    )


@api.get("/ops/workspaces/<workspace_id>", who="operator", roles=HELPERS, limit=PAGES, query=OlderOfWorkspace, media="text/html")
def show_workspace(workspace_id: str, query: OlderOfWorkspace) -> Response:
    """Show who is in a workspace, its contract, its pool and what was done there."""
    number, house = read_number(workspace_id), kernel()
    now = house.clock.now()
    with house.database.begin() as connection:
        workspace = read_workspace(connection, number)
        if workspace is None:
            return answer_ops("gone.html", 404)
        members = members_of(connection, number)
        activity = read_activity(connection, number, account_id=None, action="", before=query.activity_before, most=_AT_ONCE + 1)
        rows = find_account_rows(connection, [member.account_id for member in members])
        shown: dict[str, Any] = {
            "contract": read_contract(connection, house, number),
            "lots": read_lots(connection, number, None, now),
            "taken": seats_taken(connection, number, now),
            "emails": {account_id: open_email(house, row) for account_id, row in rows.items()},
            "states": {account_id: row.state for account_id, row in rows.items()},
        }
    entries, older = _read_ledger(number, _NOBODY, query.before)
    return answer_ops(
        "workspace.html",
        workspace=workspace,
        members=members,
        activity=activity[:_AT_ONCE],
        activity_older=activity[_AT_ONCE - 1].entry_id if len(activity) > _AT_ONCE else None,
        entries=entries,
        older=older,
        now=now,
        **shown,
    )


def _read_ledger(workspace_id: int, account_id: int, before: int) -> tuple[list[Entry], int | None]:
    found = read_entries(kernel().database, workspace_id, account_id, before, _AT_ONCE + 1)
    return found[:_AT_ONCE], found[_AT_ONCE - 1].entry_id if len(found) > _AT_ONCE else None
