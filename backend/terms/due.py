"""What time does to the terms: users are told of changes and updates, and at its instant a change takes force by their silence.

Users are those who accepted something; they are taken in order of their ids, some at a time, and how far it got is in the row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.kernel.incidents import move_limit
from backend.kernel.messages import Message, read_deliveries, tell
from backend.kernel.ops import open_task
from backend.terms.acceptances import SILENCE, Accepting, append
from backend.terms.documents import read_document
from backend.terms.rules import told_in_time
from backend.terms.sheet import current_sheet
from backend.terms.tables import acceptances, publications, refusals, updates
from backend.terms.updates import code_of_update

_AT_ONCE = 200


class ChangeNotices:
    """Due work: tells of published changes."""

    name = "change-notices"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest change that somebody has still to be told of was published."""
        return sa.select(sa.func.min(publications.c.published_at)).where(
            publications.c.told_at.is_(None), publications.c.published_at <= until
        )

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Tell some users of one change; who has accepted it already need not be told."""
        row = _take(connection, publications, publications.c.told_at, publications.c.published_at, until)
        if row is None:
            return False
        users = _next_users(connection, row.told_through)
        accepted = _who_accepted(connection, row, users)
        address = f"{self._kernel.settings.public_url}/{row.kind}/{row.version}"
        facts = {"version": row.version, "effective_at": row.effective_at, "address": address}
        for account_id in users:
            if account_id not in accepted:
                message = Message(account_id, code_of_change(row.kind), row.version, until, facts)
                tell(connection, self._kernel.sealer, message)
        _note_progress(connection, publications, row, "told", users, until)
        return True


class TacitAcceptance:
    """Due work: at the instant of a change, silence counts where both channels had the notice in time (18.3, 18.5).

    Who refused keeps the version of before (18.4), and so does who was not told: that one is left to those who run Candor.
    """

    name = "tacit-acceptance"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest change that is not settled took force. Nobody is passed over: the telling comes first."""
        return sa.select(sa.func.min(publications.c.effective_at)).where(
            publications.c.switched_at.is_(None), publications.c.told_at.is_not(None), publications.c.effective_at <= until
        )

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Settle one change for some users."""
        told = publications.c.told_at.is_not(None)
        row = _take(connection, publications, publications.c.switched_at, publications.c.effective_at, until, told)
        if row is None or until < move_limit(connection, row.effective_at, until):
            return False  # a force majeure moved the days to refuse (13.2)
        users = _next_users(connection, row.switched_through)
        answered = _who_accepted(connection, row, users) | _who_refused(connection, row, users)
        silent = [account_id for account_id in users if account_id not in answered]
        delivered = read_deliveries(connection, code_of_change(row.kind), row.version, silent)
        languages = _languages(connection, silent)
        days = current_sheet(connection, row.published_at).policy.change_notice_days
        rows = []
        for account_id, delivered_at in sorted(delivered.items()):  # of an account that is gone there is no message
            if told_in_time(delivered_at, row.effective_at, days):
                lang = languages[account_id]
                document = read_document(connection, row.kind, row.version, lang)
                rows.append(Accepting(account_id, document, "tacit", SILENCE, lang, row.effective_at))
            else:
                open_task(connection, "change-not-delivered", f"account {account_id}, {row.kind} {row.version}", until)
        append(connection, rows)
        _note_progress(connection, publications, row, "switched", users, until)
        return True


class UpdateNotices:
    """Due work: tells of necessary updates."""

    name = "update-notices"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest update that somebody has still to be told of was announced."""
        return sa.select(sa.func.min(updates.c.announced_at)).where(updates.c.told_at.is_(None), updates.c.announced_at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Tell some users of one update."""
        row = _take(connection, updates, updates.c.told_at, updates.c.announced_at, until)
        if row is None:
            return False
        users = _next_users(connection, row.told_through)
        parts = {"availability": row.availability, "installation": row.installation, "consequences": row.consequences}
        said = {f"{name}_{lang}": text for name, part in parts.items() for lang, text in part.items()}
        code = code_of_update(row.security)
        for account_id in users:
            tell(connection, self._kernel.sealer, Message(account_id, code, row.version, until, {"version": row.version, **said}))
        _note_progress(connection, updates, row, "told", users, until)
        return True


def code_of_change(kind: str) -> str:
    """Under which code users are told of a change of this kind."""
    return f"change-{kind}"


def _take(
    connection: sa.Connection,
    table: sa.Table,
    done: sa.Column[Any],
    due: sa.Column[Any],
    until: datetime,
    *more: sa.ColumnElement[bool],
) -> sa.Row[Any] | None:
    waiting = sa.select(table).where(done.is_(None), due <= until, *more).order_by(due, table.c.version).limit(1)
    return connection.execute(waiting.with_for_update(skip_locked=True)).one_or_none()


def _next_users(connection: sa.Connection, after: int) -> list[int]:
    ids = sa.select(acceptances.c.account_id).where(acceptances.c.account_id > after).distinct()
    return list(connection.execute(ids.order_by(acceptances.c.account_id).limit(_AT_ONCE)).scalars())


def _who_accepted(connection: sa.Connection, row: sa.Row[Any], users: Sequence[int]) -> set[int]:
    of_version = sa.and_(publications.c.kind == acceptances.c.document, publications.c.version == acceptances.c.version)
    since = sa.select(acceptances.c.account_id).join(publications, of_version).where(
        acceptances.c.account_id.in_(users),
        acceptances.c.document == row.kind,
        publications.c.effective_at >= row.effective_at,
    )  # fmt: skip
    return set(connection.execute(since).scalars())


def _who_refused(connection: sa.Connection, row: sa.Row[Any], users: Sequence[int]) -> set[int]:
    these = sa.select(refusals.c.account_id).where(
        refusals.c.account_id.in_(users), refusals.c.document == row.kind, refusals.c.version == row.version
    )
    return set(connection.execute(these).scalars())


def _languages(connection: sa.Connection, users: Sequence[int]) -> dict[int, str]:
    newest = sa.select(sa.func.max(acceptances.c.acceptance_id)).where(acceptances.c.account_id.in_(users))
    rows = sa.select(acceptances.c.account_id, acceptances.c.lang).where(
        acceptances.c.account_id.in_(users), acceptances.c.acceptance_id.in_(newest.group_by(acceptances.c.account_id))
    )
    return {row.account_id: row.lang for row in connection.execute(rows)}


def _note_progress(
    connection: sa.Connection, table: sa.Table, row: sa.Row[Any], what: str, users: Sequence[int], until: datetime
) -> None:
    change: dict[str, Any] = {f"{what}_through": users[-1]} if users else {}
    if len(users) < _AT_ONCE:
        change[f"{what}_at"] = until
    this = sa.and_(*(column == getattr(row, column.name) for column in table.primary_key))
    connection.execute(table.update().where(this).values(**change))
