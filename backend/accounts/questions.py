"""What operators ask about identity or eligibility, and what the user answers, in the account (6.1.6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend.accounts.cases import note_look
from backend.accounts.records import read_row
from backend.accounts.tables import questions
from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell


@dataclass(frozen=True)
class Question:
    """One question; `answer` is None while it waits."""

    question_id: int
    question: str
    asked_at: datetime
    answer_by: datetime
    answer: str | None


def ask(connection: sa.Connection, kernel: Kernel, account_id: int, question: str, days: int) -> int:
    """Ask something, to be answered within so many days; returns its id."""
    now, sealed = kernel.clock.now(), kernel.sealer.seal(question, _place(account_id))
    read_row(connection, account_id, lock=True)
    answer_by = now + timedelta(days=days)
    row = questions.insert().values(account_id=account_id, question=sealed, asked_at=now, answer_by=answer_by)
    question_id = int(connection.execute(row.returning(questions.c.question_id)).scalar_one())
    facts: dict[str, Fact] = {"question": question, "answer_by": answer_by}
    tell(connection, kernel.sealer, Message(account_id, "identity-question", str(question_id), now, facts))
    return question_id


def read_questions(connection: sa.Connection, kernel: Kernel, account_id: int) -> list[Question]:
    """Every question, newest first."""
    mine = sa.select(questions).where(questions.c.account_id == account_id).order_by(questions.c.question_id.desc())
    return [
        Question(
            row.question_id,
            kernel.sealer.open(row.question, _place(account_id)),
            row.asked_at,
            row.answer_by,
            kernel.sealer.open(row.answer, _place(account_id)) if row.answer is not None else None,
        )
        for row in connection.execute(mine)
    ]


def list_questions(kernel: Kernel, account_id: int) -> list[Question]:
    """The same, in a transaction of its own."""
    with kernel.database.begin() as connection:
        return read_questions(connection, kernel, account_id)


def answer(kernel: Kernel, account_id: int, question_id: int, words: str, *, contacts: bool | None, activity: bool | None) -> bool:
    """Answer a question, or answer it anew; False where there is none. What is said of LinkedIn may open a case (6.1.10)."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        read_row(connection, account_id, lock=True)
        this = sa.and_(questions.c.account_id == account_id, questions.c.question_id == question_id)
        sealed = kernel.sealer.seal(words, _place(account_id))
        if connection.execute(questions.update().where(this).values(answer=sealed, answered_at=now)).rowcount == 0:
            return False
        note_look(connection, account_id, contacts=contacts, activity=activity, at=now)
    return True


def _place(account_id: int) -> str:
    return f"account:{account_id}:question"
