"""The home of one that every account gets (X23)."""

from backend.kernel import Kernel
from backend.workspaces import Membership, Workspace, open_home, read_membership, read_workspace


def test_a_home_has_no_name_and_its_account_as_admin(kernel: Kernel) -> None:
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        home, other = open_home(connection, 7, now), open_home(connection, 8, now)
        assert home != other
        assert read_workspace(connection, home) == Workspace(home, None, now)
        assert read_membership(connection, home, 7) == Membership("admin", now)
        assert read_membership(connection, home, 8) is None
        assert read_workspace(connection, 99) is None
