"""Threads when an account takes its data away or is closed: all of them go with it, also those that were evidence."""

from typing import Any

import sqlalchemy as sa

from backend.accounts import AccountDeleted, ExportAsked
from backend.helpdesk.reading import list_threads, read_thread
from backend.helpdesk.tables import thread_messages, thread_scans, thread_steps, threads
from backend.helpdesk.threads import Place
from backend.kernel import Kernel

_ALL = 2**63 - 1
_AT_ONCE = 200


def end_threads(connection: sa.Connection, deleted: AccountDeleted) -> None:
    """The account is gone, and its threads, what was said in them and the scans with it."""
    for table in (thread_scans, thread_messages, thread_steps, threads):
        connection.execute(table.delete().where(table.c.account_id == deleted.account_id))


def export_threads(kernel: Kernel, connection: sa.Connection, asked: ExportAsked) -> None:
    """Add every thread with all that was said in it; of a scan what it is and its SHA-256."""
    found: list[dict[str, Any]] = []
    before = _ALL
    while page := list_threads(connection, asked.account_id, before, _AT_ONCE):
        found += [_show(kernel, connection, thread.place) for thread in page]
        before = page[-1].place.thread_id
    asked.document["helpdesk"] = found


def _show(kernel: Kernel, connection: sa.Connection, place: Place) -> dict[str, Any]:
    thread = read_thread(connection, kernel, place, most=_ALL)
    plain = {name: value for name, value in vars(thread).items() if name not in ("place", "steps", "messages", "scans")}
    scans = [{name: value for name, value in vars(scan).items() if name != "scan_id"} for scan in thread.scans]
    return {
        **plain,
        "steps": [vars(step) for step in thread.steps],
        "messages": [vars(words) for words in thread.messages],
        "scans": scans,
    }
