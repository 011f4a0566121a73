"""POST /v1/lookups: what is available, free of charge and without a value."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.lookup.conftest import Directory, Seller


def states(answer: Any) -> dict[str, str]:
    return {kind: said["state"] for kind, said in answer.json["kinds"].items()}


def test_a_lookup_says_what_is_available_and_costs_nothing(ann: Seller, directory: Directory) -> None:
    directory.add("jan", b2b_email="jan@molen.example", phone="+31 6 1234 5678")
    ann.hold(5)
    answer = ann.look_up("jan")
    assert answer.status_code == 200
    assert states(answer) == {"b2b_email": "available", "phone": "available", "direct_email": "none"}
    assert answer.json["found"] is True  # type: ignore[index]
    assert "molen" not in answer.text
    assert ann.left() == 5


def test_what_is_paid_is_owned(ann: Seller, directory: Directory) -> None:
    directory.add("jan", b2b_email="jan@molen.example", phone="+31 6 1234 5678")
    ann.hold(5)
    ann.reveal("jan", "phone")
    assert states(ann.look_up("jan")) == {"b2b_email": "available", "phone": "owned", "direct_email": "none"}


def test_an_unknown_person_is_not_found(ann: Seller) -> None:
    answer = ann.look_up("nobody-at-all")
    assert answer.json == {
        "view": answer.json["view"],  # type: ignore[index]
        "person_id": None,
        "found": False,
        "kinds": {kind: {"state": "none"} for kind in ("b2b_email", "phone", "direct_email")},
    }


def test_who_objected_looks_like_one_nobody_knows(ann: Seller, directory: Directory, owner: psycopg.Connection[Any]) -> None:
    person = directory.add("jan", b2b_email="jan@molen.example")
    owner.execute("UPDATE people SET hidden_at = now() WHERE person_id = %s", (person,))
    hidden, nobody = ann.look_up("jan").json, ann.look_up("nobody-at-all").json
    assert hidden is not None
    assert nobody is not None
    assert len(hidden.pop("view")) == len(nobody.pop("view"))
    assert hidden == nobody


def test_a_lookup_owes_nobody_a_notice(ann: Seller, directory: Directory, owner: psycopg.Connection[Any]) -> None:
    directory.add("jan", b2b_email="jan@molen.example")
    ann.look_up("jan")
    assert owner.execute("SELECT count(*) FROM notices").fetchone() == (0,)


@pytest.mark.clause("R14")
def test_a_personal_email_is_blocked_where_consent_is_needed(ann: Seller, directory: Directory) -> None:
    for country in ("FR", "NL", "GB", None):
        directory.add(f"x-{country}".lower(), country=country, b2b_email="a@b.example", direct_email="me@home.example")
        said = ann.look_up(f"x-{country}".lower()).json["kinds"]["direct_email"]  # type: ignore[index]
        assert said == {"state": "blocked", "reason": "consent-needed"}
    ann.hold(1, "direct_email")
    result = ann.reveal("x-fr", "direct_email").json["results"]["direct_email"]  # type: ignore[index]
    assert (result["outcome"], result["charged"], result["values"]) == ("blocked", 0, [])
    person = directory.add("x-consent", country="FR", b2b_email="a@b.example")
    now = directory.kernel.clock.now()
    directory.fact(person, "direct_email", "me@home.example", now, basis="consent", consent_evidence="form-7", visibility="consent")
    result = ann.reveal("x-consent", "direct_email").json["results"]["direct_email"]  # type: ignore[index]
    assert result["outcome"] == "revealed"
    assert "form-7" in result["values"][0]["basis"]


def test_a_person_without_any_address_is_blocked_because_they_cannot_be_told(ann: Seller, directory: Directory) -> None:
    directory.add("jan", phone="+31 6 1234 5678")
    ann.hold(1)
    assert ann.look_up("jan").json["kinds"]["phone"] == {"state": "blocked", "reason": "no-notice-channel"}  # type: ignore[index]
    answer = ann.reveal("jan")
    assert answer.json["results"]["phone"]["outcome"] == "blocked"  # type: ignore[index]
    assert ann.left() == 1


@pytest.mark.clause("8.1.1", "8.1.2")
def test_a_lookup_tells_what_is_in_the_way(ann: Seller) -> None:
    ann.change(synced_until=None, extension_seen=False)
    assert ann.look_up("jan").json["code"] == "linkedin-sync-required"  # type: ignore[index]
    assert ann.reveal("jan").json["code"] == "linkedin-sync-required"  # type: ignore[index]
    ann.change(synced_until=ann.kernel.clock.now() + timedelta(days=1))
    answer = ann.look_up("jan")
    assert (answer.status_code, answer.json["code"]) == (403, "extension-required")  # type: ignore[index]
    ann.change(extension_seen=True)
    assert ann.look_up("jan").status_code == 200


def test_a_lookup_without_a_token_is_refused(ann: Seller) -> None:
    answer = ann.client.post("/v1/lookups", json={"profile": "jan"})
    assert (answer.status_code, answer.json["code"]) == (401, "token-missing")  # type: ignore[index]
