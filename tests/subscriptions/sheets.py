"""A plan sheet of a later version, made in a folder of the test's own and in force at once: published documents never change."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from backend.kernel import Kernel
from backend.kernel.database import Database
from backend.kernel.ops import Act, make_operator
from backend.terms import load_documents
from backend.terms import sheet as sheets
from backend.terms.publishing import publish

SHIPPED = "2026-03"
NEXT = "2026-04"
ACT = Act("olga", "dearer from spring on")
SHIPPED_FILE = Path(sheets.__file__).parent / "sheets" / f"{SHIPPED}.yaml"
Change = Callable[[dict[str, Any]], None]


def read_shipped() -> dict[str, Any]:
    """The shipped sheet as its file says it."""
    read: dict[str, Any] = yaml.safe_load(SHIPPED_FILE.read_text(encoding="utf-8"))
    return read


def plan_of(whole: dict[str, Any], code: str) -> dict[str, Any]:
    """One plan of a sheet as its file says it."""
    found: dict[str, Any] = next(plan for plan in whole["plans"] if plan["code"] == code)
    return found


def forget_sheets() -> None:
    """Read every sheet anew."""
    sheets.sheet_versions.cache_clear()
    sheets.read_sheet.cache_clear()


class Sheets:
    """The test's own folder of sheets, the shipped one among them."""

    def __init__(self, kernel: Kernel, owner: psycopg.Connection[Any], folder: Path) -> None:
        self._kernel, self._owner, self._folder = kernel, owner, folder
        (self._folder / "sheets").mkdir()
        (self._folder / "sheets" / SHIPPED_FILE.name).write_bytes(SHIPPED_FILE.read_bytes())
        forget_sheets()

    def write(self, whole: dict[str, Any]) -> None:
        """Put a sheet into the folder."""
        (self._folder / "sheets" / f"{whole['version']}.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
        forget_sheets()

    def take_force(self, change: Change, version: str = NEXT, at: datetime | None = None) -> dict[str, Any]:
        """A version changed so is in force at `at`, or now; users were told of it long ago. Returns what its file says."""
        whole = self._load(change, version)
        at = at or self._kernel.clock.now()
        told = at - timedelta(days=30)
        self._owner.execute(
            "INSERT INTO publications (kind, version, published_at, effective_at, told_at, switched_at)"
            " VALUES ('plan-sheet', %s, %s, %s, %s, %s)",
            (version, told, at, told, at),
        )
        return whole

    def announce(self, change: Change, effective_at: datetime, version: str = NEXT) -> None:
        """Those who run Candor publish a version changed so, now; it takes force later."""
        self._load(change, version)
        with self._kernel.database.begin() as connection:
            make_operator(connection, ACT.by, "admin", self._kernel.clock.now())
        publish(self._kernel, ACT, "plan-sheet", version, effective_at)

    def _load(self, change: Change, version: str) -> dict[str, Any]:
        whole = read_shipped()
        whole["version"] = version
        change(whole)
        self.write(whole)
        database = Database(self._kernel.settings.owner_url, role=None)
        with database.begin() as connection:
            load_documents(connection, self._folder)
        database.close()
        return whole


@pytest.fixture
def sheet_folder(
    kernel: Kernel, owner: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sheets]:
    """Sheets are read from the test's own folder."""
    with monkeypatch.context() as patched:
        patched.setattr(sheets, "SHEETS", tmp_path / "sheets")
        made = Sheets(kernel, owner, tmp_path)
        yield made
    forget_sheets()
