"""Those who run Candor sign in with password and code, and nobody else comes in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.kernel.http import ENDPOINTS
from backend.kernel.ops import open_task
from backend.kernel.tables import OPERATOR_ROLES
from backend.ops import sessions
from backend.ops.pages import COOKIE
from tests.ops.conftest import PASSWORD, Person

OPS = [each for each in ENDPOINTS.values() if each.who == "operator"]
AtTime = Callable[[timedelta], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> AtTime:
    """Lets time pass for sessions and codes."""

    class Late:
        def __init__(self, by: timedelta) -> None:
            self._by = by

        def now(self) -> Any:
            return sessions.SystemClock().now() + self._by

    return lambda by: monkeypatch.setattr(sessions, "_MACHINE", Late(by))


def test_a_link_sets_password_and_codes_once_and_signs_in(operator: Callable[..., Person]) -> None:
    olga = operator(signed_in=False)
    link = olga.link()
    assert "data:image/svg+xml" in olga.get(link).text
    assert olga.enrol(link).headers["Location"] == "/ops"
    assert olga.get("/ops/tasks").status_code == 200
    assert olga.get(link).status_code == 404
    assert olga.enrol(link).status_code == 404


def test_a_weak_password_or_a_wrong_code_leaves_the_link_as_it_was(operator: Callable[..., Person]) -> None:
    olga = operator(signed_in=False)
    link = olga.link()
    assert olga.enrol(link, password="password-1234").status_code == 422
    assert olga.browser.post(link, data={"password": PASSWORD, "code": "000000"}).status_code == 422
    assert olga.enrol(link).status_code == 303


def test_a_new_link_takes_the_place_of_the_old_one_and_ends_open_sessions(operator: Callable[..., Person]) -> None:
    olga = operator()
    old, new = olga.link(), olga.link()
    assert olga.get(old).status_code == 404
    elsewhere = Person(olga.app, olga.kernel, "olga", "admin")
    assert elsewhere.enrol(new).status_code == 303
    assert olga.get("/ops/tasks").status_code == 303


@pytest.mark.parametrize("wrong", [{"name": "nobody"}, {"password": "eleven-hats-in-a-row"}, {"code": "000000"}])
def test_whichever_of_the_three_is_wrong_the_answer_is_the_same(operator: Callable[..., Person], wrong: dict[str, str]) -> None:
    olga = operator()
    olga.browser.delete_cookie(COOKIE, path="/ops")
    right = olga.sign_in(**wrong)
    assert right.status_code == 403
    assert "Name, password or code is wrong" in right.text
    assert olga.get("/ops/tasks").status_code == 303


def test_a_code_works_once(operator: Callable[..., Person]) -> None:
    olga = operator()
    assert olga.sign_in(later=0).status_code == 403  # the one that enrolled
    assert olga.sign_in(later=1).status_code == 303
    assert olga.sign_in(later=1).status_code == 403


def test_every_sign_in_has_a_session_of_its_own_whatever_cookie_was_there(operator: Callable[..., Person]) -> None:
    olga = operator()
    olga.browser.delete_cookie(COOKIE, path="/ops")
    olga.browser.set_cookie(COOKIE, "chosen-by-somebody-else", path="/ops")
    answer = olga.sign_in()
    cookie = answer.headers["Set-Cookie"]
    assert "chosen-by-somebody-else" not in cookie
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/ops"))


def test_signing_out_ends_the_session_itself(operator: Callable[..., Person]) -> None:
    olga = operator()
    kept = olga.browser.get_cookie(COOKIE, path="/ops")
    assert kept is not None
    assert olga.send("/ops/sign-out").status_code == 303
    olga.browser.set_cookie(COOKIE, kept.value, path="/ops")
    assert olga.get("/ops/tasks").status_code == 303


@pytest.mark.parametrize(("pause", "status"), [(timedelta(minutes=29), 200), (timedelta(minutes=31), 303)])
def test_a_session_that_is_not_used_ends(operator: Callable[..., Person], later: AtTime, pause: timedelta, status: int) -> None:
    olga = operator()
    later(pause)
    assert olga.get("/ops/tasks").status_code == status


def test_half_a_day_ends_a_session_in_use(operator: Callable[..., Person], later: AtTime) -> None:
    olga = operator()
    for minutes in range(20, 12 * 60, 20):
        later(timedelta(minutes=minutes))
        assert olga.get("/ops/tasks").status_code == 200
    later(timedelta(hours=12))
    assert olga.get("/ops/tasks").status_code == 303


def test_the_database_holds_neither_password_nor_secret_nor_cookie(
    operator: Callable[..., Person], owner: psycopg.Connection[Any]
) -> None:
    olga = operator()
    cookie = olga.browser.get_cookie(COOKIE, path="/ops")
    assert cookie is not None
    rows = str(owner.execute("SELECT l, s FROM operator_logins l, operator_sessions s").fetchall())
    assert not any(secret in rows for secret in (PASSWORD, olga.secret, cookie.value))


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/opsy", "javascript:1"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(operator: Callable[..., Person], wanted: str) -> None:
    olga = operator()
    assert olga.sign_in(next=wanted).headers["Location"] == "/ops"


def test_a_form_from_elsewhere_signs_nobody_in(operator: Callable[..., Person]) -> None:
    olga = operator()
    olga.browser.delete_cookie(COOKIE, path="/ops")
    given = {"name": "olga", "password": PASSWORD, "code": olga.code(1)}
    answer = olga.browser.post("/ops/sign-in", data=given, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_every_route_of_operations_asks_who_is_there(app: Flask) -> None:
    open_to_all = {each.path for each in ENDPOINTS.values() if each.path.startswith("/ops") and each.who != "operator"}
    assert open_to_all == {"/ops/sign-in", "/ops/enrol/{link}"}
    for each in OPS:
        answer = app.test_client().open(each.path.replace("{", "").replace("}", ""), method=each.method)
        if answer.status_code != 404:  # a number was asked for
            assert (answer.status_code, answer.headers["Location"][:12]) == (303, "/ops/sign-in"), each.path


@pytest.mark.parametrize("role", OPERATOR_ROLES)
def test_every_route_is_for_the_roles_it_names(operator: Callable[..., Person], role: str) -> None:
    who = operator(role, role)
    for each in OPS:
        assert each.roles, each.path
        assert set(each.roles) <= set(OPERATOR_ROLES)
        if each.path == "/ops/sign-out":
            continue
        path = each.path.replace("_id}", "}").replace("{task}", "1")
        path = path.replace("{", "").replace("}", "")
        answer = who.send(path) if each.method == "POST" else who.get(path)
        assert (answer.status_code == 403) == (role not in each.roles), (each.path, answer.status_code)


def test_a_form_without_the_key_of_its_session_does_nothing(
    operator: Callable[..., Person], owner: psycopg.Connection[Any]
) -> None:
    olga, otto = operator(), operator("otto")
    with olga.kernel.database.begin() as connection:
        open_task(connection, "mail-bounced", "account 7", olga.kernel.clock.now())
    for key in ({}, {"form_key": ""}, {"form_key": "0" * 64}):
        assert olga.browser.post("/ops/tasks/1/done", data={"reason": "looked at it", **key}).status_code == 403
    assert otto.send("/ops/tasks/1/done", reason="ok").status_code == 422
    assert owner.execute("SELECT count(*) FROM ops_tasks WHERE closed_at IS NULL").fetchone() == (1,)
    assert olga.send("/ops/tasks/1/done", reason="looked at it").status_code == 303
    assert owner.execute("SELECT by, reason FROM ops_log WHERE action = 'task.close'").fetchall() == [("olga", "looked at it")]


def test_no_page_of_operations_may_be_framed_or_kept(operator: Callable[..., Person]) -> None:
    olga = operator()
    for path in ("/ops/sign-in", "/ops/tasks", "/ops/log"):
        headers = olga.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
