"""Who is told, when, in which language and of what; and what happens when letters do not leave."""

from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from backend.directory import ProfileKey, find_person, owe_notice
from backend.directory.letters import LANGUAGES, OFFICIAL, PARTS, Held, NoticeLetter, Texts, choose_language, read_texts
from backend.directory.tables import FIELDS, VISIBILITIES
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.mail import Letter, read_mailbox
from backend.kernel.switches import NOTICES_LATE
from tests.conftest import START, due_pieces
from tests.directory.conftest import KEY, Directory


def letters(kernel: Kernel) -> list[Letter]:
    with kernel.database.begin() as connection:
        return [sent.letter for sent in read_mailbox(connection, kernel.sealer)]


def work(kernel: Kernel) -> None:
    result = tick(kernel.database.engine, due_pieces(kernel), kernel.clock.now())
    assert result.failed == ()


def states(owner: psycopg.Connection) -> list[tuple]:
    return owner.execute("SELECT state, cause, lang, lang_reason FROM notices ORDER BY person_id, through_fact_id").fetchall()


def disclose(directory: Directory) -> None:
    owe_notice(directory.kernel, directory.find().persons[0], directory.kernel.clock.now())


@pytest.mark.clause("R06", "R07", "15.1.5", "15.1.8")
def test_at_the_first_disclosure_the_person_is_told_once(directory: Directory, kernel: Kernel, owner: psycopg.Connection) -> None:
    directory.put({})
    assert directory.find().notice == "owed"
    disclose(directory)
    disclose(directory)
    assert directory.find().notice == "done"
    work(kernel)
    work(kernel)
    [letter] = letters(kernel)
    assert letter.to == "jane.doe@firm.example"
    assert letter.subject == read_texts("fr").subject
    assert "Annuaire Exemple" in letter.text
    assert "https://www.cnil.fr/" in letter.text
    assert states(owner) == [("sent", "disclosure", "fr", "official language of FR")]


def test_what_is_owed_to_a_person_twice_before_a_letter_is_written_is_told_in_one(
    directory: Directory, kernel: Kernel, owner: psycopg.Connection
) -> None:
    directory.put({})
    disclose(directory)
    directory.put({"work_email": "jane@firm.example"}, source="Annuaire Second")
    disclose(directory)
    assert [state for state, *_ in states(owner)] == ["owed", "owed"]
    work(kernel)
    [letter] = letters(kernel)
    assert "Annuaire Exemple" in letter.text
    assert "Annuaire Second" in letter.text
    work(kernel)
    assert [state for state, *_ in states(owner)] == ["sent", "sent"]


@pytest.mark.clause("R06")
def test_without_a_disclosure_the_person_is_told_within_a_month(
    directory: Directory, kernel: Kernel, clock: MovableClock, owner: psycopg.Connection
) -> None:
    directory.put({"collected_at": "2026-03-02"})
    clock.set(datetime.fromisoformat("2026-03-29T23:59:00+00:00"))
    work(kernel)
    assert letters(kernel) == []
    clock.set(datetime.fromisoformat("2026-03-30T00:01:00+00:00"))
    work(kernel)
    assert [letter.to for letter in letters(kernel)] == ["jane.doe@firm.example"]
    work(kernel)
    assert [state[:2] for state in states(owner)] == [("sent", "month")]
    clock.advance(timedelta(days=60))
    work(kernel)
    assert len(letters(kernel)) == 1


def test_who_was_told_at_a_disclosure_is_not_told_again_after_a_month(
    directory: Directory, kernel: Kernel, clock: MovableClock
) -> None:
    directory.put({})
    disclose(directory)
    work(kernel)
    clock.advance(timedelta(days=40))
    work(kernel)
    assert len(letters(kernel)) == 1


