"""Starts child processes that cannot outlive us, and stops them.

The kernel ties the parent-death signal to the *thread* that started the child: start children from the main thread.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from backend.up.server_user import ServerUser

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(death: signal.Signals = signal.SIGKILL, parent: int | None = None) -> None:
    """Ask the kernel to send us `death` when our parent goes; a parent already gone counts as gone now."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    death: signal.Signals,
    user: ServerUser | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `argv` in a session of its own (a Ctrl-C reaches only us), writing both outputs to `log`."""
    parent = os.getpid()

    def tie() -> None:
        # Runs after the change of user, which would have cleared the signal.
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        die_with_parent(death, parent)

    account = {"user": user.uid, "group": user.gid, "extra_groups": []} if user is not None and user.drops else {}
    with log.open("ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder or "/",
            env=dict(env),
            start_new_session=True,
            preexec_fn=tie,
            **account,
        )


def stop(child: subprocess.Popen[bytes], gently: signal.Signals, patience: float) -> None:
    """Ask a child to stop, and end it when it has not within `patience` seconds."""
    if child.poll() is not None:
        return
    child.send_signal(gently)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def describe_exit(code: int) -> str:
    """`ended with code 1`, `was ended by SIGKILL`."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log, to show why a child did not start."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"  {line}" for line in lines[-count:])
