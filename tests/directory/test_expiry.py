"""How long a fact lives: from its first collection, whatever happens to it; and what a change of job closes."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.directory.arrivals import Meeting, Person
from backend.directory.rows import read_row
from backend.kernel.clock import MovableClock
from tests.conftest import START
from tests.directory.conftest import JANE, PAPERS, Directory


@pytest.mark.clause("R04/R05", "11.2.4")
@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 200),
            st.integers(0, 400),
            st.one_of(st.none(), st.integers(0, 100)),
            st.sampled_from(["jane.doe@firm.example", "j.doe@firm.example", "jane@other.example"]),
            st.sampled_from(["Firm SAS", "Other SA", ""]),
            st.integers(1, 2),
        ),
        max_size=12,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_sequence_of_rows_moves_an_expiry_or_outlives_the_caps(steps: list[tuple]) -> None:
    now = START
    person = Person(1)
    for passed, collected_ago, verified_ago, email, company, source in steps:
        now += timedelta(days=passed)
        before = {id(fact): fact.expires_at for fact in person.facts}
        record = {**PAPERS, **JANE, "work_email": email, "company": company}
        record["collected_at"] = (now - timedelta(days=collected_ago)).date().isoformat() if collected_ago < 360 else ""
        if verified_ago is not None:
            record["verified_at"] = (now - timedelta(days=verified_ago)).date().isoformat()
        meeting = Meeting(
            person,
            read_row(record, now),
            source,
            now,
            datetime(now.year, now.month, now.day, tzinfo=UTC),
            lambda kind, value: [f"{kind}:{value}".encode()],
            lambda _, fact: fact.text,
        )
        try:
            meeting.take()
        except Exception as refused:  # an earlier employer's row changes nothing
            assert getattr(refused, "code", "") == "earlier-employer"  # noqa: PT017
        for fact in person.facts:
            assert before.get(id(fact), fact.expires_at) == fact.expires_at
            assert fact.expires_at <= fact.collected_at + timedelta(days=366)
            assert fact.expires_at <= fact.first_collected_at + timedelta(days=3 * 366)
    open_now = [(fact.field, fact.digest, fact.source_id) for fact in person.facts if fact.is_open]
    assert len(open_now) == len(set(open_now))


@pytest.mark.clause("R04/R05")
def test_a_fact_is_gone_twelve_months_after_its_collection_however_often_it_was_checked(
    directory: Directory, clock: MovableClock
) -> None:
    directory.put({"collected_at": "2026-03-01"})
    for month in (4, 7, 11):
        clock.set(datetime(2026, month, 20, tzinfo=UTC))
        assert directory.put({"collected_at": "2026-03-01", "verified_at": f"2026-{month:02d}-19"}).changed == 1
    clock.set(datetime(2027, 2, 28, 23, 59, tzinfo=UTC))
    assert directory.values("b2b_email") == ["jane.doe@firm.example"]
    clock.set(datetime(2027, 3, 1, tzinfo=UTC))
    assert directory.values("b2b_email") == []
    assert directory.put({}).unchanged == 1
    assert directory.values("b2b_email") == []


def test_a_new_collection_after_the_end_is_a_new_fact_up_to_the_cap(
    directory: Directory, clock: MovableClock, owner: psycopg.Connection
) -> None:
    directory.put({"collected_at": "2026-03-01"})
    for year in (2027, 2028):
        clock.set(datetime(year, 3, 10, tzinfo=UTC))
        assert directory.put({"collected_at": f"{year}-03-09"}).changed == 1
        assert directory.values("b2b_email") == ["jane.doe@firm.example"]
        assert directory.find().notice == "owed"
    [(latest,)] = owner.execute("SELECT max(expires_at) FROM facts WHERE field = 'b2b_email'").fetchall()
    assert latest == datetime(2029, 3, 1, tzinfo=UTC)
    clock.set(datetime(2029, 3, 10, tzinfo=UTC))
    directory.put({"collected_at": "2029-03-09"})
    assert directory.values("b2b_email") == []


@pytest.mark.clause("R04/R05")
@pytest.mark.parametrize(
    "change",
    [
        "expires_at = expires_at + interval '1 second'",
        "collected_at = collected_at + interval '1 day'",
        "first_collected_at = first_collected_at - interval '1 day'",
    ],
)
def test_not_even_the_owner_of_the_database_prolongs_a_fact(directory: Directory, owner: psycopg.Connection, change: str) -> None:
    directory.put({})
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute(f"UPDATE facts SET {change}")
    owner.execute("UPDATE facts SET expires_at = expires_at - interval '1 day'")


@pytest.mark.clause("R04/R05")
def test_a_change_of_job_closes_the_old_work_details_at_once(directory: Directory, owner: psycopg.Connection) -> None:
    directory.put({"collected_at": "2026-01-10", "personal_email": "jane@private.example"})
    done = directory.put(
        {"company": "Other SA", "work_email": "jane@other.example", "mobile_phone": "", "collected_at": "2026-02-20"}
    )
    assert done.changed == 1
    assert directory.values("b2b_email") == ["jane@other.example"]
    assert directory.values("phone") == []
    closed = owner.execute("SELECT field, closed_reason FROM facts WHERE closed_at IS NOT NULL ORDER BY 1").fetchall()
    assert closed == [("b2b_email", "job_change"), ("company", "job_change"), ("phone", "job_change")]


def test_the_old_file_read_again_does_not_bring_the_old_job_back(directory: Directory, clock: MovableClock) -> None:
    old = {"collected_at": "2026-01-10"}
    new = {"company": "Other SA", "work_email": "jane@other.example", "mobile_phone": "", "collected_at": "2026-02-20"}
    directory.put(old)
    directory.put(new)
    clock.advance(timedelta(days=3))
    assert directory.put(old).unchanged == 1
    assert directory.put({}).unchanged == 1
    assert directory.put(new).unchanged == 1
    assert directory.values("b2b_email") == ["jane@other.example"]


def test_an_older_row_about_another_employer_is_refused(directory: Directory) -> None:
    directory.put({"collected_at": "2026-02-20"})
    done = directory.put({"company": "Earlier SA", "work_email": "jane@earlier.example", "collected_at": "2026-01-10"})
    assert dict(done.reasons) == {"earlier-employer": 1}


@pytest.mark.parametrize("spelling", ["FIRM", "Firm S.A.S.", "firm sarl"])
def test_another_spelling_of_the_employer_is_no_change_of_job(directory: Directory, spelling: str) -> None:
    directory.put({"collected_at": "2026-01-10"})
    directory.put({"company": spelling, "collected_at": "2026-02-20", "work_email": "jane2@other.example"}, source="Autre")
    assert sorted(filter(None, directory.values("b2b_email"))) == ["jane.doe@firm.example", "jane2@other.example"]


def test_the_same_mail_domain_is_no_change_of_job(directory: Directory) -> None:
    directory.put({"collected_at": "2026-01-10"})
    directory.put({"company": "Firm Group Europe", "collected_at": "2026-02-20", "work_email": "jd@firm.example"}, source="Autre")
    assert len(directory.values("b2b_email")) == 2
