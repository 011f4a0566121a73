"""What follows when an account climbs the ladder of the robot score, and how a person decides about a hold.

The score may hold the unlimited lot, and nothing else: the account stays active and its other credits pay. A person lifts the hold
or keeps it, with a reason; against that the user appeals, and somebody else answers (GDPR, Article 22).
"""

from collections.abc import Sequence

import sqlalchemy as sa

from backend.accounts.cases import close_case, open_case
from backend.accounts.closing import AccountDeleted
from backend.accounts.export import ExportAsked
from backend.accounts.records import read_row
from backend.credits import change_permit, is_held
from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell
from backend.kernel.ops import Act
from backend.kernel.problems import Problem
from backend.robots import LadderClimbed, Sign, Step, ease, forget, note_step, read_newest, read_steps, say_why

UNCLEAR = {
    "en": "Several signs came together, none of them strong by itself.",
    "fr": "Plusieurs signes se sont ajoutés, aucun n’étant fort à lui seul.",
}


class NotHeld(LookupError):
    """The unlimited credits of this account are not held."""


class DecidedBefore(PermissionError):
    """Who kept a hold does not answer the appeal against it."""


def hear_ladder(kernel: Kernel, connection: sa.Connection, climbed: LadderClimbed) -> None:
    """A hold sets the permit, opens a case and tells the user; three wrong answers to the human check open a case. Never more."""
    if climbed.step == "ask":
        return
    row = read_row(connection, climbed.account_id, lock=True)
    if climbed.step == "failed":
        open_case(connection, row.account_id, "robots", ["three wrong answers to the human check"], climbed.at)
        return
    planted = any(sign.name == "planted" for sign in climbed.signs)
    if planted:
        open_case(connection, row.account_id, "planted", ["a planted person was revealed"], climbed.at)
    if climbed.step != "hold" or is_held(connection, row.workspace_id, row.account_id):
        return
    change_permit(connection, row.workspace_id, row.account_id, {"held": True})
    if not planted:
        open_case(connection, row.account_id, "robots", say_signs(climbed.signs, "en"), climbed.at)
    facts: dict[str, Fact] = {f"why_{lang}": " ".join(say_signs(climbed.signs, lang)) for lang in UNCLEAR}
    facts["account"] = _page(kernel)
    tell(connection, kernel.sealer, Message(row.account_id, "robot-held", climbed.at.isoformat(), climbed.at, facts))


def decide_hold(connection: sa.Connection, kernel: Kernel, act: Act, account_id: int, *, release: bool) -> None:
    """A person lifts the hold or keeps it; the user reads the reason. Raises NotHeld, DecidedBefore, or ScoreAway without Redis."""
    now, row = kernel.clock.now(), read_row(connection, account_id, lock=True)
    if not is_held(connection, row.workspace_id, account_id):
        raise NotHeld
    last = read_newest(connection, kernel, account_id, ("hold", "kept", "appealed"))
    kept = read_newest(connection, kernel, account_id, ("hold", "kept"))
    if last is not None and last.step == "appealed" and kept is not None and kept.decided_by == act.by:
        raise DecidedBefore(act.by)
    step, words = ("released" if release else "kept"), act.reason.strip()
    note_step(connection, kernel, account_id, step, now, decided_by=act.by, words=words)
    for kind in ("robots", "robots-appeal", "planted"):
        close_case(connection, account_id, kind)
    if release:
        change_permit(connection, row.workspace_id, account_id, {"held": False})
        ease(kernel, account_id)
    facts: dict[str, Fact] = {"words": words, "account": _page(kernel)}
    code = "robot-released" if release else "robot-kept"
    tell(connection, kernel.sealer, Message(account_id, code, now.isoformat(), now, facts))


def appeal(kernel: Kernel, account_id: int, text: str) -> None:
    """Keep the user's words and open a case of their own. Raises `nothing-held`."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        row = read_row(connection, account_id, lock=True)
        if not is_held(connection, row.workspace_id, account_id):
            raise Problem("nothing-held")
        note_step(connection, kernel, account_id, "appealed", now, words=text)
        open_case(connection, account_id, "robots-appeal", ["the user appeals against the hold"], now)


def read_stand(kernel: Kernel, account_id: int) -> Step | None:
    """What was last said about the hold: it began, a person kept it, or its user objects."""
    with kernel.database.begin() as connection:
        return read_newest(connection, kernel, account_id, ("hold", "kept", "appealed"))


def say_signs(signs: Sequence[Sign], lang: str) -> list[str]:
    """The signs in words; there is always something to read."""
    told = [Sign(each.name, each.measure, max(each.evidence, 1.0)) for each in signs if each.name in ("forged", "planted")]
    return say_why([*told, *(each for each in signs if each.name not in ("forged", "planted"))], lang) or [UNCLEAR[lang]]


def forget_ladder(connection: sa.Connection, deleted: AccountDeleted) -> None:
    """What the ladder kept of the account goes with it. (What stood against it is in the evidence, as cases.)"""
    forget(connection, deleted.account_id)


def export_ladder(kernel: Kernel, connection: sa.Connection, asked: ExportAsked) -> None:
    """The account's ladder, into the document its owner takes away."""
    asked.document["robot_score"] = [
        {
            "step": step.step,
            "at": step.at,
            "score": step.score,
            "signs": [{"name": sign.name, "measure": sign.measure, "evidence": sign.evidence} for sign in step.signs],
            "words": step.words,
        }
        for step in read_steps(connection, kernel, asked.account_id)
    ]


def _page(kernel: Kernel) -> str:
    return f"{kernel.settings.public_url}/account"
