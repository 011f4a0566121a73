"""What the worker looks at every quarter of a minute for `/metrics`: is the database there, is Redis, what waits for how long."""

import time
from collections.abc import Sequence

import redis
import sqlalchemy as sa
import structlog

from backend.kernel import Kernel
from backend.kernel.due import Piece, read_dues
from backend.kernel.metrics import DATABASE_UP, DUE_FAILED, DUE_OLDEST, MAILS_WAITING, REDIS_UP
from backend.kernel.waiting_mails import count_waiting

_EVERY_SECONDS = 15.0


class Watch:
    """Looks at most so often, and never raises: what is away is a figure, too."""

    def __init__(self, kernel: Kernel, pieces: Sequence[Piece]) -> None:
        self._kernel = kernel
        self._pieces = pieces
        self._redis = redis.Redis.from_url(kernel.settings.redis_url, socket_timeout=1, socket_connect_timeout=1)
        self._looked = float("-inf")
        for piece in pieces:
            DUE_FAILED.labels(piece.name)  # from 0: Prometheus sees no growth in what begins at 1

    def look(self) -> None:
        """Look, unless it is too soon."""
        now = time.monotonic()
        if now - self._looked >= _EVERY_SECONDS:
            self._looked = now
            self._look_at_database()
            self._look_at_redis()

    def _look_at_database(self) -> None:
        try:
            now = self._kernel.clock.now()
            dues = read_dues(self._kernel.database.engine, self._pieces, now)
            with self._kernel.database.begin() as connection:
                waiting = count_waiting(connection, now)
        except sa.exc.OperationalError:
            DATABASE_UP.set(0)
            return
        except Exception as error:
            structlog.get_logger().error("watch", raised=error)
            return
        DATABASE_UP.set(1)
        DUE_OLDEST.set(max(((now - due).total_seconds() for due in dues.values()), default=0))
        for state, count in waiting.items():
            MAILS_WAITING.labels(state).set(count)

    def _look_at_redis(self) -> None:
        try:
            self._redis.ping()
        except redis.RedisError:
            REDIS_UP.set(0)
        else:
            REDIS_UP.set(1)
