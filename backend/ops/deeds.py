"""What those who run Candor do to an account, as its page asks: the verbs that `candor ops` calls, each with a line in the log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from backend.accounts import (
    DecidedBefore,
    HoldStands,
    NoAppeal,
    NoGround,
    NotAnswered,
    NotHeld,
    NothingHandedIn,
    NotSuspendable,
    NotSuspended,
    SameDecider,
    answer_cure,
    ask,
    close_looked_at,
    decide_hold,
    find_account_row,
    lift,
    note_bounce,
    note_look,
    note_step,
    refuse_appeal,
    report,
    suspend,
    terminate,
)
from backend.credits import KINDS, Holder, NotCorrectable, TooFew, correct_for, transfer_for
from backend.kernel import Kernel
from backend.kernel.ops import Act, NoReason, log_act
from backend.ops.finding import find_holder, own_credits
from backend.robots import ScoreAway

_LARGEST = 1_000_000
_LONGEST_QUESTION_DAYS = 90
_SEEN = {"yes": True, "no": False}


class Stopped(Exception):
    """Nothing was done: `code` names the sentence that says why, `facts` what it needs."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Doing:
    """One deed on its way: who does it to which account, and what the form gave, each without blanks around it."""

    connection: sa.Connection
    kernel: Kernel
    act: Act
    account: sa.Row[Any]
    given: Mapping[str, str]

    @property
    def account_id(self) -> int:
        """Whose account."""
        return int(self.account.account_id)

    @property
    def words(self) -> str:
        """The reason, where somebody else reads it."""
        return self.act.reason.strip()


@dataclass(frozen=True)
class Deed:
    """`action` is what the log calls it, empty where the verb writes its own line. What is grave is confirmed by typing."""

    action: str
    do: Callable[[Doing], object]
    grave: bool = False


def carry_out(kernel: Kernel, act: Act, deed: Deed, account_id: int, given: Mapping[str, str]) -> None:
    """Do it, in one transaction with its line in the log. Raises Stopped, and then nothing was done."""
    try:
        with kernel.database.begin() as connection:
            row = find_account_row(connection, account_id, lock=True)
            if row is None or row.state == "pending":
                raise Stopped("gone")
            if len(act.reason.strip()) < 3:
                raise NoReason
            deed.do(Doing(connection, kernel, act, row, given))
            if deed.action:
                log_act(connection, act, deed.action, f"account {account_id}", kernel.clock.now())
    except tuple(_CODES) as why:
        raise Stopped(_CODES[type(why)]) from None
    except TooFew as few:
        raise Stopped("too-few", there=few.args[0]) from None
    except NotCorrectable as why:
        raise Stopped(why.args[0]) from None


_CODES: Mapping[type[Exception], str] = {
    NoReason: "reason",
    NoGround: "ground",
    NotSuspendable: "not-suspendable",
    NotSuspended: "not-suspended",
    NothingHandedIn: "nothing-handed-in",
    NoAppeal: "no-appeal",
    NotAnswered: "not-answered",
    SameDecider: "same-decider",
    NotHeld: "not-held",
    HoldStands: "hold-stands",
    DecidedBefore: "kept-before",
    ScoreAway: "score-away",
}


def _close_case(doing: Doing) -> None:
    if not close_looked_at(doing.connection, doing.account_id, doing.given.get("kind", ""), by=doing.act.by):
        raise Stopped("no-case")


def _note_step(doing: Doing) -> None:
    step, taken_on = doing.given.get("step", ""), _read_day(doing.given.get("on", ""))
    if not step or taken_on is None:
        raise Stopped("incomplete")
    if not note_step(doing.connection, doing.kernel, doing.account_id, "suspension", taken_on, step):
        raise Stopped("not-suspended")


def _look(doing: Doing) -> None:
    contacts, activity = (_SEEN.get(doing.given.get(name, "")) for name in ("contacts", "activity"))
    if contacts is None and activity is None:
        raise Stopped("incomplete")
    note_look(doing.connection, doing.account_id, contacts=contacts, activity=activity, at=doing.kernel.clock.now())


