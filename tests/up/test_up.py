"""`candor up` for real: real PostgreSQL, Redis and Granian, on a stand-in application (stand_in.py)."""

import os
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from backend.up.data_folder import REPOSITORY
from backend.up.secrets import read_secrets
from tests.up.copies import PATIENCE, STAND_IN, Copy, alive, until


def command(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *STAND_IN, *arguments], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def start() -> Iterator[Callable[..., Copy]]:
    copies: list[Copy] = []

    def make(*arguments: object, **options: object) -> Copy:
        copies.append(Copy(*arguments, **options))  # type: ignore[arg-type]
        return copies[-1]

    yield make
    for copy in copies:
        if copy.process.poll() is None:
            copy.stop()
        copy.output.close()


def test_it_starts_answers_stops_and_finds_its_data_again(folder: Path, start: Callable[..., Copy]) -> None:
    first = start(folder).up()
    assert urllib.request.urlopen(f"http://127.0.0.1:{first.port}/healthz").status == 200
    first.sql("INSERT INTO remembered VALUES ('here')")
    made = read_secrets(folder / "secrets.env")
    assert stat.S_IMODE((folder / "secrets.env").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "run.json").stat().st_mode) == 0o600
    listening = {port.laddr.port for one in first.family for port in one.net_connections("inet")}
    assert listening <= {first.port}, "PostgreSQL and Redis listen on no network port"

    first.stop(signal.SIGINT)
    assert first.process.returncode == 0, first.said()
    assert alive(first.family) == []
    assert not (folder / "run.json").exists()

    second = start(folder).up()
    assert second.sql("SELECT what FROM remembered") == [("here",)]
    assert read_secrets(folder / "secrets.env") == made


def test_a_kill_leaves_no_process_and_the_next_start_finds_the_data(folder: Path, start: Callable[..., Copy]) -> None:
    first = start(folder).up()
    first.sql("INSERT INTO remembered VALUES ('before the crash')")
    names = {one.name() for one in first.family}
    assert {"postgres", "redis-server"} <= names
    first.stop(signal.SIGKILL)
    second = start(folder, port=first.port)  # at once: it waits for what is still going down
    until(lambda: alive(first.family) == [], lambda: alive(first.family))
    assert second.up().sql("SELECT what FROM remembered") == [("before the crash",)]


def test_everything_killed_at_once_loses_nothing(folder: Path, start: Callable[..., Copy]) -> None:
    first = start(folder).up()
    first.sql("INSERT INTO remembered VALUES ('before the power cut')")
    first.process.send_signal(signal.SIGSTOP)  # it does not see its children die, and they do not see it die
    for one in first.family:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    first.process.kill()
    first.process.wait(PATIENCE)
    assert (folder / "pg" / "postmaster.pid").exists()
    # The id in it now belongs to a living process that is no PostgreSQL, as after a restart of the machine.
    note = folder / "pg" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as stranger:
        note.write_text("\n".join([str(stranger.pid), *note.read_text().split("\n")[1:]]))
        try:
            assert start(folder).up().sql("SELECT what FROM remembered") == [("before the power cut",)]
        finally:
            stranger.kill()


def test_a_second_copy_and_a_taken_port_are_refused_plainly(folder: Path, start: Callable[..., Copy]) -> None:
    first = start(folder).up()
    assert f"Candor already runs on {folder}, at http://127.0.0.1:{first.port}" in start(folder).refused()
    other = start(folder.with_name("other"), port=first.port).refused()
    assert f"Port {first.port} is taken by another program" in other
    assert "--port" in other
    assert first.process.poll() is None
    assert first.sql("SELECT 1") == [(1,)]


def test_a_crashed_child_is_said_and_started_again(folder: Path, start: Callable[..., Copy]) -> None:
    copy = start(folder).up()
    copy.sql("INSERT INTO remembered VALUES ('still here')")
    for word, name in (
        ("stand_in worker", "The worker"),
        ("postgres", "PostgreSQL"),
        ("redis-server", "Redis"),
        ("granian", "The API"),
    ):
        copy.child(word).kill()
        until(lambda name=name: f"{name} runs again" in copy.said(), copy.said)  # type: ignore[misc]
        assert f"{name} was ended by SIGKILL" in copy.said()
    assert copy.sql("SELECT what FROM remembered") == [("still here",)]
    assert urllib.request.urlopen(f"http://127.0.0.1:{copy.port}/").status == 200


def test_a_command_uses_the_running_copy_or_starts_the_servers_itself(folder: Path, start: Callable[..., Copy]) -> None:
    copy = start(folder).up()
    copy.sql("INSERT INTO remembered VALUES ('a word')")
    assert command(f"--data={folder}", "recall") == "a word\n"
    assert "is stopped" in command("stop", f"--data={folder}")
    assert copy.process.wait(PATIENCE) == 0
    assert command(f"--data={folder}", "recall") == "a word\n", "only its own words go to standard output"
    assert not (folder / "pg" / "postmaster.pid").exists()


def test_fresh_keeps_the_suppression_list_and_the_keys(folder: Path, start: Callable[..., Copy]) -> None:
    first = start(folder).up()
    first.sql("INSERT INTO remembered VALUES ('gone soon')")
    first.sql(r"INSERT INTO suppression VALUES ('\xc0ffee', '2026-03-02T09:00Z')")
    made = read_secrets(folder / "secrets.env")
    first.stop()
    second = start(folder, "--fresh").up()
    assert second.sql("SELECT what FROM remembered") == []
    assert second.sql("SELECT digest, at = '2026-03-02T09:00Z' FROM suppression") == [(b"\xc0\xff\xee", True)]
    assert read_secrets(folder / "secrets.env") == made
    assert not (folder / "kept-by-fresh").exists()


def test_a_database_without_its_keys_is_not_given_new_ones(folder: Path, start: Callable[..., Copy]) -> None:
    (folder / "pg").mkdir(parents=True)
    (folder / "lock").touch()
    said = start(folder).refused()
    assert "Put the file back from your backup" in said
    assert not (folder / "secrets.env").exists()


def test_a_folder_with_other_things_is_refused(folder: Path, start: Callable[..., Copy]) -> None:
    folder.mkdir()
    (folder / "thesis.odt").touch()
    before = folder.stat().st_mode
    assert "holds other things" in start(folder).refused()
    assert folder.stat().st_mode == before


def test_a_path_too_long_for_a_socket_works(folder: Path, start: Callable[..., Copy]) -> None:
    deep = folder.with_name("d" * 120) / "data"
    copy = start(deep).up()
    assert copy.sql("SELECT 1") == [(1,)]
    sockets = Path(copy.environment()["REDIS_URL"].removeprefix("unix://")).parent
    assert sockets.is_dir()
    assert not sockets.is_relative_to(deep)
    copy.stop()
    assert alive(copy.family) == []
    assert not sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody to drop to")
def test_root_refuses_a_folder_the_servers_cannot_enter(folder: Path, start: Callable[..., Copy]) -> None:
    folder.parent.chmod(0o700)
    assert f"may not enter {folder.parent}" in start(folder).refused()
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert not folder.exists()
