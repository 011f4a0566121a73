"""Floor 2, workspaces: so far the nameless home of one that every account gets (X23)."""

from backend.workspaces.homes import Membership, Workspace, open_home, read_membership, read_workspace

__all__ = ["Membership", "Workspace", "open_home", "read_membership", "read_workspace"]
