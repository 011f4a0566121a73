"""`/openapi.json` tells the truth: generated calls of every operation are answered as the document says, and never with a 5xx."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Member, read_document
from tests.api.generated import Run, operations, run

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
NEED_SOMETHING = NEED_A_SECRET | NEED_A_PREMIUM | NEED_A_REVEAL | NEED_A_ROBOT | NEED_A_TEAM | {THE_DOCUMENT}


def test_every_operation_answers_a_ready_account_as_the_document_says(
    app: Flask, join: Callable[..., Member], profiles: list[str]
) -> None:
    ann, described = join("ann"), operations(app)
    done = run(app, profiles, member=ann, examples=10, chains=0)
    # What chance left out is asked for by itself, by somebody whose password no report of misuse has ended meanwhile.
    lou = join("lou")
    for name in never_done(done, described) - NEED_SOMETHING:
        done.add(run(app, profiles, member=lou, examples=50, chains=0, only=(name.split()[1],)))
    assert done.wrong == []
    assert never_done(done, described) <= NEED_SOMETHING


def never_done(done: Run, described: dict[str, Any]) -> set[str]:
    """The operations that never succeeded."""
    return {name for name in described if not any(200 <= status < 300 for status in done.statuses[name])}


def test_every_operation_answers_nobody_as_the_document_says(app: Flask, profiles: list[str]) -> None:
    done = run(app, profiles, member=None, examples=5, chains=0)
    assert done.wrong == []
    for name, said in operations(app).items():
        if said.get("security"):
            assert done.statuses[name] == {401}, name


@pytest.mark.parametrize("lie", ["a status is left out", "a field has another type", "an answer has another media type"])
def test_a_document_that_lies_is_caught(app: Flask, join: Callable[..., Member], profiles: list[str], lie: str) -> None:
    document = read_document(app)
    responses = document["paths"]["/v1/lookups"]["post"]["responses"]
    match lie:
        case "a status is left out":
            del responses["422"]
        case "a field has another type":
            document["components"]["schemas"]["LookupAnswer"]["properties"]["found"] = {"type": "string"}
        case _:
            responses["422"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    app.extensions["candor_openapi"] = json.dumps(document).encode()
    assert run(app, profiles, member=join("ann"), examples=10, chains=0, only=("/v1/lookups",)).wrong
