"""The house holds: what may stand in which file. (Which room may import which is `lint-imports`' matter.)"""

import re
from pathlib import Path

import pytest

import backend.app  # noqa: F401  (every table)
from backend.kernel.database import metadata

BACKEND = Path(__file__).parents[1] / "backend"
ROOMS = sorted(folder for folder in BACKEND.iterdir() if (folder / "__init__.py").exists() and folder.name not in ("up",))
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b")
FLASK = re.compile(r"^(from|import) flask", re.M)
PURE = ("rules.py", "ranking.py", "policy.py", "profile_key.py", "normalising.py")
# These speak HTTP, and nothing else of a room may: its api files, what reads the caller before a view, and the kernel's own.
SPEAKS_HTTP = re.compile(r"(^|_)api\.py$|^callers\.py$|^texts\.py$|^links\.py$|^pages\.py$")


def files(room: Path) -> list[Path]:
    return sorted(room.glob("*.py"))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_an_api_holds_no_sql_and_a_verb_no_flask(room: Path) -> None:
    for file in files(room):
        text = file.read_text()
        if SPEAKS_HTTP.search(file.name):
            assert not SQL.search(re.sub(r'""".*?"""', "", text, flags=re.S)) or room.name == "kernel", file.name
            assert "sqlalchemy" not in text, file.name
        elif room.name != "kernel" and file.name != "local_linkedin.py":
            assert not FLASK.search(text), f"{room.name}/{file.name} imports Flask"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_pure_rules_know_no_clock_no_database_and_no_flask(room: Path) -> None:
    for name in PURE:
        file = room / name
        if file.exists():
            imported = re.findall(r"^(?:from|import) ([\w.]+)", file.read_text(), re.M)
            assert not [name for name in imported if name.split(".")[0] in ("flask", "sqlalchemy", "psycopg", "redis")], file
            assert "datetime.now" not in file.read_text()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_rooms_sql_names_only_its_own_tables(room: Path) -> None:
    tables = _tables_by_room()
    for file in room.glob("*.sql"):
        text = re.sub(r"--.*", "", file.read_text())
        for other, names in tables.items():
            if other != room.name:
                assert not [name for name in names if re.search(rf"\b{name}\b", text)], f"{file.name} names tables of {other}"


def test_only_the_clock_asks_what_time_it_is() -> None:
    allowed = {"clock.py"}
    asking = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(")
    found = [file for room in ROOMS for file in files(room) if file.name not in allowed and asking.search(file.read_text())]
    assert found == []


def test_every_table_has_the_key_of_its_family_first() -> None:
    families = {"workspace_id", "person_id", "account_id"}
    reference = {
        "sources", "suppression", "switches", "mails", "sandbox_clock", "operators", "ops_log", "ops_tasks", "documents",
        "publications", "updates", "expiry_alerts", "legal_rates", "operator_logins", "operator_enrolments", "operator_sessions",
        "due_failures", "daily_figures", "counted", "imports", "incidents", "incident_notices", "disputes", "data_breaches",
        "score_replays",
    }  # fmt: skip
    by_digest = {"identities", "logins", "resets", "linkedin_members", "linkedin_tickets", "retired_emails", "unknown_mails"}
    for table in metadata.sorted_tables:
        first = next(iter(table.primary_key.columns)).name
        assert table.name in reference or first in ({"digest"} if table.name in by_digest else families), table.name
        assert not table.foreign_keys, f"{table.name} has a foreign key"


def test_the_migrations_make_exactly_the_tables_of_the_code(settings, owner) -> None:  # type: ignore[no-untyped-def]
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from backend.kernel.database import Database

    database = Database(settings.owner_url, role=None)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def _tables_by_room() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for room in ROOMS:
        file = room / "tables.py"
        if file.exists():
            found[room.name] = re.findall(r'sa\.Table\(\s*"(\w+)"', file.read_text())
    return found
