"""What operators do with threads: answer, and say how far an anomaly is. The user hears of each in the account and by mail."""

import sqlalchemy as sa

from backend.accounts import read_row
from backend.helpdesk.rules import State, may_follow
from backend.helpdesk.threads import Place, find_thread, keep_words, note_state
from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell


class NotNext(ValueError):
    """The thread cannot go to that state from where it is; says where it is."""


def answer_thread(connection: sa.Connection, kernel: Kernel, place: Place, text: str) -> None:
    """Answer a thread; a question is answered then, an anomaly stays where it is. Raises `not-found`."""
    now = kernel.clock.now()
    read_row(connection, place.account_id, lock=True)
    thread = find_thread(connection, place)
    message_id = keep_words(connection, kernel, place, "operator", text)
    if may_follow(thread.category, thread.state, "answered"):
        note_state(connection, place, "answered", now)
    _tell(connection, kernel, place, "helpdesk-answered", message_id, {"text": text})


def set_state(connection: sa.Connection, kernel: Kernel, place: Place, state: State) -> None:
    """A thread goes on to its next state. Raises `not-found`, NotNext."""
    now = kernel.clock.now()
    read_row(connection, place.account_id, lock=True)
    thread = find_thread(connection, place)
    if not may_follow(thread.category, thread.state, state):
        raise NotNext(thread.state)
    _tell(connection, kernel, place, f"helpdesk-{state}", note_state(connection, place, state, now), {})


def _tell(connection: sa.Connection, kernel: Kernel, place: Place, code: str, number: int, facts: dict[str, Fact]) -> None:
    known: dict[str, Fact] = {"reference": place.reference(kernel), "contact": kernel.settings.contact, **facts}
    told = Message(place.account_id, code, f"{place.thread_id}:{number}", kernel.clock.now(), known)
    tell(connection, kernel.sealer, told)