@pytest.mark.clause("R04/R05")
def test_a_new_detail_is_a_new_notice_and_a_refresh_is_not(directory: Directory, kernel: Kernel, clock: MovableClock) -> None:
    directory.put({"collected_at": "2026-03-01"})
    disclose(directory)
    work(kernel)
    clock.advance(timedelta(days=2))
    directory.put({"collected_at": "2026-03-01", "verified_at": "2026-03-03"})
    assert directory.find().notice == "done"
    directory.put({"company": "Other SA", "work_email": "jane@other.example", "collected_at": "2026-03-04"})
    assert directory.find().notice == "owed"


def test_a_person_with_a_phone_alone_cannot_be_told(directory: Directory, kernel: Kernel, owner: psycopg.Connection) -> None:
    directory.put({"work_email": ""})
    found = directory.find()
    assert found.notice == "impossible"
    assert "phone" in found.showable
    owe_notice(kernel, found.persons[0], kernel.clock.now())
    work(kernel)
    assert letters(kernel) == []
    assert states(owner)[0][0] == "impossible"
    assert directory.find().notice == "impossible"


def test_the_work_address_is_written_to_before_the_private_one(directory: Directory, kernel: Kernel) -> None:
    directory.put({"personal_email": "jane@private.example"})
    disclose(directory)
    work(kernel)
    assert [letter.to for letter in letters(kernel)] == ["jane.doe@firm.example"]


def test_a_private_address_alone_is_enough_to_be_told(directory: Directory, kernel: Kernel) -> None:
    directory.put({"work_email": "", "personal_email": "jane@private.example"})
    assert directory.find().blocked == {"direct_email": "consent-needed"}
    disclose(directory)
    work(kernel)
    assert [letter.to for letter in letters(kernel)] == ["jane@private.example"]


@pytest.mark.clause("R06")
def test_letters_that_do_not_leave_sound_the_alarm_after_24_hours_and_it_ends_when_they_do(
    directory: Directory, kernel: Kernel, clock: MovableClock, owner: psycopg.Connection
) -> None:
    directory.put({})
    disclose(directory)
    pieces = [piece for piece in due_pieces(kernel) if piece.name != "mail"]
    clock.advance(timedelta(hours=24))
    tick(kernel.database.engine, pieces, clock.now())
    kernel.switches.forget()
    assert not kernel.switches.is_on(NOTICES_LATE)
    assert states(owner)[0][0] == "posted"
    clock.advance(timedelta(seconds=1))
    tick(kernel.database.engine, pieces, clock.now())
    kernel.switches.forget()
    assert kernel.switches.is_on(NOTICES_LATE)
    work(kernel)
    work(kernel)
    kernel.switches.forget()
    assert not kernel.switches.is_on(NOTICES_LATE)
    assert len(letters(kernel)) == 1


def test_an_address_the_mail_server_keeps_refusing_holds_up_nobody_else(
    directory: Directory, kernel: Kernel, clock: MovableClock, owner: psycopg.Connection
) -> None:
    directory.put({})
    disclose(directory)
    pieces = [piece for piece in due_pieces(kernel) if piece.name != "mail"]
    tick(kernel.database.engine, pieces, clock.now())
    owner.execute("UPDATE mails SET attempts = 11, last_error = 'SMTPRecipientsRefused'")
    clock.advance(timedelta(days=2))
    tick(kernel.database.engine, pieces, clock.now())
    kernel.switches.forget()
    assert not kernel.switches.is_on(NOTICES_LATE)
    assert states(owner)[0][0] == "impossible"
    assert directory.find().notice == "impossible"
    assert owner.execute("SELECT count(*) FROM mails").fetchone() == (0,)


@pytest.mark.clause("R48")
def test_a_person_under_inform_only_is_told_and_never_shown(
    directory: Directory, kernel: Kernel, clock: MovableClock, owner: psycopg.Connection
) -> None:
    directory.put({})
    owner.execute("UPDATE facts SET state = 'inform_only'")
    found = directory.find()
    assert (found.showable, found.blocked) == ({}, {})
    clock.advance(timedelta(days=31))
    work(kernel)
    assert [letter.to for letter in letters(kernel)] == ["jane.doe@firm.example"]


