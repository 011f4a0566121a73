"""The ledger as the terms describe it, in plain Python: slow, small, and written from the terms, not from the SQL.

Lots are numbered 1, 2, 3 … in the order in which they came to be. It knows granting, spending and the end of credits;
the other verbs are walked through by `test_verbs.py`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backend.kernel.http import Caller

KINDS = ("b2b_email", "phone", "direct_email", "export")
A_MONTHS_USE = 10_000
NO_LIMIT = 10**9
ALWAYS = datetime.max.replace(tzinfo=UTC)


class Answer(NamedTuple):
    """What became of one kind, and the number of the lot that paid."""

    kind: str
    outcome: str
    charged: int
    left: int
    reason: str | None = None
    lot: int | None = None


class Refused(Exception):
    """The account may not spend: why, as the API's code."""


@dataclass
class Permit:
    """What an account has done of the steps that let it spend."""

    state: str = "active"
    terms_ok: bool = True
    synced_until: datetime | None = ALWAYS
    extension_seen: bool = True
    plan_until: datetime | None = ALWAYS
    unlimited_kind: str | None = None
    held: bool = False
    limits: dict[str, int] = field(default_factory=dict)
    ended_sessions: set[int] = field(default_factory=set)


@dataclass
class Lot:
    """Credits of one kind, with their own clock."""

    workspace: int
    owner: int | None
    kind: str
    rank: int
    left: int
    starts: datetime
    ends: datetime
    unlimited: bool = False


