"""What `bench.soak` watches beside the answers: memory by process, connections, Redis's memory, and whether any of it grows."""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import redis

from tests.up.copies import Copy

MB = 2**20
_EVERY_S = 10.0
_NAMES = (
    ("backend.cli worker", "worker"),
    ("redis-server", "Redis"),
    ("postgres: candor_app", "its sessions"),
    ("postgres", "PostgreSQL"),
    ("resource_tracker", ""),
    ("granian", "API"),
)
SLACK_MB = 3.0
SLACK = 0.03
"""Growth over the second half counts from so many MB and so large a share of the whole on."""


@dataclass
class Sample:
    """One look: when, MB by process (RSS, PSS and what is the process's own), connections, MB in Redis and its keys."""

    at: float
    rss: dict[str, float] = field(default_factory=dict)
    pss: dict[str, float] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)
    connections: int = 0
    redis_mb: float = 0.0
    redis_keys: int = 0


class Watcher:
    """Looks every ten seconds while the block runs."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._redis = redis.Redis.from_url(copy.environment()["REDIS_URL"])
        self._over = threading.Event()
        self.samples: list[Sample] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Look until the end of the block."""
        thread = threading.Thread(target=self._look_along)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _look_along(self) -> None:
        begun = time.monotonic()
        while not self._over.wait(max(0.0, begun + len(self.samples) * _EVERY_S - time.monotonic())):
            self.samples.append(self._look(time.monotonic() - begun))

    def _look(self, at: float) -> Sample:
        sample = Sample(at)
        api = self._copy.child("granian").pid
        for process in [psutil.Process(self._copy.process.pid), *psutil.Process(self._copy.process.pid).children(recursive=True)]:
            try:
                name, memory = _name(process, api, self._copy.process.pid), process.memory_full_info()
            except psutil.NoSuchProcess:
                continue
            if name:
                for figures, size in ((sample.rss, memory.rss), (sample.pss, memory.pss), (sample.own, memory.uss)):
                    figures[name] = figures.get(name, 0.0) + size / MB
        [(sample.connections,)] = self._copy.sql("SELECT count(*)::int FROM pg_stat_activity WHERE usename = 'candor_app'")  # type: ignore[assignment]
        sample.redis_mb, sample.redis_keys = self._redis.info("memory")["used_memory"] / MB, self._redis.dbsize()
        return sample


def _name(process: psutil.Process, api: int, supervisor: int) -> str:
    if process.pid == supervisor:
        return "up"
    line = " ".join(process.cmdline())
    name = next((name for word, name in _NAMES if word in line), "")
    return f"API worker {process.pid}" if name == "API" and process.pid != api else name


def slope(samples: list[tuple[float, float]]) -> float:
    """What is added in a minute, by least squares, of figures at seconds."""
    return statistics.linear_regression([at / 60 for at, _ in samples], [value for _, value in samples]).slope


def find_growth(samples: list[Sample]) -> list[str]:
    """What grew over the second half, in words; PostgreSQL's shared buffers, which fill until they are full, are nobody's own."""
    half = [sample for sample in samples if sample.at >= samples[-1].at / 2]
    minutes = (half[-1].at - half[0].at) / 60
    series = {name: [(each.at, each.own.get(name, 0.0)) for each in half] for name in half[0].own}
    series["Redis's data"] = [(each.at, each.redis_mb) for each in half]
    found = []
    for name, points in series.items():
        added, level = slope(points) * minutes, statistics.mean(value for _, value in points)
        if added > SLACK_MB and added > SLACK * level:
            found.append(f"{name} grew by {added:.1f} MB in {minutes:.1f} minutes, to {points[-1][1]:.0f}")
    before = max(sample.connections for sample in samples if sample.at < samples[-1].at / 2)
    if min(sample.connections for sample in half[-3:]) > before:
        found.append(f"connections grew from {before} to {half[-1].connections}")
    return found