@pytest.mark.clause("R07")
@pytest.mark.parametrize(
    ("lang", "country", "expected"),
    [
        ("de", "FR", "de"),
        (None, "FR", "fr"),
        (None, "DE", "de"),
        (None, "AT", "de"),
        (None, "ES", "es"),
        (None, "IT", "it"),
        (None, "NL", "nl"),
        (None, "PT", "pt"),
        (None, "PL", "pl"),
        (None, "GB", "en"),
        (None, "US", "en"),
        (None, "BE", "nl"),
        ("sv", "PL", "pl"),
        ("sv", "SE", "en"),
        (None, None, "en"),
    ],
)
def test_the_letter_is_in_a_language_the_person_reads(lang: str | None, country: str | None, expected: str) -> None:
    chosen, reason = choose_language(lang, country)
    assert chosen == expected
    assert reason


def test_english_is_no_fallback_where_the_official_language_is_written_here() -> None:
    for country, lang in OFFICIAL.items():
        assert choose_language(None, country)[0] == lang
    assert {"FR", "DE", "ES", "IT", "NL", "PT", "PL"} <= OFFICIAL.keys()


@pytest.mark.clause("R07", "15.1.5", "15.1.8")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_says_all_of_article_14_with_the_objection_first(lang: str) -> None:
    texts = read_texts(lang)
    held = [Held(field, f"Source {field}", seen, START) for field in FIELDS for seen in VISIBILITIES]
    held += [Held("phone", "Source twice", "everyone", START), Held("b2b_email", "Source twice", "everyone", START)]
    letter = NoticeLetter(
        to="jane@firm.example",
        lang=lang,
        name="Jané <Doe>",
        held=held,
        objection_url="https://candor.example/objection/abc",
        controller="Firm & Co",
        address="1 Street",
        contact="privacy@firm.example",
    ).write()
    for body in (letter.text, letter.html):
        # the first thing in the letter, before the greeting and all else
        assert body.index("/objection/abc") < body.index("Jané") < body.index("Source phone")
        assert body.count("Source twice") == 1
        for needed in ("1 Street", "privacy@firm.example", "https://www.cnil.fr/", "2026" if lang == "en" else "03"):
            assert needed in body
        assert "{" not in body.replace("style=", "")
    for part in PARTS:
        heading, text = getattr(texts, part)
        assert heading
        assert heading in letter.text
        assert len(text) > 20
    for field in FIELDS:
        for seen in VISIBILITIES:
            assert texts.fields[field] in letter.text
            assert texts.visibilities[seen] in letter.text
    assert "Jané &lt;Doe&gt;" in letter.html
    assert "<Doe>" not in letter.html
    assert f'<html lang="{lang}">' in letter.html


def test_a_text_that_lacks_a_part_cannot_be_loaded(tmp_path: Path) -> None:
    words = {name: "x" for name in Texts.__dataclass_fields__ if name != "complaint"}
    with pytest.raises(TypeError):
        Texts(**words)  # type: ignore[arg-type]


def test_no_letter_repeats_another_languages_sentence() -> None:
    for part in ("subject", "intro", "objection_text"):
        assert len({getattr(read_texts(lang), part) for lang in LANGUAGES}) == len(LANGUAGES)


def test_two_disclosures_at_once_owe_one_notice(directory: Directory, kernel: Kernel, owner: psycopg.Connection) -> None:
    from concurrent.futures import ThreadPoolExecutor

    directory.put({})
    person = find_person(kernel, ProfileKey("vanity", KEY.value), ["phone"], kernel.clock.now()).persons[0]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: owe_notice(kernel, person, kernel.clock.now()), range(8)))
    assert owner.execute("SELECT count(*) FROM notices").fetchone() == (1,)
