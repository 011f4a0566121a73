"""Those who run Candor at the desk: named with a link, given a role, ended; nobody themselves, and never the last admin."""

import re
from collections.abc import Callable

import pytest

from tests.ops.conftest import Person

Operators = Callable[..., Person]
WHY = {"reason": "joins the team"}


def test_somebody_is_named_and_their_link_is_shown_once(operator: Operators) -> None:
    olga = operator()
    page = olga.send("/ops/operators", name="otto", role="support", **WHY).text
    found = re.search(r"<code>[^<]*(/ops/enrol/[\w-]+)</code>", page)
    assert found
    assert found[1] not in olga.get("/ops/operators").text
    otto = Person(olga.app, olga.kernel, "otto", "support")
    assert otto.enrol(found[1]).status_code == 303
    assert (otto.get("/ops/helpdesk").status_code, otto.get("/ops/operators").status_code) == (200, 403)
    assert olga.send("/ops/operators", name="otto", role="admin", **WHY).status_code == 422
    assert olga.send("/ops/operators", name="owen", role="king", **WHY).status_code == 422
    assert olga.send("/ops/operators", name="owen", role="viewer").status_code == 422


def test_a_new_link_takes_the_place_of_password_and_codes(operator: Operators) -> None:
    olga, otto = operator(), operator("otto", "support")
    page = olga.send("/ops/operators/link", name="otto", reason="lost the telephone").text
    link = re.findall(r"/ops/enrol/[\w-]+", page)[0]
    assert otto.get("/ops/tasks").status_code == 200
    assert Person(otto.app, otto.kernel, "otto", "support").enrol(link, password="eleven-hats-in-a-row").status_code == 303
    assert otto.get("/ops/tasks").status_code == 303


def test_another_role_holds_from_the_next_page_on(operator: Operators) -> None:
    olga, otto = operator(), operator("otto", "support")
    assert olga.send("/ops/operators/role", name="otto", role="compliance", reason="reads disputes now").status_code == 303
    assert otto.get("/ops/disputes").status_code == 200


def test_who_is_ended_is_out_at_once_and_stays_in_the_log(operator: Operators) -> None:
    olga, otto = operator(), operator("otto", "admin")
    assert otto.send("/ops/operators/link", name="olga", reason="asked for it").status_code == 200
    assert olga.send("/ops/operators/end", name="otto", reason="has left").status_code == 303
    assert otto.get("/ops/tasks").status_code == 303
    assert otto.sign_in().status_code == 403
    log = olga.get("/ops/log").text
    assert all(words in log for words in ("otto", "operator.end"))


@pytest.mark.parametrize(("path", "more"), [("end", {}), ("role", {"role": "viewer"})])
def test_nobody_ends_themselves_or_the_last_admin(operator: Operators, path: str, more: dict[str, str]) -> None:
    olga = operator()
    for _ in range(2):
        answer = olga.send(f"/ops/operators/{path}", name="olga", reason="enough of it", **more)
        assert (answer.status_code, "Nobody changes or ends themselves" in answer.text) == (422, True)
        operator("otto", "admin") if _ == 0 else None
    assert olga.send(f"/ops/operators/{path}", name="nobody", reason="enough of it", **more).status_code == 422
    assert olga.get("/ops/operators").status_code == 200
