"""What those who run Candor may do exceptionally: void credits here and grant them there; no entry is ever changed (9.8, 9.11)."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from backend.credits.grants import Grant, grant
from backend.credits.lots import belongs_to, lock_lots, not_over, set_lot, write_entry
from backend.credits.rules import day_begins
from backend.credits.tables import entries, lots, permits
from backend.kernel.ops import Act, log_act


@dataclass(frozen=True)
class Holder:
    """Whose credits: an account's own in a workspace, or the workspace's pool where `account_id` is None."""

    workspace_id: int
    account_id: int | None


class TooFew(ValueError):
    """There are fewer credits of this kind than are to be taken; `args` says how many there are."""


class NotCorrectable(ValueError):
    """`args` says why: `nothing` is asked for, a grant has `no-end`, or its day is `over`."""


def is_holder(connection: sa.Connection, holder: Holder) -> bool:
    """Whether an account is in the workspace that is named with it; a pool always is."""
    if holder.account_id is None:
        return True
    mine = sa.and_(permits.c.workspace_id == holder.workspace_id, permits.c.account_id == holder.account_id)
    return connection.execute(sa.select(permits.c.state).where(mine, permits.c.state != "ended")).first() is not None


def transfer_for(
    connection: sa.Connection, act: Act, out: Holder, into: Holder, kind: str, amount: int, at: datetime, *, ref: str
) -> bool:
    """What `transfer` does, in the name of an operator and in the log. Raises NoReason and NoOperator, too."""
    done = transfer(connection, out, into, kind, amount, at, ref=ref, reason=act.reason.strip())
    if done:
        log_act(connection, act, "credits.transfer", f"{ref}: {amount} {kind} from {_say(out)} to {_say(into)}", at)
    return done


def correct_for(
    connection: sa.Connection, act: Act, holder: Holder, kind: str, amount: int, at: datetime, *, until: date | None, ref: str
) -> bool:
    """What `correct` does, in the name of an operator and in the log; a grant ends as the Paris day `until` begins.

    Raises NotCorrectable, NoReason and NoOperator, too.
    """
    if amount == 0:
        raise NotCorrectable("nothing")
    if amount > 0 and until is None:
        raise NotCorrectable("no-end")
    ends_at = day_begins(until) if until and amount > 0 else None
    if ends_at is not None and ends_at <= at:
        raise NotCorrectable("over")
    done = correct(connection, holder, kind, amount, at, ends_at=ends_at, ref=ref, reason=act.reason.strip())
    if done:
        log_act(connection, act, "credits.correct", f"{ref}: {amount:+} {kind} of {_say(holder)}", at)
    return done


def transfer(
    connection: sa.Connection, out: Holder, into: Holder, kind: str, amount: int, at: datetime, *, ref: str, reason: str
) -> bool:
    """Void credits of one holder and grant as many to another, of the same sources and with the same ends (X11).

    What is burnt first goes first; the unlimited lot never goes. Both ledgers say `exceptional`, and why. False where `ref` was
    done before. Raises TooFew.
    """
    told = f"exceptional transfer {ref}: {reason}"
    if not _is_first(connection, (out, into), told):
        return False
    for lot, taken in _take(connection, out, kind, amount, at, told):
        key = f"transfer:{ref}:{lot.lot_id}"
        given = Grant(
            into.workspace_id, into.account_id, kind, lot.source, taken, at, lot.expires_at, key, keeps=lot.keeps, reason=told
        )
        grant(connection, given)
    return True


def correct(
    connection: sa.Connection,
    holder: Holder,
    kind: str,
    amount: int,
    at: datetime,
    *,
    ends_at: datetime | None,
    ref: str,
    reason: str,
) -> bool:
    """Grant what was missing, until `ends_at`, or void what was too much (a negative amount); False where `ref` was done before.

    Raises TooFew.
    """
    told = f"exceptional correction {ref}: {reason}"
    if not _is_first(connection, (holder,), told):
        return False
    if amount < 0:
        _take(connection, holder, kind, -amount, at, told)
        return True
    key = f"correction:{ref}"
    return grant(
        connection,
        Grant(holder.workspace_id, holder.account_id, kind, "subscription", amount, at, ends_at, key, reason=told),
    )


def _is_first(connection: sa.Connection, holders: tuple[Holder, ...], told: str) -> bool:
    """Whether no entry tells of this yet; who asks at the same moment waits for the answer."""
    done = told.partition(":")[0]
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(done))))
    where = entries.c.workspace_id.in_({holder.workspace_id for holder in holders})
    found = sa.select(entries.c.entry_id).where(where, sa.func.split_part(entries.c.reason, ":", 1) == done)
    return connection.execute(found.limit(1)).first() is None


def _take(
    connection: sa.Connection, holder: Holder, kind: str, amount: int, at: datetime, told: str
) -> list[tuple[sa.Row[tuple[object, ...]], int]]:
    mine = belongs_to(holder.workspace_id, holder.account_id)
    metered = (lots.c.kind == kind, lots.c.open, lots.c.source != "unlimited", lots.c.valid_from <= at, not_over(at))
    found = lock_lots(connection, mine, *metered)
    if (there := sum(lot.remaining for lot in found)) < amount:
        raise TooFew(there)
    taken = []
    for lot in found:
        part = min(amount, lot.remaining)
        if part:
            set_lot(connection, lot, remaining=lot.remaining - part)
            write_entry(connection, lot, "void", -part, lot.remaining - part, at, reason=told)
            taken.append((lot, part))
            amount -= part
    return taken


def _say(holder: Holder) -> str:
    return f"workspace {holder.workspace_id}" + (f" account {holder.account_id}" if holder.account_id is not None else "")