class Model:
    """Every workspace's permits, lots and paid details."""

    def __init__(self) -> None:
        self.permits: dict[tuple[int, int], Permit] = {}
        self.lots: list[Lot] = []
        self.paid: dict[tuple[int, int, str], int] = {}
        self.granted: set[tuple[int, str, str]] = set()
        self.spent: list[tuple[int, int, str, datetime]] = []

    def grant(self, key: str, lot: Lot) -> bool:
        """9.6 and its like: once for each key and kind of a workspace, however often it is asked."""
        this = (lot.workspace, key, lot.kind)
        if this in self.granted:
            return False
        self.granted.add(this)
        self.lots.append(lot)
        return True

    def check_standing(self, caller: Caller, at: datetime) -> Permit:
        """8.2.1: what is in the way is told in this order."""
        permit = self.permits.get((caller.workspace_id, caller.account_id))
        if permit is None or permit.state == "ended" or caller.session_id in permit.ended_sessions:
            raise Refused("session-ended")
        steps = (
            ("account-suspended", permit.state == "active"),
            ("terms-required", permit.terms_ok),
            ("linkedin-sync-required", permit.synced_until is not None and at < permit.synced_until),
            ("extension-required", permit.extension_seen),
            ("subscription-required", permit.plan_until is not None and at < permit.plan_until),
        )
        for code, done in steps:
            if not done:
                raise Refused(code)
        return permit

    def owned(self, caller: Caller, persons: Iterable[int]) -> set[str]:
        """8.2.15: what one member has paid for, the whole workspace sees; under whichever of a person's merged ids."""
        return {kind for kind in KINDS for person in persons if (caller.workspace_id, person, kind) in self.paid}

    def reveal(
        self, caller: Caller, persons: Sequence[int], kinds: Collection[str], showable: Collection[str], at: datetime, program: bool
    ) -> list[Answer]:
        """One credit of its own kind for each kind that can be shown and is not paid yet. Raises Refused."""
        permit = self.check_standing(caller, at)
        return [self._reveal(permit, caller, persons, kind, kind in showable, at, program) for kind in KINDS if kind in kinds]

    def _reveal(
        self, permit: Permit, caller: Caller, persons: Sequence[int], kind: str, shows: bool, at: datetime, program: bool
    ) -> Answer:
        if permit.unlimited_kind == kind and not permit.held and not program:
            self._open_month(caller, kind, at)
        usable = self.usable(caller, kind, at, program)
        outcome, lot, reason = "not_found", None, None
        if shows and persons:
            if kind in self.owned(caller, persons):
                outcome = "known"
            elif self.limit_left(caller, kind, at) == 0:
                outcome, reason = "empty", "member-limit"
            elif usable:
                # 9.15 and 9.12: the unlimited one first (its rank is the lowest), then what would be lost first.
                lot = min(usable, key=lambda lot: (lot.rank, lot.ends, self.lots.index(lot)))
                lot.left -= 1
                self.paid[caller.workspace_id, persons[0], kind] = self.number(lot)
                self.spent.append((caller.workspace_id, caller.account_id, kind, at))
                outcome = "revealed"
            elif permit.unlimited_kind == kind and not program:
                outcome, reason = "capped", "held" if permit.held else None
            else:
                outcome = "empty"
        left = sum(each.left for each in self.usable(caller, kind, at, program))
        left = min(left, self.limit_left(caller, kind, at))
        return Answer(kind, outcome, int(lot is not None), left, reason, self.number(lot) if lot else None)

    def limit_left(self, caller: Caller, kind: str, at: datetime) -> int:
        """What the admin's limit still lets this member spend here in the calendar month, from whichever lot."""
        most = self.permits[caller.workspace_id, caller.account_id].limits.get(kind, NO_LIMIT)
        this = (caller.workspace_id, caller.account_id, kind, month_of(at))
        spent = sum((workspace, account, what, month_of(when)) == this for workspace, account, what, when in self.spent)
        return max(0, most - spent)

    def usable(self, caller: Caller, kind: str, at: datetime, program: bool = False) -> list[Lot]:
        """9.2 and 9.3: the pool and one's own. Neither a program nor whoever is held spends the unlimited lot."""
        barred = program or self.permits[caller.workspace_id, caller.account_id].held
        return [
            lot
            for lot in self.lots
            if lot.workspace == caller.workspace_id
            and lot.kind == kind
            and lot.owner in (None, caller.account_id)
            and lot.starts <= at < lot.ends
            and lot.left > 0
            and not (lot.unlimited and barred)
        ]

    def available(self, caller: Caller, kind: str, at: datetime) -> int:
        """What the balance shows: as `usable`, the month's unlimited lot counted although nothing has asked for it yet."""
        permit = self.permits[caller.workspace_id, caller.account_id]
        unopened = permit.unlimited_kind == kind and not permit.held and self.month_lot(caller, at) is None
        left = sum(lot.left for lot in self.usable(caller, kind, at)) + (A_MONTHS_USE if unopened else 0)
        return min(left, self.limit_left(caller, kind, at))

    def month_lot(self, caller: Caller, at: datetime) -> Lot | None:
        """9.17: an account's unlimited lot of this month, of whichever kind and however much is left of it."""
        _, end = month_of(at)
        mine = (caller.workspace_id, caller.account_id)
        return next((lot for lot in self.lots if lot.unlimited and (lot.workspace, lot.owner) == mine and lot.ends == end), None)

    def _open_month(self, caller: Caller, kind: str, at: datetime) -> None:
        if self.month_lot(caller, at) is None:
            starts, ends = month_of(at)
            self.lots.append(Lot(caller.workspace_id, caller.account_id, kind, 0, A_MONTHS_USE, starts, ends, unlimited=True))

    def expire(self, at: datetime) -> int:
        """9.12: what is over is written off; says how many lots had something left."""
        over = [lot for lot in self.lots if lot.ends <= at and lot.left]
        for lot in over:
            lot.left = 0
        return len(over)

    def number(self, lot: Lot) -> int:
        """Which lot it is, counted from 1."""
        return next(number for number, each in enumerate(self.lots, 1) if each is lot)


def month_of(at: datetime) -> tuple[datetime, datetime]:
    """The calendar month of Paris in which `at` lies: its first instant, and the first one after it."""
    paris = ZoneInfo("Europe/Paris")
    first = at.astimezone(paris).replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first.replace(tzinfo=paris).astimezone(UTC), following.replace(tzinfo=paris).astimezone(UTC)


def same(expected: object, found: object) -> None:
    """Raise where the ledger differs from the model."""
    if expected != found:
        raise AssertionError(f"the model says {expected}, the ledger {found}")
