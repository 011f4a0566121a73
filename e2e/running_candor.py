"""A whole Candor for the end-to-end tests: `candor up` as a newcomer starts it, on a folder and a port of its own."""

import csv
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).parents[1]
_PATIENCE_S = 120.0
_COLUMNS = (
    "full_name", "linkedin_url", "work_email", "mobile_phone", "personal_email", "company", "title", "country",
    "collected_at", "verified_at", "method", "confidence", "consent_evidence",
)  # fmt: skip


@dataclass(frozen=True)
class RunningCandor:
    """Where it runs, and the little an end-to-end test asks of it beside the browser."""

    url: str
    data: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command line on the same data, as `bin/candor` is typed beside a running Candor."""
        command = [sys.executable, "-m", "backend.cli", "--data", str(self.data), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    def import_people(self, *rows: dict[str, str], source: str = "Sample House") -> None:
        """Import people as an operator does with a file of a supplier. Columns that a row does not name stay empty."""
        file = self.data.parent / f"people-{time.monotonic_ns()}.csv"
        with file.open("w", newline="", encoding="utf-8") as opened:
            writer = csv.DictWriter(opened, _COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        papers = ["--source", source, "--licence", "TEST-1", "--kind", "supplier", "--visibility", "everyone"]
        done = self.run("import", str(file), *papers, "--basis", "legitimate_interest", "--country", "NL")
        assert done.returncode == 0, done.stdout + done.stderr

    def letters(self, to: str) -> list[dict[str, Any]]:
        """The letters to an address, newest first."""
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/v1/sandbox/mail").json()
        return [letter for letter in found if letter["to"] == to]

    def wait_for_letter(self, to: str, containing: str = "") -> dict[str, Any]:
        """The newest letter to an address that contains a text, as soon as the worker has sent it."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            for letter in self.letters(to):
                if containing in letter["subject"] + letter["text"]:
                    return letter
            time.sleep(0.2)
        raise AssertionError("the letter did not come")

    def ask_owner(self, statement: str) -> list[tuple[Any, ...]]:
        """What the owner of the database sees, or arranges."""
        with self._connect() as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def _connect(self) -> Any:
        import psycopg

        from backend.up.data_folder import DataFolder
        from backend.up.server_user import ourselves

        running = DataFolder(self.data, ourselves()).running()
        assert running is not None
        return psycopg.connect(running["environment"]["DATABASE_OWNER_URL"])

    def everything_kept(self) -> str:
        """Every row of every table as text, and every log: what a thief of the data folder would read."""
        parts = [log.read_text(errors="replace") for log in (self.data / "logs").glob("*.log")]
        with self._connect() as connection:
            for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
                for (row,) in connection.execute(f'SELECT t::text FROM "{table}" t'):
                    parts.append(row)
        return "\n".join(parts)


@contextmanager
def running_candor(*options: str) -> Iterator[RunningCandor]:
    """Start Candor in the sandbox; stop it and remove its folder at the end."""
    folder = Path(tempfile.mkdtemp(prefix="candor-e2e-"))
    folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    command = [sys.executable, "-m", "backend.cli", "up", "--sandbox", "--data", str(data), "--port", str(port), *options]
    elsewhere = {"DATABASE_URL", "REDIS_URL", "SMTP_URL", "PUBLIC_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    with (folder / "up.log").open("w+") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            running = RunningCandor(f"http://127.0.0.1:{port}", data)
            end = time.monotonic() + _PATIENCE_S
            while "Ctrl-C stops it" not in (folder / "up.log").read_text():
                assert process.poll() is None, (folder / "up.log").read_text()
                assert time.monotonic() < end, "Candor did not start in time"
                time.sleep(0.2)
            yield running
        finally:
            # Its folder goes with it, so it need not end in order (tests/up sees to that). Killed, it takes its children along.
            family = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            process.wait()
            psutil.wait_procs(family, timeout=30)
            shutil.rmtree(folder, ignore_errors=True)
