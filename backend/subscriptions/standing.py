"""Where a signed-in user stands: account, workspace, plan, the two steps and the credits, read in one go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.accounts import Account, read_account
from backend.credits import Balance, read_balances
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.subscriptions.freemium import Plan, read_plan
from backend.subscriptions.rules import start_day
from backend.workspaces import Membership, Workspace, read_membership, read_workspace

_RENEW_SOON = timedelta(days=7)
_RENEWAL = {
    "en": (
        "Your LinkedIn synchronisation ends on {day}. You will be asked to renew it then: it takes one click.",
        "Your LinkedIn synchronisation ended on {day}. Connect again to go on: it takes one click.",
    ),
    "fr": (
        "Votre synchronisation LinkedIn prend fin le {day}. Il vous sera alors demandé de la renouveler, en un clic.",
        "Votre synchronisation LinkedIn a pris fin le {day}. Reconnectez-vous pour continuer, en un clic.",
    ),
}


@dataclass(frozen=True)
class Standing:
    """All of it. `renew_soon` is the instant at which the synchronisation ends, where that is near or past."""

    account: Account
    workspace: Workspace
    membership: Membership
    plan: Plan
    synced: bool
    renew_soon: datetime | None
    balances: dict[str, Balance]


def read_standing(kernel: Kernel, caller: Caller) -> Standing:
    """The caller's standing now."""
    now = kernel.clock.now()
    account = read_account(kernel, caller.account_id)
    with kernel.database.begin() as connection:
        workspace = read_workspace(connection, caller.workspace_id)
        membership = read_membership(connection, caller.workspace_id, caller.account_id)
        plan = read_plan(connection, caller.workspace_id, caller.account_id)
    assert workspace is not None
    assert membership is not None
    return Standing(
        account=account,
        workspace=workspace,
        membership=membership,
        plan=plan,
        synced=account.renew_by is not None and account.renew_by > now,
        renew_soon=account.renew_by if account.renew_by is not None and account.renew_by - now <= _RENEW_SOON else None,
        balances=read_balances(kernel.database, caller.workspace_id, caller.account_id, now),
    )


def write_renewal(lang: str, at: datetime, *, ended: bool) -> str:
    """The notice that the synchronisation ends or has ended, in the reader's language."""
    return _RENEWAL[lang][ended].format(day=start_day(at).isoformat())
