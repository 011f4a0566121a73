"""Calls that schemathesis makes from the document: the borders of every schema, random ones, right and wrong, and chains of them
along the document's links; and what came of them."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.run import PhaseName

from tests.api.conftest import Member, read_document
from tests.api.routes import EMAIL, PASSWORD

SEED = 20260302

# What a body of the right form may be answered: 422 is for what no schema says (an unknown code, no profile, a weak password).
_BY_MEANING = ["2xx", "401", "403", "404", "409", "422"]

# Their success needs a secret that was mailed, the password of the caller, a change that is announced or a question that was asked:
# the rooms' own tests walk those ways.
NEED_A_SECRET = {
    "POST /v1/accounts/validate", "POST /v1/password/reset/confirm", "PUT /v1/password", "POST /v1/me/deletion",
    "POST /v1/terms/refusals", "POST /v1/me/questions/{question_id}", "POST /v1/subscription/non-renewal",
}  # fmt: skip

# Their success needs a premium that runs, and a price that was agreed: chance may bring one, and tests/subscriptions has them all.
NEED_A_PREMIUM = {
    "POST /v1/subscription", "POST /v1/subscription/change/preview", "POST /v1/subscription/change", "POST /v1/subscription/packs",
    "PUT /v1/subscription/packs/reverted", "POST /v1/subscription/end", "POST /v1/subscription/price",
    "POST /v1/subscription/terminate", "POST /v1/sandbox/payments/{payment_id}", "POST /v1/subscription/payments/{payment_id}/pay",
    "POST /v1/subscription/refuse-update", "POST /v1/subscription/switch",
}  # fmt: skip

# Their success needs an account that the robot score has asked or held: tests/robots has them.
NEED_A_ROBOT = {"POST /v1/robots/check", "POST /v1/robots/appeal"}

# Its success needs a detail that was paid for: tests/lookup/test_reports.py has it.
NEED_A_REVEAL = {"POST /v1/reports"}

# Their success needs another member, a mailed invitation, a typed phrase, or a home of one, which the caller has named already.
NEED_A_TEAM = {
    "POST /v1/workspaces", "POST /v1/workspace/leave", "DELETE /v1/workspace", "DELETE /v1/workspace/members/{member_id}",
    "POST /v1/invitations/accept", "PUT /v1/workspace/members/{member_id}",
}  # fmt: skip

# Schemathesis reads the document there and calls it no more.
THE_DOCUMENT = "GET /openapi.json"
# Their success needs a thread of the helpdesk that is still open.
NEED_A_THREAD = {"POST /v1/helpdesk/threads/{thread_id}/messages"}

NEED_SOMETHING = NEED_A_THREAD | NEED_A_SECRET | NEED_A_PREMIUM | NEED_A_REVEAL | NEED_A_ROBOT | NEED_A_TEAM | {THE_DOCUMENT}


@dataclass
class Run:
    """What came of one run: `wrong` says each failure with the call to repeat it, `statuses` what each method and path answered."""

    wrong: list[str] = field(default_factory=list)
    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    chained: set[str] = field(default_factory=set)

    def add(self, other: "Run") -> None:
        """What another run showed, too."""
        self.wrong += other.wrong
        self.chained |= other.chained
        for name, statuses in other.statuses.items():
            self.statuses[name] |= statuses


def run(app: Flask, profiles: list[str], *, member: Member | None, examples: int, chains: int, only: tuple[str, ...] = ()) -> Run:
    """Call everything the document describes, as `member` or as nobody."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "continue-on-failure": True,
            "generation": {"deterministic": True, "no-shrink": True, "database": "none", "with-security-parameters": False},
            "phases": {
                # Random parts of answers (ids, made-up addresses) would make each run another one.
                "coverage": {"enabled": examples > 0, "extra-data-sources": {"responses": False}},
                "fuzzing": {
                    "enabled": examples > 0,
                    "generation": {"max-examples": max(examples, 1)},
                    "extra-data-sources": {"responses": False},
                },
                "stateful": {"enabled": chains > 0, "generation": {"max-examples": max(chains, 1)}, "max-steps": 5},
            },
            "dictionaries": {
                "profiles": {"values": profiles},
                "short pages": {"values": [1, 2]},
                "addresses": {"values": [member.email if member else EMAIL]},
                "durations": {"values": ["PT1S", "PT1M"]},
                "passwords": {"values": [PASSWORD]},
                "documents": {"values": ["terms"]},
                "plans": {"values": ["business"]},
                "versions": {"values": ["2026-03"]},
            },
            "parameters": {
                "body.profile": {"dictionary": "profiles", "probability": 0.7},
                "body.email": {"dictionary": "addresses", "probability": 0.7},
                "body.advance": {"dictionary": "durations", "probability": 0.7},
                "body.password": {"dictionary": "passwords", "probability": 0.7},
                "body.plan": {"dictionary": "plans", "probability": 0.7},
                "path.kind": {"dictionary": "documents", "probability": 0.7},
                "path.version": {"dictionary": "versions", "probability": 0.7},
                "query.limit": {"dictionary": "short pages", "probability": 0.7},
            },
            # Tokens are asked of every route in test_callers.py; schemathesis' own way of leaving them out breaks on WSGI.
            "checks": {"ignored_auth": {"enabled": False}, "positive_data_acceptance": {"expected-statuses": _BY_MEANING}},
        }
    )
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=config)
    if only:
        schema = schema.include(path=list(only))
    if member is not None:

        @schema.auth(refresh_interval=None)
        class Signed:
            """A session for each call, since some calls end theirs."""

            def get(self, case: Any, _: object) -> str:
                member.sign_in()
                return member.refresh_token if case.path.endswith("/refresh") else member.token

            def set(self, case: Any, data: str, _: object) -> None:
                case.headers["Authorization"] = f"Bearer {data}"

    done = Run()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            done.wrong.append(f"{event.label}: {event.info.format()}")
        elif isinstance(event, events.FatalError):
            done.wrong.append(repr(event.exception))
        elif isinstance(event, events.ScenarioFinished):
            _note(event, done)
    return done


