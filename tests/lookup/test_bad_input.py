"""What callers get wrong: a clear problem each, never a 500, nothing lost."""

import json
from typing import Any

import pytest

from tests.lookup.conftest import Directory, Seller, profile

GOOD = {"profile": profile("jan"), "kinds": ["phone"]}


def raw(ann: Seller, path: str, body: bytes, content_type: str = "application/json") -> Any:
    headers = {"Authorization": f"Bearer {ann.token}", "Content-Type": content_type}
    return ann.client.post(path, data=body, headers=headers)


@pytest.mark.parametrize("path", ["/v1/lookups", "/v1/reveals"])
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed-json"),
        (b"{", 400, "malformed-json"),
        (b"\xff\xfe", 400, "malformed-json"),
        (b'{"profile": "\\ud800"}', 400, "malformed-json"),
        (b"null", 422, "invalid-body"),
        (b"[]", 422, "invalid-body"),
        (b'"jan"', 422, "invalid-body"),
        (b"{}", 422, "invalid-body"),
        (b'{"profile": 9223372036854775808}', 422, "invalid-body"),
        (b"[" * 50_000, 400, "malformed-json"),
    ],
)
def test_a_body_that_is_no_body(ann: Seller, path: str, body: bytes, status: int, code: str) -> None:
    answer = raw(ann, path, body)
    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize(
    "change",
    [
        {"kinds": []},
        {"kinds": ["export"]},
        {"kinds": ["fax"]},
        {"kinds": "phone"},
        {"kinds": ["phone", "phone"]},
        {"kinds": None},
        {"profile": ""},
        {"profile": None},
        {"profile": "x" * 2001},
        {"profile": 2**63},
        {"profile": True},
        {"person_id": "abc"},
        {"page": "Ada Lovelace"},
        {"page": "<script>"},
        {"client": {"dwell_ms": -1}},
        {"client": {"dwell_ms": 2**63}},
        {"client": {"dwell_ms": 1.5}},
        {"client": {"trusted": "yes"}},
        {"client": {"name": "Ada Lovelace"}},
        {"name": "Ada Lovelace"},
        {"html": "<html>"},
    ],
)
def test_a_field_that_is_not_as_it_should_be(ann: Seller, change: dict[str, Any]) -> None:
    answer = ann.post("/v1/reveals", {**GOOD, **change})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-body")  # type: ignore[index]
    assert answer.json["errors"]  # type: ignore[index]
    assert "Lovelace" not in answer.text


@pytest.mark.parametrize(
    "said",
    [
        "https://www.linkedin.com/feed/",
        "https://www.linkedin.com/in/me/",
        "https://www.linkedin.com/company/acme/",
        "https://evil.example/in/jan/",
        "https://www.linkedin.com.evil.example/in/jan/",
        "javascript:alert(1)",
        "http://[::1",
        "../../etc/passwd",
        "a b",
        "\u202e",
    ],
)
def test_what_is_not_a_profile_is_told_so(ann: Seller, said: str) -> None:
    for path, body in (("/v1/lookups", {"profile": said}), ("/v1/reveals", {"profile": said, "kinds": ["phone"]})):
        answer = ann.post(path, body)
        assert (answer.status_code, answer.json["code"]) == (422, "not-a-profile")  # type: ignore[index]


@pytest.mark.parametrize("vanity", ["jánosné-kovács", "李雷", "محمد-علي", "שרה", "😀-party", "x" * 100])
def test_names_in_any_script_are_looked_up(ann: Seller, directory: Directory, vanity: str) -> None:
    directory.add(vanity.lower(), b2b_email="a@b.example")
    assert ann.look_up(vanity).json["found"] is True  # type: ignore[index]


@pytest.mark.parametrize("person_id", ["9223372036854775808", "a" * 26, "0" * 26, "é" * 26, "a" * 64, "'; --", "../7"])
def test_an_id_that_is_none_of_ours_is_unknown(ann: Seller, person_id: str) -> None:
    answer = ann.post("/v1/reveals", {"person_id": person_id, "kinds": ["phone"]})
    assert (answer.status_code, answer.json["code"]) == (404, "person-unknown")  # type: ignore[index]


@pytest.mark.clause("11.1.10")
def test_a_body_of_ten_megabytes_is_refused(ann: Seller) -> None:
    body = json.dumps({"profile": "x" * 10_000_000}).encode()
    answer = raw(ann, "/v1/lookups", body)
    assert (answer.status_code, answer.json["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_a_body_that_is_not_said_to_be_json_is_refused(ann: Seller, content_type: str) -> None:
    answer = raw(ann, "/v1/lookups", json.dumps({"profile": "jan"}).encode(), content_type)
    assert (answer.status_code, answer.json["code"]) == (415, "json-required")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "Bearer", "é"])
def test_a_token_that_is_none_is_refused(ann: Seller, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    answer = ann.client.post("/v1/lookups", json={"profile": "jan"}, headers=headers)
    assert answer.status_code == 401
    assert answer.json["code"] in ("token-missing", "token-invalid")  # type: ignore[index]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=abc", f"cursor={'a' * 65}", "page=2"])
def test_a_query_that_is_not_as_it_should_be(ann: Seller, query: str) -> None:
    answer = ann.client.get(f"/v1/credits/entries?{query}", headers={"Authorization": f"Bearer {ann.token}"})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-query")  # type: ignore[index]
