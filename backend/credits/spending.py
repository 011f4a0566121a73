"""Spending: the two calls of the ledger's SQL functions on the hot path."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from backend.kernel.database import Database
from backend.kernel.http import Caller
from backend.kernel.problems import Problem

_REVEAL = "SELECT kind, outcome, charged, available, reason FROM reveal(%s, %s, %s, %s::bigint[], %s::text[], %s::text[], %s)"
_QUOTE = "SELECT obstacle, reason, owned FROM quote(%s, %s, %s, %s::bigint[], %s)"

MEMBER_LIMIT = "member-limit"
"""The reason of an `empty` whose credits are there, while the member's limit of the month is reached."""


class Charge(NamedTuple):
    """What became of one kind: `outcome` is revealed, known, not_found, empty or capped; `charged` 0 or 1; `left` spendable.

    `reason` is MEMBER_LIMIT, `held` (a `capped` whose unlimited lot is held) or None.
    """

    kind: str
    outcome: str
    charged: int
    left: int
    reason: str | None = None


class Quote(NamedTuple):
    """The kinds of a person that the workspace has paid for already."""

    owned: frozenset[str]


def reveal(
    database: Database,
    caller: Caller,
    persons: Sequence[int],
    kinds: Sequence[str],
    showable: Sequence[str],
    at: datetime,
) -> list[Charge]:
    """Charge once for each showable kind of a person (root id first, then all merged into it); free where already paid.

    Raises the Problem that says why this account may not spend. A lost answer is asked for again at no cost.
    """
    who = (caller.workspace_id, caller.account_id, caller.session_id)
    rows = database.call(_REVEAL, (*who, _write_array(persons), _write_array(kinds), _write_array(showable), at))
    if rows and rows[0][0] is None:
        raise Problem(rows[0][1], rows[0][4] or "")
    return [Charge(*row) for row in rows]


def quote(database: Database, caller: Caller, persons: Sequence[int], at: datetime) -> Quote:
    """What is paid for already; raises the Problem that says why this account may not look up."""
    ((obstacle, reason, owned),) = database.call(
        _QUOTE, (caller.workspace_id, caller.account_id, caller.session_id, _write_array(persons), at)
    )
    if obstacle is not None:
        raise Problem(obstacle, reason or "")
    return Quote(frozenset(owned))


def _write_array(parts: Iterable[int | str]) -> str:
    """Numbers, or names of kinds, as PostgreSQL reads an array: quicker than a list, whose type the driver looks for each time."""
    return f"{{{','.join(map(str, parts))}}}"
