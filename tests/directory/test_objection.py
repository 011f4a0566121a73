"""After an objection nothing of the person is shown, and nothing comes back, however it is spelt."""

import psycopg
import pytest

from backend.directory import ProfileKey, object_to_use
from backend.directory.reading import NOBODY
from backend.kernel import Kernel
from tests.directory.conftest import KEY, Directory

SPELLINGS = [
    "jane.doe@firm.example",
    "JANE.DOE@FIRM.EXAMPLE",
    "  Jane.Doe@Firm.Example \u00a0",
    "mailto:jane.doe@firm.example",
    "Jane Doe <Jane.Doe@firm.example>",
    "jane.doe@firm.example.",
]


@pytest.fixture
def objected(directory: Directory, kernel: Kernel) -> Directory:
    directory.put({"member_id": "1001", "personal_email": "jane@private.example"})
    object_to_use(kernel, directory.find().persons[0], kernel.clock.now())
    return directory


@pytest.mark.clause("R08")
def test_nothing_is_found_any_more_and_it_looks_as_if_nobody_had_been_there(objected: Directory) -> None:
    assert objected.find() == NOBODY
    assert objected.find(ProfileKey("member", "1001")) == NOBODY
    assert objected.find(1) == NOBODY
    assert objected.find(ProfileKey("vanity", "never-heard-of")) == NOBODY


def test_objecting_twice_changes_nothing(objected: Directory, kernel: Kernel, owner: psycopg.Connection) -> None:
    rows = "SELECT suppression::text FROM suppression ORDER BY 1"
    before = owner.execute(rows).fetchall()
    object_to_use(kernel, 1, kernel.clock.now())
    assert owner.execute(rows).fetchall() == before


@pytest.mark.clause("R10")
def test_everything_that_recognises_the_person_is_suppressed_with_the_key_it_was_made_with(
    objected: Directory, owner: psycopg.Connection
) -> None:
    kinds = owner.execute("SELECT kind, count(*) FROM suppression GROUP BY 1").fetchall()
    assert dict(kinds) == {"vanity": 1, "member": 1, "email": 2, "phone": 1, "name_company": 1}
    assert owner.execute("SELECT DISTINCT key_id, scheme FROM suppression").fetchall() == [("d1", "hmac-sha256")]


@pytest.mark.clause("R10")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_suppressed_email_is_refused_in_every_spelling(objected: Directory, spelling: str) -> None:
    stranger = {"full_name": "J. D.", "linkedin_url": "somebody-else", "mobile_phone": "", "company": ""}
    done = objected.put({**stranger, "work_email": spelling})
    assert (done.added, done.suppressed) == (0, 1)
    done = objected.put({**stranger, "work_email": "", "personal_email": spelling})
    assert (done.added, done.suppressed) == (0, 1)


@pytest.mark.clause("R08", "R16")
@pytest.mark.parametrize(
    "change",
    [
        {"work_email": "new@firm.example", "mobile_phone": "", "full_name": "J. D.", "company": ""},
        {"linkedin_url": "new-name", "work_email": "new@firm.example", "full_name": "J. D.", "mobile_phone": "+33 6 39 98 00 01"},
        {"linkedin_url": "new-name", "work_email": "new@firm.example", "mobile_phone": "", "company": "FIRM"},
        {"linkedin_url": "1001", "work_email": "new@firm.example", "mobile_phone": "", "full_name": "J. D."},
    ],
    ids=["by the address", "by the phone", "by name and employer", "by the member id"],
)
def test_the_person_does_not_come_back_under_anything_that_was_known(objected: Directory, change: dict[str, str]) -> None:
    done = objected.put(change)
    assert (done.added, done.changed, done.suppressed) == (0, 0, 1)


def test_the_report_does_not_say_which_row_was_suppressed(objected: Directory) -> None:
    done = objected.put({}, {"linkedin_url": "new", "full_name": "A B", "work_email": "a@b.example", "mobile_phone": ""})
    assert (done.added, done.suppressed) == (1, 1)
    assert [(line, refused.code) for line, refused in objected.refusals] == [(None, "suppressed")]


@pytest.mark.clause("R16")
def test_another_persons_record_does_not_show_a_suppressed_number(directory: Directory, kernel: Kernel) -> None:
    directory.put({})
    colleague = {"linkedin_url": "colleague", "full_name": "Paul Moe", "work_email": "paul@firm.example"}
    directory.put(colleague)
    object_to_use(kernel, directory.find(KEY).persons[0], kernel.clock.now())
    found = directory.find(ProfileKey("vanity", "colleague"))
    assert set(found.showable) == {"b2b_email"}


@pytest.mark.clause("R10")
def test_the_application_can_add_to_the_suppression_list_and_take_nothing_away(objected: Directory, kernel: Kernel) -> None:
    for statement in ("DELETE FROM suppression", "UPDATE suppression SET key_id = 'x'", "TRUNCATE suppression"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            kernel.database.call(statement, ())


@pytest.mark.clause("R10")
def test_without_the_key_a_suppressed_address_cannot_be_told(
    objected: Directory, kernel: Kernel, owner: psycopg.Connection
) -> None:
    from backend.kernel.digests import Digester
    from backend.kernel.keys import KeyRing

    stored = {bytes(row[0]) for row in owner.execute("SELECT digest FROM suppression").fetchall()}
    assert kernel.digester.digest("email", SPELLINGS[0]) in stored
    assert Digester(KeyRing((("d2", b"x" * 32),))).digest("email", SPELLINGS[0]) not in stored


def test_a_new_key_still_refuses_what_was_suppressed_under_the_old_one(objected: Directory, kernel: Kernel) -> None:
    from dataclasses import replace

    from backend.kernel.digests import Digester
    from backend.kernel.keys import KeyRing

    old = kernel.settings.digest_keys
    rotated = replace(kernel, digester=Digester(KeyRing((("d2", b"x" * 32), *old.keys))))
    directory = Directory(rotated)
    assert directory.put({}).suppressed == 1
    assert directory.find() == NOBODY
