"""What an import takes, what it refuses and why, and that running it again changes nothing."""

from datetime import timedelta

import psycopg
import pytest

from backend.directory.tables import VISIBILITIES
from backend.kernel.clock import MovableClock
from tests.directory.conftest import JANE, Directory


def dump(owner: psycopg.Connection) -> list[tuple]:
    tables = ("people", "identities", "facts", "sources", "suppression", "notices")
    return [row for table in tables for row in owner.execute(f"SELECT {table}::text FROM {table} ORDER BY 1").fetchall()]


def test_a_row_becomes_a_person_with_sealed_facts_and_their_papers(directory: Directory) -> None:
    done = directory.put({})
    assert (done.added, done.refused) == (1, 0)
    found = directory.find()
    [email] = found.showable["b2b_email"]
    assert (email.value, email.source, email.basis, email.method) == (
        "jane.doe@firm.example", "Annuaire Exemple", "legitimate_interest", "supplied",
    )  # fmt: skip
    [phone] = found.showable["phone"]
    assert (phone.value, phone.note) == ("+33639980001", "business-purpose-only")
    assert found.notice == "owed"


def test_a_second_run_changes_nothing(directory: Directory, owner: psycopg.Connection, clock: MovableClock) -> None:
    rows = [{}, {"linkedin_url": "li-ming", "full_name": "李明", "work_email": "li@firm.example", "member_id": "77"}]
    directory.put(*rows)
    before = dump(owner)
    assert directory.put(*rows).unchanged == 2
    clock.advance(timedelta(days=40))
    assert directory.put(*rows).unchanged == 2
    assert dump(owner) == before


@pytest.mark.clause("R10")
def test_no_plaintext_is_stored(directory: Directory, owner: psycopg.Connection) -> None:
    directory.put({"personal_email": "jane@private.example", "consent_evidence": "EV-1", "member_id": "123456789"})
    stored = "\n".join(row[0] for row in dump(owner)).lower()
    for secret in ("jane", "doe", "firm", "private.example", "639980001", "buyer", "123456789"):
        assert secret not in stored
        assert secret.encode().hex() not in stored


@pytest.mark.clause("R02/R03", "2.Database")
@pytest.mark.parametrize("visibility", [*VISIBILITIES, "first", "first_second", "only_me", "unknown", "other", ""])
def test_only_what_everybody_could_see_is_taken(directory: Directory, visibility: str) -> None:
    done = directory.put({}, visibility=visibility)
    allowed = visibility in VISIBILITIES
    assert (done.added, done.refused) == ((1, 0) if allowed else (0, 1))
    assert bool(directory.find().persons) is allowed