def _ask(doing: Doing) -> None:
    question, days = doing.given.get("question", ""), _read_number(doing.given.get("days", ""))
    if not question or days is None or not 1 <= days <= _LONGEST_QUESTION_DAYS:
        raise Stopped("incomplete")
    ask(doing.connection, doing.kernel, doing.account_id, question, days)


def _transfer(doing: Doing) -> None:
    out, into = _read_own(doing), find_holder(doing.connection, doing.kernel, doing.given.get("to", ""))
    if into is None or into == out:
        raise Stopped("no-target")
    kind, amount, ref = _read_credits(doing)
    if amount < 1:
        raise Stopped("incomplete")
    if not transfer_for(doing.connection, doing.act, out, into, kind, amount, doing.kernel.clock.now(), ref=ref):
        raise Stopped("done-before")


def _correct(doing: Doing) -> None:
    holder, now = _read_own(doing), doing.kernel.clock.now()
    kind, amount, ref = _read_credits(doing)
    until = _read_day(doing.given.get("until", ""))
    if not correct_for(doing.connection, doing.act, holder, kind, amount, now, until=until, ref=ref):
        raise Stopped("done-before")


def _read_own(doing: Doing) -> Holder:
    if doing.given.get("whose") == "pool" and doing.account.workspace_id is not None:
        return Holder(doing.account.workspace_id, None)
    own = own_credits(doing.connection, doing.account_id)
    if own is None:
        raise Stopped("gone")
    return own


def _read_credits(doing: Doing) -> tuple[str, int, str]:
    kind, ref, amount = doing.given.get("kind", ""), doing.given.get("ref", ""), _read_number(doing.given.get("amount", ""))
    # The ledger tells what was done before by the words up to a colon.
    if kind not in KINDS or amount is None or abs(amount) > _LARGEST or not ref or ":" in ref:
        raise Stopped("incomplete")
    return kind, amount, ref


def _hold(doing: Doing, *, release: bool) -> None:
    decide_hold(doing.connection, doing.kernel, doing.act, doing.account_id, release=release)


def _read_number(text: str) -> int | None:
    digits = text.removeprefix("-").removeprefix("+")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 10 and len(text) - len(digits) < 2 else None


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _terminate(doing: Doing) -> None:
    if doing.account.state == "terminated":
        raise Stopped("gone")
    terminate(doing.connection, doing.kernel, doing.account_id, doing.words)


DECISIONS: Mapping[str, Deed] = {
    "suspend": Deed(
        "account.suspend",
        lambda d: suspend(d.connection, d.kernel, d.account_id, d.given.get("ground", ""), d.words, by=d.act.by),
        grave=True,
    ),
    "lift": Deed("account.lift", lambda d: lift(d.connection, d.kernel, d.account_id, by=d.act.by)),
    "accept-cure": Deed(
        "cure.accept", lambda d: answer_cure(d.connection, d.kernel, d.account_id, "accepted", d.words, by=d.act.by)
    ),
    "refuse-cure": Deed(
        "cure.refuse", lambda d: answer_cure(d.connection, d.kernel, d.account_id, "refused", d.words, by=d.act.by)
    ),
    "refuse-appeal": Deed("appeal.refuse", lambda d: refuse_appeal(d.connection, d.kernel, d.account_id, d.words, by=d.act.by)),
    "release-hold": Deed("hold.release", lambda d: _hold(d, release=True)),
    "keep-hold": Deed("hold.keep", lambda d: _hold(d, release=False)),
    "terminate": Deed("account.terminate", _terminate, grave=True),
    "transfer": Deed("", _transfer, grave=True),
    "correct": Deed("", _correct, grave=True),
}
"""What weighs on somebody."""

ANSWERS: Mapping[str, Deed] = {
    "ask": Deed("question.ask", _ask),
    "compromised": Deed(
        "account.compromised", lambda d: report(d.connection, d.kernel, d.account_id, "reported by mail"), grave=True
    ),
    "close-case": Deed("case.close", _close_case),
    "look": Deed("linkedin.look", _look),
    "legal-step": Deed("case.step", _note_step),
    "bounced": Deed("mail.bounced", lambda d: note_bounce(d.connection, d.kernel, d.account_id)),
}
"""What helps, or prepares a decision."""
