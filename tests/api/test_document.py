"""`/openapi.json` tells the truth: generated calls of every operation are answered as the document says, and never with a 5xx."""

import json
from collections.abc import Callable

import pytest
from flask import Flask

from tests.api.conftest import Member, read_document
from tests.api.generated import NEED_SOMETHING, linked_of, never_done, operations, run


def test_every_operation_answers_a_ready_account_as_the_document_says(
    app: Flask, join: Callable[..., Member], profiles: list[str]
) -> None:
    ann, described = join("ann"), operations(app)
    done = run(app, profiles, member=ann, examples=10, chains=0)
    # What chance left out is asked for by itself, by somebody whose password no report of misuse has ended meanwhile.
    lou = join("lou")
    waiting = NEED_SOMETHING | linked_of(described)
    for name in never_done(done, described) - waiting:
        done.add(run(app, profiles, member=lou, examples=50, chains=0, only=(name.split()[1],)))
    assert done.wrong == []
    assert never_done(done, described) <= waiting


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
