"""Documents: rows that never change, at addresses that stay, and in force by the clock."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
import yaml
from flask.testing import FlaskClient

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.terms import KINDS, DocumentChanged, current_sheet, find_in_force, read_document
from backend.terms import sheet as sheets
from tests.terms.conftest import NEW, House

FIRST = "2026-03"


def stored(owner: psycopg.Connection[Any], kind: str, version: str, lang: str = "en") -> tuple[str, str]:
    row = owner.execute(
        "SELECT encode(sha256, 'hex'), text FROM documents WHERE kind = %s AND version = %s AND lang = %s", (kind, version, lang)
    ).fetchone()
    assert row
    return row[0], row[1]


@pytest.mark.clause("2.TCUS", "4.1")
@pytest.mark.parametrize("kind", KINDS)
def test_a_document_stands_at_a_stable_address_with_the_sha256_that_is_stored(
    client: FlaskClient, owner: psycopg.Connection[Any], kind: str
) -> None:
    sha256, text = stored(owner, kind, FIRST)
    for path in (f"/{kind}", f"/{kind}/{FIRST}"):
        page = client.get(path)
        assert (page.status_code, page.headers["X-Document-SHA256"]) == (200, sha256)
        assert sha256 in page.text
    exact = client.get(f"/{kind}/{FIRST}/text")
    assert exact.status_code == 200
    assert exact.data == text.encode()
    assert hashlib.sha256(exact.data).hexdigest() == sha256
    assert client.get(f"/{kind}/1999-01").status_code == 404
    count = owner.execute("SELECT count(*) FROM publications WHERE kind = %s AND version = %s", (kind, FIRST)).fetchone()
    assert count == (1,)


def test_a_reader_of_french_gets_the_french_text_and_its_own_sha256(client: FlaskClient, owner: psycopg.Connection[Any]) -> None:
    page = client.get("/terms", headers={"Accept-Language": "fr"})
    assert page.headers["X-Document-SHA256"] == stored(owner, "terms", FIRST, "fr")[0]
    assert "Conditions générales" in page.text


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("kind", ["terms", "privacy", "dpa"])
def test_the_documents_read_alike_in_both_languages(kernel: Kernel, kind: str, lang: str) -> None:
    with kernel.database.begin() as connection:
        document, english = (read_document(connection, kind, FIRST, each) for each in (lang, "en"))
    assert document.title
    assert [len(paragraphs) for _, paragraphs in document.sections] == [len(paragraphs) for _, paragraphs in english.sections]
    assert not any("#" in paragraph for _, paragraphs in document.sections for paragraph in paragraphs)


def test_a_file_that_is_no_longer_what_its_version_was_stops_the_start(house: House) -> None:
    house.draft("terms")
    house.draft("terms")
    with pytest.raises(DocumentChanged, match=rf"terms\.{NEW}\.en\.txt has changed") as stopped:
        house.draft("terms", texts={"en": "# Something else\n", "fr": "# Autre chose\n"})
    assert "new version" in str(stopped.value)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE documents SET text = 'x', sha256 = sha256('x')", "DELETE FROM documents",
     "INSERT INTO documents SELECT * FROM documents", "UPDATE publications SET effective_at = now()", "DELETE FROM publications"],
)  # fmt: skip
def test_the_application_changes_no_document_and_no_date(kernel: Kernel, statement: str) -> None:
    with kernel.database.begin() as connection, pytest.raises(Exception, match="permission denied"):
        connection.exec_driver_sql(statement)


def test_a_row_whose_text_is_not_that_of_its_sha256_is_refused(owner: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute("UPDATE documents SET text = text || ' '")


def test_a_draft_is_nobodys_to_read_and_an_announced_one_is(client: FlaskClient, house: House, clock: MovableClock) -> None:
    house.draft("privacy")
    assert client.get(f"/privacy/{NEW}").status_code == 404
    house.publish(clock.now() + timedelta(days=15), "privacy")
    assert client.get(f"/privacy/{NEW}").status_code == 200
    assert FIRST in client.get("/privacy").text


def test_which_version_is_in_force_is_asked_of_the_clock(
    client: FlaskClient, kernel: Kernel, house: House, clock: MovableClock
) -> None:
    house.draft("terms")
    at = clock.now() + timedelta(days=15)
    house.publish(at)
    clock.set(at - timedelta(microseconds=1))
    assert f"Version {FIRST}" in client.get("/terms").text
    clock.set(at)
    assert f"Version {NEW}" in client.get("/terms").text
    assert f"Version {FIRST}" in client.get(f"/terms/{FIRST}").text
    with kernel.database.begin() as connection:
        assert find_in_force(connection, "terms", at - timedelta(days=9000)).version == FIRST


def _forget_sheets() -> None:
    sheets.sheet_versions.cache_clear()
    sheets.read_sheet.cache_clear()


@pytest.fixture
def sheets_of_the_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The sheets are read from the test's own folder, where the shipped one stands already."""
    (tmp_path / "sheets").mkdir()
    shipped = (sheets.SHEETS / f"{FIRST}.yaml").read_text(encoding="utf-8")
    (tmp_path / "sheets" / f"{FIRST}.yaml").write_text(shipped, encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(sheets, "SHEETS", tmp_path / "sheets")
        _forget_sheets()
        yield
    _forget_sheets()


@pytest.mark.clause("4.4")
@pytest.mark.usefixtures("sheets_of_the_house")
def test_what_the_sheet_says_goes_before_the_terms_own_number(kernel: Kernel, house: House, clock: MovableClock) -> None:
    whole = yaml.safe_load((sheets.SHEETS / f"{FIRST}.yaml").read_text(encoding="utf-8"))
    whole["version"], whole["policy"] = NEW, {"notice_monthly_h": 72}
    house.draft("plan-sheet", texts={"en": yaml.safe_dump(whole)})
    _forget_sheets()
    at = clock.now() + timedelta(days=15)
    house.publish(at, "plan-sheet")
    with kernel.database.begin() as connection:
        before = current_sheet(connection, at - timedelta(seconds=1))
        after = current_sheet(connection, at)
        asked = [sa.select(sheets.number_in_force("notice_monthly_h", moment)) for moment in (at - timedelta(seconds=1), at)]
        assert [connection.execute(question).scalar_one() for question in asked] == [48, 72]
    assert (before.version, before.policy.notice_monthly_h) == (FIRST, 48)
    assert (after.version, after.policy.notice_monthly_h) == (NEW, 72)
    assert (sheets.Policy().notice_monthly_h, after.policy.change_notice_days) == (48, 15)


@pytest.mark.clause("4.2")
def test_a_subscription_keeps_the_version_of_its_plan_sheet(owner: psycopg.Connection[Any], enter: Any) -> None:
    enter("ann")
    assert owner.execute("SELECT sheet FROM subscriptions").fetchall() == [(FIRST,)]
    with pytest.raises(psycopg.errors.NotNullViolation):
        owner.execute("UPDATE subscriptions SET sheet = NULL")
