"""The plan sheet as anybody reads it."""

import re

import pytest
from flask.testing import FlaskClient

from backend.terms import read_sheet

SHEET = read_sheet("2026-03")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_anybody_reads_the_sheet_in_force_with_its_restrictions(client: FlaskClient, lang: str) -> None:
    shown = client.get("/v1/plans", headers={"Accept-Language": lang}).json
    assert shown is not None
    assert (shown["sheet"], shown["currency"], shown["vat"]) == (SHEET.version, "EUR", "excluded")
    prices = {plan["code"]: (plan["price_month"], plan["price_year"]) for plan in shown["plans"]}
    assert prices == {
        "free": ("0.00", "0.00"),
        "starter": ("49.00", "490.00"),
        "business": ("79.00", "790.00"),
        "organization": ("149.00", "1490.00"),
    }
    for plan in shown["plans"]:
        terms = SHEET.plan(plan["code"])
        said = " ".join(plan["gives"])
        assert all(re.sub(r"\D", "", f"{amount}") in re.sub(r"[\s, ]", "", said) for amount in terms.grants.values())
        assert len(plan["restrictions"]) >= 4
        assert ("API" in said) is terms.api
        assert not re.search(r"[{}]", said + " ".join(plan["restrictions"]))
    restrictions = " ".join(next(plan for plan in shown["plans"] if plan["code"] == "starter")["restrictions"])
    assert "48" in restrictions
    assert [(pack["code"], pack["price"], pack["recurring"]) for pack in shown["packs"]] == [
        ("pack-b2b-email", "20.00", True), ("pack-phone", "30.00", True), ("pack-direct-email", "25.00", True),
        ("pack-export", "20.00", True),
    ]  # fmt: skip


def test_each_language_says_it_in_its_own_words(client: FlaskClient) -> None:
    said = [str(client.get("/v1/plans", headers={"Accept-Language": lang}).json) for lang in ("en", "fr")]
    assert "phone numbers" in said[0]
    assert "numéros de téléphone" in said[1]
    assert "phone numbers" not in said[1]
