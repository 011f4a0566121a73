"""The links of `/openapi.json` can be walked: what an answer names is taken by the calls it leads to, never with a 5xx."""

from collections.abc import Callable

from flask import Flask

from tests.api.conftest import Member
from tests.api.generated import NEED_SOMETHING, linked_of, never_done, operations, path_of, read_links, run


def test_every_link_can_be_followed(app: Flask, join: Callable[..., Member], profiles: list[str]) -> None:
    described = operations(app)
    links = read_links(described)
    done = run(app, profiles, member=join("ann"), examples=0, chains=40)
    lou = join("lou")
    for target, sources in links.items():
        if target not in done.chained or target in {described[name]["operationId"] for name in never_done(done, described)}:
            done.add(run(app, profiles, member=lou, examples=0, chains=40, only=(*sources, path_of(target, described))))
    assert done.wrong == []
    assert links
    assert set(links) <= done.chained
    assert never_done(done, described) & linked_of(described) <= NEED_SOMETHING
