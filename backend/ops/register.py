"""The register of breaches of personal data: its clocks of 24 and 72 hours warn before they end; none closes unassessed (R44)."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.due import Until, at_instant
from backend.kernel.metrics import BREACH_SECONDS_LEFT
from backend.kernel.ops import Act, log_act, open_task
from backend.ops.tables import RISKS, data_breaches

LINKEDIN_CLOCK = timedelta(hours=24)
"""To tell LinkedIn, where content of theirs is concerned (API terms of use)."""
CNIL_CLOCK = timedelta(hours=72)
"""To tell the CNIL, unless there is no risk (GDPR, article 33(1))."""
_WARN_LINKEDIN, _WARN_CNIL = timedelta(hours=4), timedelta(hours=12)
"""So long before the end of each."""

Told = Literal["linkedin", "cnil", "people"]
TOLD: tuple[Told, ...] = get_args(Told)


class NotPossible(ValueError):
    """Why not: `future`, `incomplete`, `closed`, `unassessed`."""


@dataclass(frozen=True)
class DataBreach:
    """One row. The clocks are null where they do not run."""

    breach_no: int
    aware_at: datetime
    linkedin: bool
    what: str
    linkedin_by: datetime | None
    cnil_by: datetime
    linkedin_told_at: datetime | None
    cnil_told_at: datetime | None
    people_told_at: datetime | None
    risk: str | None
    assessment: str | None
    closed_at: datetime | None


def enter_breach(connection: sa.Connection, kernel: Kernel, act: Act, aware_at: datetime, what: str, *, linkedin: bool) -> int:
    """Enter a breach that somebody became aware of then; its number. Raises NotPossible."""
    now = kernel.clock.now()
    if not what:
        raise NotPossible("incomplete")
    if aware_at > now:
        raise NotPossible("future")
    entered = data_breaches.insert().values(
        aware_at=aware_at,
        linkedin=linkedin,
        what=kernel.sealer.seal(what, _place(aware_at)),
        entered_at=now,
        linkedin_alarm_at=aware_at + LINKEDIN_CLOCK - _WARN_LINKEDIN if linkedin else None,
        cnil_alarm_at=aware_at + CNIL_CLOCK - _WARN_CNIL,
    )
    number = int(connection.execute(entered.returning(data_breaches.c.breach_no)).scalar_one())
    log_act(connection, act, "breach.enter", f"breach {number}", now)
    open_task(connection, "breach-assess", f"breach {number}", now)
    return number


def assess(connection: sa.Connection, kernel: Kernel, act: Act, number: int, risk: str, assessment: str) -> None:
    """Write down, or write anew, what it means for the people concerned. Raises NotPossible."""
    row = _lock(connection, number)
    if risk not in RISKS or not assessment:
        raise NotPossible("incomplete")
    sealed = kernel.sealer.seal(assessment, _place(row.aware_at))
    _change(connection, kernel, act, number, "breach.assess", risk=risk, assessment=sealed)


def note_told(connection: sa.Connection, kernel: Kernel, act: Act, number: int, whom: Told) -> None:
    """LinkedIn, the CNIL or the people concerned were told now: that clock warns no more. Raises NotPossible."""
    _lock(connection, number)
    alarm: dict[str, Any] = {} if whom == "people" else {f"{whom}_alarm_at": None}
    _change(connection, kernel, act, number, f"breach.told-{whom}", **{f"{whom}_told_at": kernel.clock.now()}, **alarm)


def close_breach(connection: sa.Connection, kernel: Kernel, act: Act, number: int) -> None:
    """It is dealt with. Raises NotPossible, `unassessed` without an assessment of the risk."""
    if _lock(connection, number).risk is None:
        raise NotPossible("unassessed")
    nothing_more: dict[str, Any] = {"linkedin_alarm_at": None, "cnil_alarm_at": None}
    _change(connection, kernel, act, number, "breach.close", closed_at=kernel.clock.now(), **nothing_more)


def list_breaches(connection: sa.Connection, kernel: Kernel) -> list[DataBreach]:
    """Every breach there ever was, the newest first."""
    rows = connection.execute(sa.select(data_breaches).order_by(data_breaches.c.breach_no.desc())).all()
    return [_read(kernel, row) for row in rows]


def write_csv(found: list[DataBreach]) -> str:
    """The register as a table for a spreadsheet, for the authority that asks for it."""
    out = io.StringIO()
    names = list(DataBreach.__dataclass_fields__)
    table = csv.writer(out)
    table.writerow(names)
    for each in found:
        table.writerow([_cell(getattr(each, name)) for name in names])
    return out.getvalue()


class BreachClocks:
    """Due work: warns before a clock of an open breach ends, and says to `/metrics` how long is left."""

    name = "breach-clocks"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest warning was due; always, while a clock runs."""
        c = data_breaches.c
        oldest = sa.select(sa.func.min(sa.func.least(c.linkedin_alarm_at, c.cnil_alarm_at)).label("at"))
        warning = oldest.where(c.closed_at.is_(None)).scalar_subquery()
        return sa.select(sa.func.least(warning, at_instant(until)))

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Leave the tasks that are due; only they count as work."""
        rows = connection.execute(sa.select(data_breaches).where(data_breaches.c.closed_at.is_(None)).with_for_update()).all()
        warned = 0
        for clock, lasts in (("linkedin", LINKEDIN_CLOCK), ("cnil", CNIL_CLOCK)):
            left = [row.aware_at + lasts - until for row in rows if _runs(row, clock)]
            BREACH_SECONDS_LEFT.labels(clock).set(min((each.total_seconds() for each in left), default=float("inf")))
            for row in rows:
                alarm_at = getattr(row, f"{clock}_alarm_at")
                if alarm_at is not None and alarm_at <= until:
                    by = row.aware_at + lasts
                    open_task(connection, f"breach-{clock}", f"breach {row.breach_no}, by {by:%Y-%m-%d %H:%M} UTC", until)
                    this = data_breaches.c.breach_no == row.breach_no
                    connection.execute(data_breaches.update().where(this).values({f"{clock}_alarm_at": None}))
                    warned += 1
        return warned


def _runs(row: sa.Row[Any], clock: str) -> bool:
    return getattr(row, f"{clock}_told_at") is None and (clock == "cnil" or row.linkedin)


def _lock(connection: sa.Connection, number: int) -> sa.Row[Any]:
    this = sa.select(data_breaches).where(data_breaches.c.breach_no == number, data_breaches.c.closed_at.is_(None))
    row = connection.execute(this.with_for_update()).one_or_none()
    if row is None:
        raise NotPossible("closed")
    return row


def _change(connection: sa.Connection, kernel: Kernel, act: Act, number: int, action: str, **change: Any) -> None:
    log_act(connection, act, action, f"breach {number}", kernel.clock.now())
    connection.execute(data_breaches.update().where(data_breaches.c.breach_no == number).values(**change))


def _read(kernel: Kernel, row: sa.Row[Any]) -> DataBreach:
    place = _place(row.aware_at)
    return DataBreach(
        breach_no=row.breach_no,
        aware_at=row.aware_at,
        linkedin=row.linkedin,
        what=kernel.sealer.open(row.what, place),
        linkedin_by=row.aware_at + LINKEDIN_CLOCK if row.linkedin else None,
        cnil_by=row.aware_at + CNIL_CLOCK,
        linkedin_told_at=row.linkedin_told_at,
        cnil_told_at=row.cnil_told_at,
        people_told_at=row.people_told_at,
        risk=row.risk,
        assessment=None if row.assessment is None else kernel.sealer.open(row.assessment, place),
        closed_at=row.closed_at,
    )


def _cell(fact: Any) -> str:
    if fact is None:
        return ""
    text = fact.isoformat() if isinstance(fact, datetime) else str(fact)
    return f"'{text}" if text[:1] in "=+-@\t\r" else text  # a spreadsheet would run it


def _place(aware_at: datetime) -> str:
    return f"breach:{aware_at.timestamp()}"