def _note(event: events.ScenarioFinished, done: Run) -> None:
    recorder = event.recorder
    for case_id, node in recorder.cases.items():
        case, said = node.value, recorder.interactions.get(case_id)
        if said is not None and said.response is not None:
            done.statuses[f"{case.method} {case.path}"].add(said.response.status_code)
            if event.phase is PhaseName.STATEFUL_TESTING and node.is_transition_applied:
                done.chained.add(case.operation.definition.raw["operationId"])
        for check in recorder.checks.get(case_id, []):
            if check.status is Status.FAILURE and check.failure_info is not None:
                failed = check.failure_info
                done.wrong.append(f"{case.operation.label} [{check.name}] {failed.failure.message}\n  {failed.code_sample}")


def operations(app: Flask) -> dict[str, Any]:
    """Every operation of the document, by method and path."""
    paths = read_document(app)["paths"]
    return {f"{method.upper()} {path}": said for path, methods in paths.items() for method, said in methods.items()}


def never_done(done: Run, described: dict[str, Any]) -> set[str]:
    """The operations that never succeeded."""
    return {name for name in described if not any(200 <= status < 300 for status in done.statuses[name])}


def read_links(described: dict[str, Any]) -> dict[str, set[str]]:
    """Of every operation that an answer leads to, the paths whose answers do."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, said in described.items():
        for answer in said["responses"].values():
            for link in answer.get("links", {}).values():
                found[link["operationId"]].add(name.split()[1])
    return found


def linked_of(described: dict[str, Any]) -> set[str]:
    """The operations that take what another one answered: test_document_links.py walks there."""
    return {name for name, said in described.items() if said["operationId"] in read_links(described)}


def path_of(operation: str, described: dict[str, Any]) -> str:
    return next(name.split()[1] for name, said in described.items() if said["operationId"] == operation)
