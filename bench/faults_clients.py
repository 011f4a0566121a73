"""Clients beside those of `bench.crash`: they look up, ask again for what was shown, read credits, sign in, one thing at a time."""

import json
import random
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from bench.crash_clients import KINDS, RETRY_AFTER_S, Call, Plan, Record, open_link, profile_of

KINDS_OF_CALLS = ("lookup", "replay", "credits")


class _Replay(Call):
    """A reveal that was shown before: known, and free."""

    what = "replay"

    def write_down(self, answer: dict[str, Any], record: Record) -> None:
        if any(each["outcome"] != "known" or each["charged"] for each in answer["results"].values()):
            record.count("unexpected: what was shown is charged again")
        super().write_down(answer, record)


class _Lookup(Call):
    what, path = "lookup", "/v1/lookups"

    def write_down(self, answer: dict[str, Any], record: Record) -> None:
        if not answer["found"] or set(answer["kinds"]) != set(KINDS):
            record.count("unexpected: somebody who is there is not found")


class _Credits(Call):
    what, method, path = "credits", "GET", "/v1/credits"

    def write_down(self, answer: dict[str, Any], record: Record) -> None:
        if not all(answer[kind]["available"] > 0 for kind in KINDS):
            record.count("unexpected: credits that are there are not shown")


class _SignIn(Call):
    what, path, pause_s = "sign-in", "/v1/sessions", RETRY_AFTER_S

    def write_down(self, answer: dict[str, Any], record: Record) -> None:
        if not answer["access_token"]:
            record.count("unexpected: a sign-in without a token")


@dataclass(frozen=True)
class Reader:
    """Asks for one thing after another, resting in between; each is another's `number`."""

    number: int

    def __call__(self, plan: Plan, record: Record) -> None:
        chance, link = random.Random(f"{plan.seed}-{self.number}"), open_link(plan.port)
        while not plan.over.wait(plan.rest_s):
            _ask(_choose(chance, plan, record, link), record)


@dataclass(frozen=True)
class SignsIn:
    """Signs these accounts in, in turn, each from an address of its own, resting `rest_s` in between."""

    emails: tuple[str, ...]
    password: str
    rest_s: float

    def __call__(self, plan: Plan, record: Record) -> None:
        link, number = open_link(plan.port), 0
        while not plan.over.wait(self.rest_s):
            number = (number + 1) % len(self.emails)
            body = json.dumps({"email": self.emails[number], "password": self.password}).encode()
            call = _SignIn(0, 0, "", body, link)
            call.headers["X-Forwarded-For"] = f"203.0.113.{number + 1}"
            _ask(call, record)


def _choose(chance: random.Random, plan: Plan, record: Record, link: HTTPConnection) -> Call:
    what = chance.choice(KINDS_OF_CALLS)
    if what == "replay" and record.shown:
        with record.lock:
            workspace, account, token, body = chance.choice(record.shown)
        return _Replay(workspace, account, token, body, link)
    workspace, accounts = chance.choice(plan.workspaces)
    account, token = chance.choice(accounts)
    if what == "credits":
        return _Credits(workspace, account, token, None, link)
    body = json.dumps({"profile": profile_of(chance.randrange(plan.people.value))}).encode()
    return _Lookup(workspace, account, token, body, link)


def _ask(call: Call, record: Record) -> None:
    while not call.settled:
        call.ask()
        call.hear(record)
