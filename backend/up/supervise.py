"""Keeps the children running: says when one ended, starts it again after a growing pause, stops all at the end."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from backend.up.children import describe_exit, last_lines, stop
from backend.up.failures import CannotStart
from backend.up.progress import say

_PAUSES = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
_STEADY_AFTER = 60.0
_LOOK_EVERY = 0.25


@dataclass
class Watched:
    """One child: how to start it, how to know that it answers, how to stop it."""

    name: str
    log: Path
    start: Callable[[], subprocess.Popen[bytes]]
    wait: Callable[[subprocess.Popen[bytes]], None]
    gently: signal.Signals
    patience: float
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    crashes: int = 0
    again_at: float = field(default=0.0)

    def run(self) -> None:
        self.process = self.start()
        self.since = time.monotonic()
        self.wait(self.process)


class Supervisor:
    """Children in the order they were started; they are stopped in the opposite order."""

    def __init__(self) -> None:
        self._children: list[Watched] = []

    def add(self, child: Watched) -> None:
        """Start a child and wait until it answers."""
        self._children.append(child)
        child.run()

    def watch(self) -> None:
        """Until interrupted: whatever ends is started again."""
        while True:
            for child in self._children:
                self._look_at(child)
            time.sleep(_LOOK_EVERY)

    def stop(self) -> None:
        for child in reversed(self._children):
            if child.process is not None:
                stop(child.process, child.gently, child.patience)

    def _look_at(self, child: Watched) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            child.crashes = 1 if now - child.since > _STEADY_AFTER else child.crashes + 1
            pause = _PAUSES[min(child.crashes, len(_PAUSES)) - 1]
            child.process, child.again_at = None, now + pause
            say(f"{child.name} {describe_exit(code)}. It is started again in {pause:g} s. Its log: {child.log}")
            if child.crashes == len(_PAUSES):
                say(f"It keeps ending. The log's last lines:\n{last_lines(child.log)}")
        elif now >= child.again_at:
            try:
                child.run()
            except CannotStart as failure:
                say(str(failure))
                if child.process is not None:
                    child.process.kill()
                    child.process.wait()
            else:
                say(f"{child.name} runs again.")
