"""The clients of `bench.crash`, in a process of their own: teammates in pairs who ask for the same person at the same moment.

Each call is asked again until it is answered, and every answer is written down as the client got it. `bench.faults` lets other
clients ask beside them, and has every try written down.
"""

import json
import multiprocessing as mp
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import ExitStack
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
RETRY_AFTER_S = 5.0
"""What an answer of 503 says."""


def profile_of(number: int) -> str:
    """The address of an invented person."""
    return f"https://www.linkedin.com/in/crash-{number}-candor-sample/"


@dataclass(frozen=True)
class Plan:
    """What the clients need to know. `workspaces` are (id, two accounts with a token each); `people` grows while they run,
    `begun` says that they do, `over` ends them. Pairs rest for `rest_s` between two persons, `beside` are clients of other kinds;
    `record` is the file of answers, `tries` that of every try."""

    port: int
    workspaces: list[tuple[int, list[tuple[int, str]]]]
    people: Any
    begun: Any
    over: Any
    seed: int
    pairs: int
    record: Path
    rest_s: float = 0.0
    beside: tuple["Beside", ...] = ()
    tries: Path | None = None


@dataclass
class Record:
    """The file of answers and that of tries, counts of what was no answer, and the last of what was shown."""

    file: TextIO
    tries: TextIO | None = None
    counts: Counter[str] = field(default_factory=Counter)
    shown: deque[tuple[int, int, str, bytes]] = field(default_factory=lambda: deque(maxlen=1000))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, line: dict[str, Any]) -> None:
        """Write down an answer."""
        with self.lock:
            self.file.write(json.dumps(line) + "\n")

    def write_try(self, what: str, asked_at: float, said: str) -> None:
        """Write down what came of asking once, where somebody wants to know."""
        if self.tries is not None:
            line = json.dumps([what, asked_at, time.monotonic() - asked_at, said])
            with self.lock:
                self.tries.write(line + "\n")

    def count(self, what: str) -> None:
        """Count what was no answer."""
        with self.lock:
            self.counts[what] += 1


Beside = Callable[[Plan, Record], None]
"""A client of another kind: asks until it is over."""


def run_clients(plan: Plan) -> None:
    """Ask until it is over; the last line of the record holds the counts. Starts in a process of its own."""
    with ExitStack() as files:
        file = files.enter_context(plan.record.open("w"))
        record = Record(file, files.enter_context(plan.tries.open("w", buffering=1)) if plan.tries else None)
        threads = [threading.Thread(target=_ask_in_pairs, args=(plan, number, record)) for number in range(plan.pairs)]
        threads += [threading.Thread(target=beside, args=(plan, record)) for beside in plan.beside]
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


def _ask_in_pairs(plan: Plan, number: int, record: Record) -> None:
    chance = random.Random(plan.seed * 1000 + number)
    links = [open_link(plan.port), open_link(plan.port)]
    while not plan.over.is_set():
        workspace, accounts = chance.choice(plan.workspaces)
        newest = plan.people.value
        # Half of the calls are for those who came last, so that first disclosures go on until the end.
        person = chance.randrange(max(0, newest - 50), newest) if chance.random() < 0.5 else chance.randrange(newest)
        body = json.dumps({"profile": profile_of(person), "kinds": KINDS}).encode()
        calls = [Call(workspace, account, token, body, link) for (account, token), link in zip(accounts, links, strict=True)]
        while waiting := [call for call in calls if not call.settled]:
            for call in waiting:
                call.ask()
            for call in waiting:
                call.hear(record)
        plan.over.wait(plan.rest_s)


def open_link(port: int) -> HTTPConnection:
    """A keep-alive connection that is opened anew when it breaks."""
    return HTTPConnection("127.0.0.1", port, timeout=SLOWEST_ANSWER_S)


class Call:
    """A reveal, asked for until it is answered."""

    what, method, path, pause_s = "reveal", "POST", "/v1/reveals", _PAUSE_S

    def __init__(self, workspace: int, account: int, token: str, body: bytes | None, link: HTTPConnection) -> None:
        self.workspace, self.account, self.token, self.body, self.http = workspace, account, token, body, link
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.begun = time.monotonic()
        self.again_at = 0.0
        self.asked_at = 0.0
        self.tries = 0
        self.settled = False
        self._broken: Exception | None = None

    def ask(self) -> None:
        """Send it once."""
        time.sleep(max(0.0, self.again_at - time.monotonic()))
        self.tries += 1
        self._broken = None
        self.asked_at = time.monotonic()
        try:
            self.http.request(self.method, self.path, self.body, self.headers)
        except (OSError, HTTPException) as broken:
            self._broken = broken

    def hear(self, record: Record) -> None:
        """Read the answer, or note that none came."""
        record.write_try(self.what, self.asked_at, self._hear(record))

    def _hear(self, record: Record) -> str:
        try:
            if self._broken:
                raise self._broken
            answer = self.http.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as broken:
            self.http.close()
            said = "hung" if isinstance(broken, TimeoutError) else "unanswered"
            record.count(said)
            self._again(record)
            return said
        if answer.status == 200:
            self.settled = True
            self.write_down(json.loads(body), record)
            return "200"
        if fault := fault_of(answer.status, dict(answer.headers.items()), body):
            record.count(f"unexpected: {fault}")
            self.settled = True
            return fault
        if answer.status == 429 and self.tries == 1:
            record.count("limited")
            self.settled = True
        else:
            record.count(f"answered {answer.status}")
            self._again(record)
        return f"{answer.status} {json.loads(body)['code']}"

    def _again(self, record: Record) -> None:
        self.again_at = time.monotonic() + self.pause_s
        if time.monotonic() - self.begun > LONGEST_CALL_S:
            record.count("never answered")
            self.settled = True

    def write_down(self, answer: dict[str, Any], record: Record) -> None:
        """Write down what it showed, and keep in mind that it may be asked for again."""
        results = {
            kind: (each["outcome"], each["charged"], [value["value"] for value in each["values"]])
            for kind, each in answer["results"].items()
        }
        line = {"workspace": self.workspace, "account": self.account, "person_id": answer["person_id"], "results": results}
        record.write({**line, "at": time.monotonic(), "tries": self.tries})
        if self.body and all(outcome in ("revealed", "known") for outcome, _, _ in results.values()):
            record.shown.append((self.workspace, self.account, self.token, self.body))


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
