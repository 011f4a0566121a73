"""Tells a waiting person what is being done: a line for each step, with the seconds once it takes longer than one."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_brief = False


@contextmanager
def briefly() -> Iterator[None]:
    """Steps that take less than a second are not worth a line in the block."""
    global _brief
    _brief = True
    try:
        yield
    finally:
        _brief = False


def say(text: str = "") -> None:
    """One line to the terminal; a terminal that has gone is no reason to stop."""
    with suppress(OSError, ValueError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


@contextmanager
def step(doing: str, done: str) -> Iterator[Callable[[str], None]]:
    """Show `doing …` while the block runs, `done` after it. Call what it yields to add how far it is."""
    started = time.monotonic()
    in_place = sys.stdout.isatty()
    finished = threading.Event()
    detail = [""]

    def tick() -> None:
        announced = in_place
        while not finished.wait(1.0):
            line = f"{doing} … {detail[0]}"
            if in_place:
                with suppress(OSError, ValueError):
                    sys.stdout.write(f"\r\033[K  {line} {time.monotonic() - started:.0f} s")
                    sys.stdout.flush()
            elif not announced:
                announced = True
                say(f"  {line.rstrip()}")

    if in_place:
        with suppress(OSError, ValueError):
            sys.stdout.write(f"\r\033[K  {doing} …")
            sys.stdout.flush()
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    succeeded = False
    try:
        yield lambda text: detail.__setitem__(0, text)
        succeeded = True
    finally:
        finished.set()
        ticker.join()
        if in_place:
            with suppress(OSError, ValueError):
                sys.stdout.write("\r\033[K")
        if succeeded:
            seconds = time.monotonic() - started
            if seconds >= 1:
                say(f"  {done} ({seconds:.1f} s)")
            elif not _brief:
                say(f"  {done}")
