"""The clients of `bench.crash`, in a process of their own: teammates in pairs who ask for the same person at the same moment.

Each call is asked again until it is answered, and every answer is written down as the client got it.
"""

import json
import multiprocessing as mp
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, TextIO

KINDS = ("b2b_email", "phone", "direct_email")
SLOWEST_ANSWER_S = 20.0
"""A connection on which nothing comes for so long counts as a hang."""
LONGEST_CALL_S = 60.0
"""A call that is not answered within so long, however often it is asked, counts as never answered."""
_PAUSE_S = 0.1


def profile_of(number: int) -> str:
    """The address of an invented person."""
    return f"https://www.linkedin.com/in/crash-{number}-candor-sample/"


@dataclass(frozen=True)
class Plan:
    """What the clients need to know. `workspaces` are (id, two accounts with a token each); `people` grows while they run,
    `begun` says that they do, `over` ends them."""

    port: int
    workspaces: list[tuple[int, list[tuple[int, str]]]]
    people: Any
    begun: Any
    over: Any
    seed: int
    pairs: int
    record: Path


@dataclass
class _Record:
    """The file of answers, and counts of what was no answer."""

    file: TextIO
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, line: dict[str, Any]) -> None:
        with self.lock:
            self.file.write(json.dumps(line) + "\n")

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1


def run_clients(plan: Plan) -> None:
    """Ask until it is over; the last line of the record holds the counts. Starts in a process of its own."""
    with plan.record.open("w") as file:
        record = _Record(file)
        threads = [threading.Thread(target=_ask_in_pairs, args=(plan, number, record)) for number in range(plan.pairs)]
        for thread in threads:
            thread.start()
        plan.begun.set()
        for thread in threads:
            thread.join()
        record.write({"counts": record.counts})


def start_clients(plan: Plan) -> Any:
    """The process, started."""
    process = mp.get_context("spawn").Process(target=run_clients, args=(plan,), daemon=True)
    process.start()
    return process


def _ask_in_pairs(plan: Plan, number: int, record: _Record) -> None:
    chance = random.Random(plan.seed * 1000 + number)
    links = [_Link(plan.port), _Link(plan.port)]
    while not plan.over.is_set():
        workspace, accounts = chance.choice(plan.workspaces)
        newest = plan.people.value
        # Half of the calls are for those who came last, so that first disclosures go on until the end.
        person = chance.randrange(max(0, newest - 50), newest) if chance.random() < 0.5 else chance.randrange(newest)
        body = json.dumps({"profile": profile_of(person), "kinds": KINDS}).encode()
        calls = [_Call(workspace, account, token, body, link) for (account, token), link in zip(accounts, links, strict=True)]
        while waiting := [call for call in calls if not call.settled]:
            for call in waiting:
                call.ask()
            for call in waiting:
                call.hear(record)


class _Link:
    """A keep-alive connection that is opened anew when it breaks."""

    def __init__(self, port: int) -> None:
        self.http = HTTPConnection("127.0.0.1", port, timeout=SLOWEST_ANSWER_S)


class _Call:
    def __init__(self, workspace: int, account: int, token: str, body: bytes, link: _Link) -> None:
        self.workspace, self.account, self.body, self.http = workspace, account, body, link.http
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.begun = time.monotonic()
        self.again_at = 0.0
        self.tries = 0
        self.settled = False
        self._broken: Exception | None = None

    def ask(self) -> None:
        time.sleep(max(0.0, self.again_at - time.monotonic()))
        self.tries += 1
        self._broken = None
        try:
            self.http.request("POST", "/v1/reveals", self.body, self.headers)
        except (OSError, HTTPException) as broken:
            self._broken = broken

    def hear(self, record: _Record) -> None:
        """Read the answer, or note that none came."""
        try:
            if self._broken:
                raise self._broken
            answer = self.http.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as broken:
            self.http.close()
            record.count("hung" if isinstance(broken, TimeoutError) else "unanswered")
            return self._again(record)
        if answer.status == 200:
            return self._write_down(json.loads(body), record)
        if fault := fault_of(answer.status, dict(answer.headers.items()), body):
            record.count(f"unexpected: {fault}")
            self.settled = True
        elif answer.status == 429 and self.tries == 1:
            record.count("limited")
            self.settled = True
        else:
            record.count(f"answered {answer.status}")
            self._again(record)
        return None

    def _again(self, record: _Record) -> None:
        self.again_at = time.monotonic() + _PAUSE_S
        if time.monotonic() - self.begun > LONGEST_CALL_S:
            record.count("never answered")
            self.settled = True

    def _write_down(self, answer: dict[str, Any], record: _Record) -> None:
        self.settled = True
        results = {
            kind: (each["outcome"], each["charged"], [value["value"] for value in each["values"]])
            for kind, each in answer["results"].items()
        }
        line = {"workspace": self.workspace, "account": self.account, "person_id": answer["person_id"], "results": results}
        record.write({**line, "at": time.monotonic(), "tries": self.tries})


def fault_of(status: int, headers: dict[str, str], body: bytes) -> str | None:
    """What is wrong with an answer that shows nothing: while things are down, 503 as a problem that says when to come back."""
    if headers.get("content-type", "").split(";")[0] != "application/problem+json":
        return f"{status} that is no problem document"
    try:
        problem = json.loads(body)
    except ValueError:
        return f"{status} that is no JSON"
    expected = {503: "unavailable", 429: "rate-limited"}
    if problem.get("code") != expected.get(status) or problem.get("status") != status:
        return f"{status} {problem.get('code')}"
    if not headers.get("retry-after", "").isdigit():
        return f"{status} without Retry-After"
    return None
