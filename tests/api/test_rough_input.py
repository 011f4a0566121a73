"""What no client of ours sends: odd methods, headers, addresses, bodies, and the same thing many times at once. Never a 5xx."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.kernel.http import ENDPOINTS, Endpoint
from tests.accounts.conftest import Newcomer, bearer
from tests.api.conftest import Member
from tests.api.routes import BODIES, OPERATIONS, PASSWORD, Operation
from tests.lookup.conftest import Directory, profile

WITH_BODY = [each for each in OPERATIONS if "requestBody" in each.said]
PROBLEM = "application/problem+json"


@pytest.fixture
def ann(join: Callable[..., Member]) -> Member:
    return join("ann")


def filled(endpoint: Endpoint) -> str:
    """The endpoint's address, with something in its places."""
    return endpoint.path.replace("{", "").replace("}", "")


def is_fault(answer: TestResponse) -> bool:
    """Whether this must not be answered: a 5xx, or a refusal that is neither a problem nor a page for people."""
    return answer.status_code >= 500 or (answer.status_code >= 400 and answer.mimetype not in (PROBLEM, "text/html"))


def find_faults(ann: Member, routes: list[Endpoint], changes: list[dict[str, Any]]) -> list[Any]:
    """Calls that fault: each route with each change of its WSGI environment."""
    faults = []
    for changed in changes:
        for each in routes:
            now = {name: text.replace("<here>", each.path.partition("{")[0]) for name, text in changed.items()}
            body = BODIES["POST /v1/lookups"] if each.path == "/v1/lookups" else None
            answer = ann.call(each.method, filled(each), body, environ_overrides=now)
            if is_fault(answer):
                faults.append((each.path, {name: text[:60] for name, text in now.items()}, answer.status_code))
    return faults


def test_head_says_what_get_says_without_a_body(ann: Member) -> None:
    for each in ENDPOINTS.values():
        if each.method == "GET":
            head, get = ann.call("HEAD", filled(each)), ann.call("GET", filled(each))
            assert (head.status_code, head.mimetype) == (get.status_code, get.mimetype), each.path
            assert head.data == b""


def test_options_names_the_methods_of_every_address(app: Flask) -> None:
    for path in {each.path for each in ENDPOINTS.values()}:
        named = path.replace("{", "").replace("}", "")
        methods = {each.method for each in ENDPOINTS.values() if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each.path), named)}
        answer = app.test_client().options(named)
        assert answer.status_code == 200, path
        assert {name.strip() for name in answer.headers["Allow"].split(",")} - {"HEAD", "OPTIONS"} == methods


def test_a_method_nobody_declared_is_refused_everywhere(ann: Member) -> None:
    for method in ("PATCH", "TRACE", "CONNECT", "PROPFIND", "QUERY", "G E T", "\u00e9", "X" * 5000):
        for each in ENDPOINTS.values():
            answer = ann.call("GET", filled(each), environ_overrides={"REQUEST_METHOD": method})
            assert (answer.status_code, answer.mimetype) == (405, PROBLEM), (method, each.path)
            assert each.method in answer.headers["Allow"]


def test_an_address_with_something_more_or_less_is_another_one(ann: Member) -> None:
    for each in ENDPOINTS.values():
        path = filled(each)
        if path != "/":
            assert ann.call(each.method, f"{path}/", BODIES.get(f"{each.method} {each.path}")).status_code == 404, path
            assert ann.call(each.method, f"{path}/..%2f..%2fetc%2fpasswd").status_code == 404, path
            assert ann.call(each.method, path.upper()).status_code == 404, path
        assert not is_fault(ann.call(each.method, f"/{path}"))


# The stand-in for LinkedIn refuses codes in the words of its own standard.
ROUTES = [each for each in ENDPOINTS.values() if each.path != "/local-linkedin/token"]
SOME = [each for each in ROUTES if each.path in ("/", "/v1/me", "/v1/lookups", "/linkedin/callback")]
ODD = [
    "\xff\xfe", "\x00", "%00", "%ff%fe", "\xed\xa0\x80", "%ED%A0%80", "\x7f\r\n", "a" * 20_000, "=&;" * 500, "%", "%zz",
    "\xf0\x9f\x98\x80",
]  # fmt: skip
QUERIED = ("cursor", "limit", "state", "code", "client_id", "redirect_uri", "nonce")
HEADERS = [
    "HTTP_AUTHORIZATION", "HTTP_X_REQUEST_ID", "HTTP_X_CANDOR_CLIENT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT", "HTTP_COOKIE",
    "HTTP_ORIGIN", "HTTP_HOST", "HTTP_USER_AGENT", "CONTENT_TYPE", "HTTP_CONTENT_ENCODING", "CONTENT_LENGTH", "HTTP_RANGE",
    "HTTP_TRANSFER_ENCODING", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_IDEMPOTENCY_KEY", "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST", "HTTP_ACCESS_CONTROL_REQUEST_METHOD", "HTTP_EXPECT",
]  # fmt: skip
ODD_HEADERS = [
    "x" * 100_000, "\xff\xfe", "\x00", "", " ", ",;=\"'<>{}", "-1", "9" * 5000, "Bearer \xff", f"Bearer {'x.' * 9000}",
    "candor_linkedin=\xff",
]  # fmt: skip


def test_odd_bytes_in_a_path_are_no_fault(ann: Member) -> None:
    assert find_faults(ann, ROUTES, [{"PATH_INFO": f"<here>{slash}{odd}"} for odd in ODD for slash in ("", "/")]) == []


