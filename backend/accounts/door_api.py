"""HTTP: the door that the mail of a suspension opens, and nothing else (6.4.8). Its address is the secret; lifting ends it."""

from decimal import Decimal
from typing import Any

from flask import Response, request

from backend.accounts.callers import acts_for
from backend.accounts.debts import MEANS, NoSuchDebt
from backend.accounts.deletion import delete_account
from backend.accounts.door import Door, enter, hand_in_at_door, pay_at_door
from backend.accounts.me_api import answer_export
from backend.accounts.replies import Kind
from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, SIGN_INS
from backend.kernel.pages import answer_page, page_language
from backend.kernel.problems import Problem
from backend.kernel.writing import write_money

api = Room("door", __name__, template_folder="templates")

_LONGEST = 4000


@api.get("/door/<token>", who="anyone", limit=PAGES, media="text/html")
def show_door(token: str) -> Response:
    """Show why the account is suspended, on which obligation, until when to put it right, and what can be done."""
    return _page(token)


@api.post("/door/<token>/cure", who="anyone", limit=SIGN_INS, media="text/html", status=303)
def hand_in_cure(token: str) -> Response:
    """Hand in what was put right: the clock stops until operators answer."""
    return _hand_in(token, "cure")


@api.post("/door/<token>/appeal", who="anyone", limit=SIGN_INS, media="text/html", status=303)
def appeal(token: str) -> Response:
    """Contest the suspension before a person."""
    return _hand_in(token, "appeal")


@api.post("/door/<token>/pay", who="anyone", limit=SIGN_INS, media="text/html", status=303)
def pay(token: str) -> Response:
    """Pay what is unpaid: the debt that was shown, by debit or by wire."""
    door, means = enter(kernel(), token), request.form.get("means", "")
    if door is None:
        return _page(token)
    if means not in MEANS:
        return _page(token, "means", 422)
    acts_for(door.account_id)
    try:
        pay_at_door(kernel(), door, request.form.get("debt", "")[:_LONGEST], means)
    except NoSuchDebt:
        return _page(token, "debt", 422)
    except Problem as problem:
        return _page(token, problem.code, problem.kind.status)
    return Response(status=303, headers={"Location": f"/door/{token}"})


@api.get("/door/<token>/export", who="anyone", limit=PAGES, listed=False)
def export_at_door(token: str) -> Response:
    """Everything kept about the account, as a file."""
    door = enter(kernel(), token)
    return answer_export(door.account_id) if door else _page(token)


@api.post("/door/<token>/delete", who="anyone", limit=SIGN_INS, media="text/html")
def delete_at_door(token: str) -> Response:
    """Delete the account, with the phrase and the password as anywhere else."""
    door = enter(kernel(), token)
    if door is None:
        return _page(token)
    acts_for(door.account_id)
    phrase, password = request.form.get("phrase", "")[:_LONGEST], request.form.get("password", "")[:_LONGEST]
    try:
        delete_account(kernel(), door.account_id, phrase, password, page_language())
    except Problem as problem:
        return _page(token, problem.code, problem.kind.status)
    return _show(None, "deleted", 200)


def _hand_in(token: str, kind: Kind) -> Response:
    door, text = enter(kernel(), token), request.form.get("text", "").replace("\x00", "").strip()[:_LONGEST]
    if door is None:
        return _page(token)
    if not text:
        return _page(token, "empty", 422)
    acts_for(door.account_id)
    hand_in_at_door(kernel(), door, kind, text)
    return Response(status=303, headers={"Location": f"/door/{token}"})


def _page(token: str, wrong: str = "", status: int = 200) -> Response:
    door = enter(kernel(), token, page_language())
    return _show(door, "open" if door else "closed", status if door else 404, wrong=wrong, token=token)


def _write_money(amount: Decimal) -> str:
    return write_money(amount, page_language())


def _show(door: Door | None, state: str, status: int, **more: Any) -> Response:
    response = answer_page("door.html", status, door=door, state=state, money=_write_money, **more)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
