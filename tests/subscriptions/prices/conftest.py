"""A month of Starter, a dearer sheet that is announced, and what is seen of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from backend.accounts.due import MessageMail
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.mail import read_mailbox
from backend.subscriptions.revision_notices import PriceRevisions
from tests.conftest import due_pieces
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.sheets import Sheets, plan_of

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
START = "2026-03-15T10:00"
NOTICE, LAST, END = "2026-03-30T00:00", "2026-03-31T00:00", "2026-04-15T00:00"
"""Of a month begun on 15 March: when the notice goes, until when it must be there, and when the month ends."""


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))


def dearer(whole: dict[str, Any]) -> None:
    """Starter: 59 euros instead of 49, 120 phone credits instead of 100."""
    plan_of(whole, "starter").update(price="59.00")
    plan_of(whole, "starter")["grants"]["phone"] = 120


@pytest.fixture
def ada(buyer: Buyers, clock: MovableClock) -> Buyer:
    """Two seats of Starter by the month, from 15 March on: 98 euros."""
    clock.set(paris(START))
    made = buyer()
    made.subscribe("starter", 2)
    return made


@pytest.fixture
def announced(ada: Buyer, sheet_folder: Sheets, time: Time) -> Sheets:
    """The next day a dearer sheet is announced, in force from 1 April."""
    time.pass_to(paris("2026-03-16T09:00"))
    sheet_folder.announce(dearer, paris("2026-04-01T00:00"))
    time.work()
    return sheet_folder


def answer(someone: Buyer, said: str) -> Any:
    return someone.post("/v1/subscription/price", {"answer": said})


def renewals(someone: Buyer) -> list[str]:
    return [amount for what, amount, _ in someone.dues if what == "renewal"]


def queued(owner: Owner) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT workspace_id, sheet, state, due_at FROM price_revisions ORDER BY 1").fetchall()


def answers(owner: Owner) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT answer, account_id, at FROM price_answers ORDER BY answer_id").fetchall()


def notices(someone: Buyer, code: str = "price-changes-month") -> list[str]:
    """What stands in the account of a code, oldest first."""
    return [each["text"] for each in someone.get("/v1/messages")["messages"] if each["code"] == code][::-1]


def letters(kernel: Kernel, to: str, words: str) -> list[str]:
    with kernel.database.begin() as connection:
        sent = [each.letter for each in read_mailbox(connection, kernel.sealer)]
    return [letter.text for letter in sent if letter.to == to and words in letter.subject]


def hold_mail(kernel: Kernel, clock: MovableClock, until: datetime) -> None:
    """The notice is written, and its mail leaves at `until` only."""
    clock.set(paris(NOTICE))
    assert tick(kernel.database.engine, [PriceRevisions(kernel)], clock.now()).done == 1
    clock.set(until)
    pieces = [piece for piece in due_pieces(kernel) if isinstance(piece, MessageMail) or piece.name == "mail"]
    assert len(pieces) == 2
    tick(kernel.database.engine, pieces, clock.now())
