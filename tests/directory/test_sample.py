"""The sample: invented, complete, loaded once, and standing on nobody real."""

import psycopg
import pytest
from flask.testing import FlaskClient

from backend.app import create_app
from backend.directory import sample
from backend.directory.sample import COUNTRIES, sample_people
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.settings import Settings

FICTION = ("+336399800", "+3363998", "+493023125", "+496990009", "+494066969", "+492214710", "+498999998", "+447700900")


def test_two_thousand_invented_people_are_loaded_once(kernel: Kernel, owner: psycopg.Connection) -> None:
    told: list[str] = []
    assert sample.load(kernel, told.append)
    assert told
    assert not sample.load(kernel)
    count = owner.execute("SELECT count(*), count(DISTINCT country) FROM people").fetchone()
    assert count == (2000, 8)
    everything = [kinds for person in sample_people(kernel, 60) for kinds in person.kinds.values()]
    assert {"available", "none", "consent-needed", "screening-needed", "do-not-call", "no-notice-channel"} == set(everything)
    first = sample_people(kernel, 20)
    assert len({person.profile for person in first}) == 20
    assert set(first[0].kinds.values()) == {"available"}
    assert {person.country for person in first} == set(COUNTRIES)


def test_no_invented_detail_stands_on_a_real_person(clock: MovableClock) -> None:
    from backend.directory.rows import read_row

    seen = set()
    for line in sample._lines(clock.now()):
        row = read_row({**sample._PAPERS, **line.record}, clock.now())  # type: ignore[dict-item]
        for value in row.values:
            if value.field == "phone":
                assert value.text.startswith(FICTION)
            if value.field in ("b2b_email", "direct_email"):
                assert value.text.endswith(".example")
        for key in row.keys:
            assert key.value.endswith("-candor-sample") if key.kind == "vanity" else int(key.value) >= 2 * 10**14
            seen.add(key)
        assert "invented" in row.source.name
    assert len([key for key in seen if key.kind == "vanity"]) == 2000


def test_the_sandbox_lists_twenty_and_nobody_else_does(
    kernel: Kernel, settings: Settings, clock: MovableClock, client: FlaskClient
) -> None:
    sample.load(kernel)
    assert client.get("/v1/sandbox/people").status_code == 404
    sandbox = create_app(settings.model_copy(update={"sandbox": True}), clock)
    try:
        people = sandbox.test_client().get("/v1/sandbox/people", headers={"Host": "127.0.0.1:8000"})
        assert people.status_code == 200
        assert len(people.json) == 20
        assert people.json[0].keys() == {"profile", "name", "country", "kinds"}
        assert sandbox.test_client().get("/v1/sandbox/people", headers={"Host": "evil.example"}).status_code == 404
    finally:
        sandbox.extensions["candor"].database.close()


@pytest.mark.clause("R08")
def test_who_objected_stays_out_of_the_sample_too(kernel: Kernel, owner: psycopg.Connection) -> None:
    from backend.directory import find_person, object_to_use, read_profile_key

    sample.load(kernel)
    key = read_profile_key(sample_people(kernel, 1)[0].profile)
    assert key is not None
    object_to_use(kernel, find_person(kernel, key, [], kernel.clock.now()).persons[0], kernel.clock.now())
    owner.execute("TRUNCATE people, identities, facts")
    assert sample.load(kernel)
    assert find_person(kernel, key, [], kernel.clock.now()).persons == ()
