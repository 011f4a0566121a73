"""HTTP: what is done to one account. Each deed has a page of its own, which says what follows and asks why before it is done."""

from collections.abc import Mapping

from flask import Response, request

from backend.accounts import all_grounds, read_ground, read_profile, read_warning
from backend.credits import KINDS
from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.pages import page_language
from backend.ops.deeds import ANSWERS, DECISIONS, Deed, Stopped, carry_out
from backend.ops.pages import LONGEST_REASON, answer_ops, read_act, read_number, see_other, speak
from backend.ops.roles import DECIDERS, HELPERS
from backend.terms import current_sheet

api = Room("ops_account_acts", __name__)

_FIELDS = ("ground", "kind", "amount", "whose", "to", "until", "ref", "question", "days", "contacts", "activity", "on", "step")
_LONGEST = 1000
_NOT_OF_AN_END = frozenset({"address", "linkedin", "home-goes", "export"})
"""Consequences of a deletion that ending an account does not have: its row stays, so that whoever signs in is told why."""


@api.get("/ops/accounts/<account_id>/decide/<deed>", who="operator", roles=DECIDERS, limit=PAGES, media="text/html")
def prepare_decision(account_id: str, deed: str) -> Response:
    """Show what a decision about an account brings, and ask for its reason."""
    return _prepare(DECISIONS, account_id, deed)


@api.post("/ops/accounts/<account_id>/decide/<deed>", who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def decide(account_id: str, deed: str) -> Response:
    """Decide about an account."""
    return _carry_out(DECISIONS, account_id, deed)


@api.get("/ops/accounts/<account_id>/answer/<deed>", who="operator", roles=HELPERS, limit=PAGES, media="text/html")
def prepare_answer(account_id: str, deed: str) -> Response:
    """Show what is about to be done for an account, and ask for its reason."""
    return _prepare(ANSWERS, account_id, deed)


@api.post("/ops/accounts/<account_id>/answer/<deed>", who="operator", roles=HELPERS, limit=WRITES, media="text/html", status=303)
def answer(account_id: str, deed: str) -> Response:
    """Do something for an account."""
    return _carry_out(ANSWERS, account_id, deed)


def _prepare(deeds: Mapping[str, Deed], account_id: str, code: str) -> Response:
    number, deed = read_number(account_id), deeds.get(code)
    if deed is None:
        return answer_ops("gone.html", 404)
    return _show(number, code, deed, {"kind": request.args.get("kind", "")[:_LONGEST]})


def _carry_out(deeds: Mapping[str, Deed], account_id: str, code: str) -> Response:
    number, deed = read_number(account_id), deeds.get(code)
    if deed is None:
        return answer_ops("gone.html", 404)
    given = {name: _read_field(name) for name in (*_FIELDS, "phrase")}
    act = read_act()
    given["reason"] = act.reason
    if deed.grave and _plain(given["phrase"]) != _plain(_phrase(code, number)):
        return _show(number, code, deed, given, Stopped("phrase"))
    try:
        carry_out(kernel(), act, deed, number, given)
    except Stopped as why:
        return _show(number, code, deed, given, why)
    return see_other(f"/ops/accounts/{number}")


def _show(number: int, code: str, deed: Deed, given: Mapping[str, str], stopped: Stopped | None = None) -> Response:
    lang = page_language()
    with kernel().database.begin() as connection:
        profile = read_profile(connection, kernel(), number)
        policy = current_sheet(connection, kernel().clock.now()).policy
    if profile is None or profile.state == "pending":
        return answer_ops("gone.html", 404)
    ends = code == "terminate" and profile.state != "terminated"
    warned = read_warning(kernel(), number, lang).consequences if ends else ()
    return answer_ops(
        "act.html",
        422 if stopped else 200,
        profile=profile,
        deed=code,
        way="decide" if code in DECISIONS else "answer",
        grave=deed.grave,
        phrase=_phrase(code, number) if deed.grave else "",
        given=given,
        wrong=stopped.code if stopped else "",
        facts=stopped.facts if stopped else {},
        policy=policy,
        grounds={clause: read_ground(clause, lang) for clause in all_grounds()},
        kinds=KINDS,
        consequences=[each for each in warned if each.code not in _NOT_OF_AN_END],
        longest=LONGEST_REASON,
    )


def _phrase(code: str, number: int) -> str:
    say = speak(page_language())
    phrases = {
        "suspend": say("suspend account {number}", number=number),
        "terminate": say("end account {number}", number=number),
        "compromised": say("end sessions of account {number}", number=number),
        "transfer": say("transfer credits of account {number}", number=number),
        "correct": say("correct credits of account {number}", number=number),
    }
    return phrases[code]


def _plain(phrase: str) -> str:
    return " ".join(phrase.split()).casefold()


def _read_field(name: str) -> str:
    return str(request.form.get(name, "").replace("\x00", "").strip()[:_LONGEST])
