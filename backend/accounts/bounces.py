"""Mail that came back: what was told by it does not count as told, and somebody has to look (X22)."""

from backend.accounts.records import find_row, login_digests
from backend.kernel import Kernel
from backend.kernel.messages import mark_bounced
from backend.kernel.ops import open_task


def take_bounce(kernel: Kernel, email: str) -> int:
    """Mail to this address came back. Returns how many messages of its account no longer count as told by mail."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        row = find_row(connection, login_digests(kernel, email))
        if row is None:
            return 0
        open_task(connection, "mail-bounced", f"account {row.account_id}", now)
        return mark_bounced(connection, row.account_id, now)