@pytest.mark.clause("R02/R03")
def test_of_a_mixed_file_only_the_allowed_rows_go_in_and_the_rest_is_counted(directory: Directory) -> None:
    mixed = ["everyone", "first", "consent", "only_me", "unknown", "first_second", "company_site"]
    rows = [{"visibility": seen, "linkedin_url": f"person-{n}"} for n, seen in enumerate(mixed)]
    done = directory.put(*rows)
    assert done.added == 3
    assert done.reasons == {"visibility-limited": 4}
    assert [number for number, _ in directory.refusals] == [3, 5, 6, 7]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"linkedin_url": ""}, "missing"),
        ({"linkedin_url": "https://www.linkedin.com/company/firm"}, "not-a-profile"),
        ({"linkedin_url": "me"}, "not-a-profile"),
        ({"member_id": "jane"}, "not-a-profile"),
        ({"full_name": ""}, "missing"),
        ({"work_email": "jane(at)firm.example"}, "not-an-email"),
        ({"work_email": "jane@firm"}, "not-an-email"),
        ({"work_email": "jane@gmail.com"}, "private-address"),
        ({"mobile_phone": "12"}, "not-a-phone"),
        ({"mobile_phone": "06 39 98 00 01", "country": ""}, None),
        ({"work_email": "", "mobile_phone": ""}, "no-detail"),
        ({"country": "France"}, "country-unknown"),
        ({"lang": "french"}, "lang-unknown"),
        ({"collected_at": "2026-02-30"}, "not-a-date"),
        ({"collected_at": "31/12/2025"}, "not-a-date"),
        ({"collected_at": "2026-03-03"}, "in-the-future"),
        ({"collected_at": "2025-03-02"}, "too-old"),
        ({"confidence": "high"}, "confidence-unknown"),
        ({"confidence": "nan"}, "confidence-unknown"),
        ({"tps_status": "perhaps"}, "screening-unknown"),
        ({"tps_status": "clear", "ctps_status": "clear"}, "missing"),
        ({"source": "Internet"}, "source-unnamed"),
        ({"source": " public  sources "}, "source-unnamed"),
        ({"kind": "friend"}, "kind-unknown"),
        ({"basis": "contract"}, "basis-unknown"),
        ({"title": "x" * 2001}, "too-long"),
        ({"title": "Buyer\x00"}, "unreadable-text"),
        ({"title": "Buyer\udce9"}, "unreadable-text"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_with_its_line_and_reason(
    directory: Directory, change: dict[str, str], code: str | None
) -> None:
    other = {"linkedin_url": "another", "work_email": "other@firm.example"}
    done = directory.put(change, other)
    assert dict(done.reasons) == ({code: 1} if code else {})
    assert done.added == (1 if code else 2)
    if code:
        [(line, refused)] = directory.refusals
        assert line == 2
        assert not any(text and text in refused.reason for text in (JANE["full_name"], JANE["work_email"]))


def test_a_phone_without_country_needs_its_plus(directory: Directory) -> None:
    done = directory.put({}, {"mobile_phone": "+33 6 39 98 00 02"}, country="")
    assert dict(done.reasons) == {"not-a-phone": 1}
    assert done.added == 1


def test_a_source_keeps_the_licence_it_was_registered_with(directory: Directory) -> None:
    directory.put({})
    done = directory.put({"linkedin_url": "another"}, licence="LIC-2")
    assert dict(done.reasons) == {"source-differs": 1}


def test_a_vanity_name_that_passed_to_another_member_is_refused(directory: Directory) -> None:
    directory.put({"member_id": "1001"})
    assert dict(directory.put({"member_id": "1002"}).reasons) == {"address-passed-on": 1}


def test_two_known_persons_are_never_made_one_by_a_row(directory: Directory) -> None:
    directory.put({}, {"linkedin_url": "1001", "work_email": "other@firm.example"})
    assert dict(directory.put({"member_id": "1001"}).reasons) == {"two-persons": 1}


def test_a_member_number_learnt_later_finds_the_same_person(directory: Directory) -> None:
    from backend.directory import ProfileKey

    directory.put({})
    assert directory.put({"member_id": "1001"}).changed == 1
    assert directory.find(ProfileKey("member", "1001")).persons == directory.find().persons


@pytest.mark.clause("11.2.4")
def test_a_refresh_tells_a_newer_check_and_two_sources_that_agree_are_surer(directory: Directory) -> None:
    directory.put({"confidence": "0.6", "collected_at": "2026-02-01"})
    [email] = directory.find().showable["b2b_email"]
    assert directory.put({"verified_at": "2026-03-01", "confidence": "0.8", "collected_at": "2026-02-01"}).changed == 1
    [checked] = directory.find().showable["b2b_email"]
    assert checked.verified_at is not None
    assert checked.confidence > email.confidence
    directory.put({"confidence": "0.5"}, source="Registre Exemple", kind="registry")
    [agreed] = directory.find().showable["b2b_email"]
    assert agreed.confidence > checked.confidence
    assert agreed.source == "Annuaire Exemple"


def test_one_batch_tells_a_change_apart_from_a_repetition(directory: Directory) -> None:
    done = directory.put({}, {"title": "Head buyer"}, {"title": "Head buyer"}, {})
    assert (done.added, done.changed, done.unchanged) == (1, 1, 2)
