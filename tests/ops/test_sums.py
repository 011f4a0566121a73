"""Sums paid at the desk: asked with a reason, for a workspace that may be gone."""

from collections.abc import Callable

from tests.ops.conftest import Person

GIVEN = {"workspace": "7", "day": "2026-06-20", "reason": "a claim of that day"}


def test_sums_are_asked_for_with_a_reason_and_shown(operator: Callable[..., Person]) -> None:
    olga = operator()
    page = olga.send("/ops/sums", **GIVEN)
    assert (page.status_code, page.text.count("€0.00")) == (200, 2)
    assert "sums.read" in olga.get("/ops/log").text
    for name, wrong in (("workspace", "acme"), ("day", "20 June"), ("reason", "")):
        assert olga.send("/ops/sums", **{**GIVEN, name: wrong}).status_code == 422, name
