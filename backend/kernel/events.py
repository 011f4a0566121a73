"""What must go upward: a lower floor emits an event, a higher one handles it in the same transaction."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection

Event = TypeVar("Event")


class Events:
    """Handlers by type of event, in the order in which `app.py` names them."""

    def __init__(self) -> None:
        self._handlers: dict[type[Any], list[Callable[[Connection, Any], None]]] = defaultdict(list)

    def on(self, event: type[Event], handler: Callable[[Connection, Event], None]) -> None:
        """Call `handler` with the emitter's transaction whenever `event` is emitted."""
        self._handlers[event].append(handler)

    def emit(self, connection: Connection, event: object) -> None:
        """Run every handler now, in this transaction: one that raises undoes the action too."""
        for handler in self._handlers[type(event)]:
            handler(connection, event)
