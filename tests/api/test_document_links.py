"""The links of `/openapi.json` can be walked: what an answer names is taken by the calls it leads to, never with a 5xx."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.api.conftest import Member
from tests.api.generated import operations, run


def test_every_link_can_be_followed(app: Flask, join: Callable[..., Member], profiles: list[str]) -> None:
    described = operations(app)
    links = read_links(described)
    done = run(app, profiles, member=join("ann"), examples=0, chains=40)
    lou = join("lou")
    for target, sources in links.items():
        if target not in done.chained:
            done.add(run(app, profiles, member=lou, examples=0, chains=40, only=(*sources, path_of(target, described))))
    assert done.wrong == []
    assert links
    assert set(links) <= done.chained


def read_links(described: dict[str, Any]) -> dict[str, set[str]]:
    """Of every operation that an answer leads to, the paths whose answers do."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, said in described.items():
        for answer in said["responses"].values():
            for link in answer.get("links", {}).values():
                found[link["operationId"]].add(name.split()[1])
    return found


def path_of(operation: str, described: dict[str, Any]) -> str:
    return next(name.split()[1] for name, said in described.items() if said["operationId"] == operation)
