"""Mail that came back: what it told does not count as told by mail, and somebody looks (X22). The copy in the account stands."""

import sqlalchemy as sa

from backend.accounts.records import find_row, login_digests
from backend.kernel import Kernel
from backend.kernel.messages import mark_bounced
from backend.kernel.ops import open_task


def take_bounce(kernel: Kernel, email: str) -> int:
    """Mail to this address came back. Returns how many messages of its account no longer count as told by mail."""
    with kernel.database.begin() as connection:
        row = find_row(connection, login_digests(kernel, email))
        return 0 if row is None else note_bounce(connection, kernel, row.account_id)


def note_bounce(connection: sa.Connection, kernel: Kernel, account_id: int) -> int:
    """Mail to this account came back; the caller's transaction."""
    now = kernel.clock.now()
    open_task(connection, "mail-bounced", f"account {account_id}", now)
    return mark_bounced(connection, account_id, now)
