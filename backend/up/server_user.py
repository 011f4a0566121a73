"""Which account of the machine runs PostgreSQL and Redis: our own, or an unprivileged one when we are root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from backend.up.failures import CannotStart


@dataclass(frozen=True)
class ServerUser:
    """`drops` is true when we are root and the servers must run as somebody else."""

    name: str
    uid: int
    gid: int
    drops: bool

    def owns(self, *paths: Path) -> None:
        """Give paths inside the data folder to this account (nothing to do when it is our own)."""
        if self.drops:
            for path in paths:
                os.chown(path, self.uid, self.gid)

    def make_folder(self, path: Path) -> Path:
        """A folder only this account may enter."""
        path.mkdir(mode=0o700, exist_ok=True)
        self.owns(path)
        path.chmod(0o700)
        return path

    def reaches(self, path: Path) -> bool:
        """May this account enter the folder, or run the file? Asked of the kernel, so ACLs count too."""
        if not self.drops:
            return os.access(path, os.X_OK)
        try:
            asked = subprocess.run(
                ["/bin/sh", "-c", 'test -x "$0"', str(path)],
                cwd="/",
                env={},
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                check=False,
            )
        except PermissionError as error:
            raise CannotStart(
                f"PostgreSQL refuses to run as root, and this container may not change to “{self.name}”.\n"
                "Run Candor as an ordinary user, or set DATABASE_URL and REDIS_URL to servers of your own."
            ) from error
        return asked.returncode == 0


def ourselves() -> ServerUser:
    """For when no server is ours to run."""
    return ServerUser("", os.geteuid(), os.getegid(), drops=False)


def choose_server_user(existing: Path) -> ServerUser:
    """Ourselves; as root, who already owns the database in `existing`, else `candor`, else `nobody`."""
    if os.geteuid() != 0:
        uid = os.geteuid()
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            raise CannotStart(
                f"PostgreSQL needs a name for user id {uid}, and /etc/passwd has none.\n"
                "Add one, or set DATABASE_URL and REDIS_URL to servers of your own."
            ) from None
        return ServerUser(name, uid, os.getegid(), drops=False)
    candidates: list[pwd.struct_passwd] = []
    if existing.exists() and existing.stat().st_uid != 0:
        try:
            candidates.append(pwd.getpwuid(existing.stat().st_uid))
        except KeyError:
            raise CannotStart(
                f"{existing} belongs to user id {existing.stat().st_uid}, which this machine does not know.\n"
                f"Give it to somebody: chown -R nobody {existing.parent}"
            ) from None
    for name in ("candor", "nobody"):
        try:
            candidates.append(pwd.getpwnam(name))
        except KeyError:
            continue
    for entry in candidates:
        if entry.pw_uid != 0:
            return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid, drops=True)
    raise CannotStart("PostgreSQL refuses to run as root. Make a user for it: useradd --system candor")
