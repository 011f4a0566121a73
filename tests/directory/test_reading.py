"""What the hot path's one statement shows, what it holds back and why, and that it is one statement."""

from datetime import timedelta

import psycopg
import pytest

from backend.directory import ProfileKey, find_person
from backend.directory.policy import EEA
from backend.directory.ranking import agree, fade
from backend.directory.reading import NOBODY
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from tests.conftest import START
from tests.directory.conftest import KEY, Directory

GB_PHONE = {"country": "GB", "mobile_phone": "07700 900123"}
CLEAR = {"tps_status": "clear", "ctps_status": "not listed", "screened_at": "2026-03-01"}


@pytest.mark.clause("R14")
@pytest.mark.parametrize("country", [*sorted(EEA), "GB", ""])
def test_a_private_address_needs_consent_where_the_law_asks_for_it(directory: Directory, country: str) -> None:
    row = {"personal_email": "jane@private.example", "mobile_phone": "", "country": country}
    directory.put(row, country="")
    found = directory.find()
    assert found.blocked == {"direct_email": "consent-needed"}
    assert "direct_email" not in found.showable


@pytest.mark.clause("R14")
def test_a_consent_with_its_evidence_shows_the_private_address_and_names_the_evidence(directory: Directory) -> None:
    directory.put({"personal_email": "jane@private.example", "consent_evidence": "EV-7"})
    found = directory.find()
    assert found.showable["direct_email"][0].basis == "consent:EV-7"
    assert found.showable["b2b_email"][0].basis == "legitimate_interest"
    assert found.blocked == {}


def test_a_consent_without_evidence_is_none(directory: Directory) -> None:
    done = directory.put({"personal_email": "jane@private.example"}, basis="consent")
    assert done.unevidenced == 1
    assert directory.find().blocked == {"direct_email": "consent-needed"}


def test_evidence_handed_in_later_opens_the_private_address(directory: Directory) -> None:
    directory.put({"personal_email": "jane@private.example"})
    assert directory.put({"personal_email": "jane@private.example", "consent_evidence": "EV-7"}).changed == 1
    assert directory.values("direct_email") == ["jane@private.example"]


def test_elsewhere_a_private_address_needs_no_consent(directory: Directory) -> None:
    directory.put({"personal_email": "jane@private.example", "country": "US", "mobile_phone": "+1 212 555 0123"})
    assert directory.values("direct_email") == ["jane@private.example"]
    assert directory.values("phone") == ["+12125550123"]


@pytest.mark.clause("R15")
def test_a_british_number_never_looked_up_is_held_back(directory: Directory) -> None:
    directory.put(GB_PHONE)
    assert directory.find().blocked == {"phone": "screening-needed"}


@pytest.mark.clause("R15")
def test_a_clear_british_number_is_shown_for_28_days(directory: Directory, clock: MovableClock) -> None:
    directory.put({**GB_PHONE, **CLEAR})
    assert directory.values("phone") == ["+447700900123"]
    clock.set(START.replace(day=29, hour=0))
    assert directory.values("phone") == ["+447700900123"]
    clock.advance(timedelta(seconds=1))
    assert directory.find().blocked == {"phone": "screening-needed"}
    directory.put({**GB_PHONE, **CLEAR, "screened_at": "2026-03-29"})
    assert directory.values("phone") == ["+447700900123"]


@pytest.mark.clause("R15")
@pytest.mark.parametrize("register", ["tps_status", "ctps_status"])
def test_a_listed_number_is_never_shown(directory: Directory, register: str) -> None:
    directory.put({**GB_PHONE, **CLEAR, register: "listed"})
    assert directory.find().blocked == {"phone": "do-not-call"}


@pytest.mark.clause("R15")
def test_one_register_alone_is_not_enough(directory: Directory) -> None:
    directory.put({**GB_PHONE, "tps_status": "clear", "screened_at": "2026-03-01"})
    assert directory.find().blocked == {"phone": "screening-needed"}


def test_a_british_number_is_british_wherever_its_owner_lives(directory: Directory) -> None:
    directory.put({"country": "FR", "mobile_phone": "+44 7700 900123"})
    assert directory.find().blocked == {"phone": "screening-needed"}


@pytest.mark.clause("R16")
def test_a_french_number_says_for_business_only(directory: Directory) -> None:
    directory.put({})
    assert directory.find().showable["phone"][0].note == "business-purpose-only"


@pytest.mark.clause("R13", "R48")
@pytest.mark.parametrize("state", ["restricted", "inform_only"])
def test_what_is_contested_or_in_quarantine_is_neither_shown_nor_blocked(
    directory: Directory, owner: psycopg.Connection, state: str
) -> None:
    directory.put({})
    owner.execute("UPDATE facts SET state = %s", (state,))
    found = directory.find()
    assert (found.showable, found.blocked, found.notice) == ({}, {}, "done")
    owner.execute("UPDATE facts SET state = 'live'")
    assert set(directory.find().showable) == {"b2b_email", "phone"}