def test_odd_bytes_in_a_query_are_no_fault(ann: Member) -> None:
    queries = [text for odd in ODD for text in (f"{odd}={odd}", "&".join(f"{name}={odd}" for name in QUERIED))]
    assert find_faults(ann, ROUTES, [{"QUERY_STRING": query} for query in queries]) == []


def test_odd_headers_are_no_fault(ann: Member) -> None:
    assert find_faults(ann, ROUTES, [dict.fromkeys(HEADERS, odd) for odd in ODD_HEADERS]) == []
    assert find_faults(ann, SOME, [{name: odd} for name in HEADERS for odd in ODD_HEADERS]) == []


def odd_bodies(right: dict[str, Any]) -> Iterator[bytes]:
    """Bodies that are nearly right, and such as are far from it."""
    first = next(iter(right))
    text = json.dumps(right)
    yield from (
        b"",
        b"\x00",
        b"\xff\xfe",
        b"{",
        b"null",
        b"[]",
        b"0",
        b'""',
        b"NaN",
        b"\xef\xbb\xbf" + text.encode(),
        text.encode("utf-16"),
    )
    yield from (
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"[" * 100 + b"]" * 100,
        b"1" * 60_000,
        b"-1e" + b"9" * 1000,
        b'"' + b"\\u0000" * 9_000 + b'"',
    )
    yield f"{text[:-1]}, {text[1:]}".encode()
    yield f'{text[:-1]}, "{first}": null}}'.encode()
    for name in right:
        for value in ODD_VALUES:
            yield json.dumps({**right, name: value}).encode()
        for raw in (b"1" * 5000, b"1e999", b"-0", b"NaN", b"Infinity", b'"\\ud800"', b'"\\u0000"', b"[" * 3000 + b"]" * 3000):
            yield json.dumps({**right, name: "HERE"}).encode().replace(b'"HERE"', raw)


ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, 2**64, 10**300, 0.1, "", " ", "\x00", "a\x00b@c.example", "\u202e", "\ufdfa" * 300,
    "\U0001f600" * 200, "x" * 50_000, "'; DROP TABLE lots; --", "{{7*7}}", "%s%s%n", "../../etc/passwd", [], [[]], [None], {},
    {"": ""}, {"a": {"b": {"c": []}}}, "\u0130@\u0130.example", "a@[::1]", '"a b"@c.example', "a@" + "b." * 150 + "example",
]  # fmt: skip


@pytest.mark.parametrize("route", WITH_BODY, ids=str)
def test_odd_bodies_are_no_fault(ann: Member, route: Operation) -> None:
    told: Counter[int] = Counter()
    for body in odd_bodies(route.body):
        # A session ends with some passwords; the next call needs one that lives.
        answer = ann.call(route.method, route.path, data=body, content_type="application/json")
        if answer.status_code == 401:
            ann.sign_in()
            answer = ann.call(route.method, route.path, data=body, content_type="application/json")
        assert not is_fault(answer), (body[:200], answer.text)
        told[answer.status_code] += 1
    assert told[400] > 5
    assert told[422] > 5


def at_once(times: int, ask: Callable[[], TestResponse]) -> list[TestResponse]:
    """The same request from so many threads in the same instant."""
    barrier = Barrier(times)

    def one(_: int) -> TestResponse:
        barrier.wait()
        return ask()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_the_same_request_many_times_at_once_is_no_fault(ann: Member, directory: Directory) -> None:
    directory.add("jan", b2b_email="jan@acme.example", phone="+31970102001")
    for route in OPERATIONS:
        ann.sign_in()
        token = ann.refresh_token if route.caller == "refresh" else ann.token
        answers = at_once(5, partial(ann.call, route.method, route.path, route.body, token=token))
        assert not any(map(is_fault, answers)), route


def test_of_many_same_reveals_one_is_charged(ann: Member, directory: Directory, owner: psycopg.Connection[Any]) -> None:
    directory.add("jan", b2b_email="jan@acme.example", phone="+31970102001")
    answers = at_once(8, lambda: ann.call("POST", "/v1/reveals", {"profile": profile("jan"), "kinds": ["phone"]}))
    charged = Counter(answer.json["results"]["phone"]["charged"] for answer in answers)  # type: ignore[index]
    assert charged == {1: 1, 0: 7}
    assert owner.execute("SELECT count(*) FROM entries WHERE action = 'reveal'").fetchone() == (1,)


def test_of_many_same_sign_ups_and_codes_one_account_comes(app: Flask, kernel: Any, owner: psycopg.Connection[Any]) -> None:
    jane = Newcomer(app, kernel)
    assert {answer.status_code for answer in at_once(6, jane.sign_up)} == {201}
    code = jane.code()
    assert Counter(answer.status_code for answer in at_once(6, lambda: jane.validate(code))) == {200: 1, 422: 5}
    assert owner.execute("SELECT count(*) FROM accounts").fetchone() == (1,)
    assert owner.execute("SELECT count(*) FROM workspaces").fetchone() == (1,)


def test_a_refresh_token_sent_many_times_at_once_ends_its_session(ann: Member) -> None:
    answers = at_once(6, lambda: ann.call("POST", "/v1/sessions/refresh", token=ann.refresh_token))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 5}
    [won] = [answer.json for answer in answers if answer.status_code == 200]
    assert won is not None
    assert ann.client.get("/v1/me", headers=bearer(won["access_token"])).status_code == 401


def test_of_many_same_changes_of_a_password_one_counts(ann: Member) -> None:
    body = {"current": PASSWORD, "password": "eleven-hats-in-a-row"}
    answers = at_once(4, lambda: ann.call("PUT", "/v1/password", body))
    assert Counter(answer.status_code for answer in answers) == {204: 1, 401: 3}