def test_values_stay_sealed_unless_they_are_asked_for(directory: Directory, kernel: Kernel) -> None:
    directory.put({})
    found = find_person(kernel, KEY, ["phone", "b2b_email"], kernel.clock.now())
    assert [detail.value for details in found.showable.values() for detail in details] == [None, None]
    assert set(find_person(kernel, KEY, ["phone"], kernel.clock.now()).showable) == {"phone"}


def test_nobody_is_found_by_a_number_that_was_never_given(directory: Directory) -> None:
    directory.put({})
    assert directory.find(2**62) == NOBODY
    assert directory.find(0) == NOBODY


def test_who_was_merged_is_found_as_the_root_with_all_its_ids(directory: Directory, owner: psycopg.Connection) -> None:
    directory.put({})
    directory.put({"linkedin_url": "jane-again", "work_email": "j@firm.example"})
    owner.execute("UPDATE people SET absorbed = '{2}' WHERE person_id = 1")
    owner.execute("UPDATE people SET merged_into = 1 WHERE person_id = 2")
    owner.execute("UPDATE identities SET person_id = 1")
    for key in (KEY, ProfileKey("vanity", "jane-again"), 1, 2):
        assert directory.find(key).persons == (1, 2)


def test_the_read_is_one_statement(directory: Directory, kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.put({"personal_email": "jane@private.example"})
    sent = []
    call = kernel.database.call
    monkeypatch.setattr(kernel.database, "call", lambda *a: (sent.append(a[0]), call(*a))[1])
    monkeypatch.setattr(kernel.database, "begin", lambda: pytest.fail("no transaction on the hot path"))
    directory.find()
    assert len(sent) == 1


def test_a_value_moved_to_another_person_cannot_be_opened(directory: Directory, owner: psycopg.Connection) -> None:
    from backend.kernel.sealing import SealBroken

    directory.put({}, {"linkedin_url": "other", "work_email": "other@firm.example", "mobile_phone": "06 39 98 00 02"})
    owner.execute(
        "UPDATE facts SET sealed = (SELECT sealed FROM facts WHERE person_id = 2 AND field = 'phone') "
        "WHERE person_id = 1 AND field = 'phone'"
    )
    with pytest.raises(SealBroken):
        directory.find()


@pytest.mark.clause("11.2.4")
def test_the_surest_detail_comes_first(directory: Directory) -> None:
    directory.put({"work_email": "old@firm.example", "confidence": "0.9", "collected_at": "2025-03-10"})
    directory.put({"work_email": "new@firm.example", "confidence": "0.8", "collected_at": "2026-03-01"})
    assert directory.values("b2b_email") == ["new@firm.example", "old@firm.example"]
    directory.put({"work_email": "old@firm.example", "confidence": "0.7"}, source="Autre")
    assert directory.values("b2b_email") == ["old@firm.example", "new@firm.example"]


def test_confidence_halves_in_its_half_life_and_agreement_raises_it() -> None:
    assert fade(0.8, "b2b_email", START - timedelta(days=730), START) == pytest.approx(0.4)
    assert fade(0.8, "b2b_email", START + timedelta(days=1), START) == 0.8
    assert agree([0.5, 0.5]) == 0.75
    assert agree([0.3]) == pytest.approx(0.3)


@pytest.mark.clause("2.Database", "14.4.3", "R02/R03")
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("facts", "source_id = NULL"),
        ("facts", "visibility = NULL"),
        ("facts", "visibility = 'first'"),
        ("facts", "visibility = 'unknown'"),
        ("facts", "basis = NULL"),
        ("facts", "method = ''"),
        ("facts", "confidence = 2"),
        ("facts", "closed_at = now()"),
        ("facts", "basis = 'legitimate_interest', consent_evidence = 'EV-1'"),
        ("sources", "licence = NULL"),
        ("sources", "licence = ' '"),
        ("sources", "name = ''"),
        ("sources", "name = 'Internet'"),
        ("sources", "name = ' public sources '"),
        ("sources", "retention_months = 37"),
        ("people", "merged_into = person_id"),
    ],
)
def test_the_database_refuses_what_must_never_be(directory: Directory, owner: psycopg.Connection, table: str, change: str) -> None:
    directory.put({})
    with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.NotNullViolation)):
        owner.execute(f"UPDATE {table} SET {change}")


@pytest.mark.clause("R16")
def test_there_is_no_bloctel_in_code_or_settings() -> None:
    from pathlib import Path

    backend = Path(__file__).parents[2] / "backend"
    files = [file for pattern in ("*.py", "*.sql", "*.toml") for file in backend.rglob(pattern)]
    assert files
    assert not [file for file in files if "bloctel" in file.read_text(encoding="utf-8").lower()]
