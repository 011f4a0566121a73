"""`--fresh`: everything goes but the suppression list and the keys. Who objected stays unknown to a new start, too.

The list is written to a file before anything is dropped, and put back after the migrations; the file outlives a crash.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import psycopg
from psycopg import sql

from backend.up.data_folder import DataFolder
from backend.up.postgres import SUPERUSER, Postgres

KEPT = "suppression"


def drop_all_but_kept(folder: DataFolder, database: Postgres) -> None:
    """Save the list, then drop the database."""
    _save(database.url(SUPERUSER), folder.kept)
    database.drop_database()


def drop_cache(folder: DataFolder) -> None:
    """Forget rate windows and robot state."""
    shutil.rmtree(folder.cache, ignore_errors=True)


def restore_kept(file: Path, owner_url: str) -> None:
    """Put the list back, if one is waiting; running twice changes nothing."""
    if not file.exists():
        return
    with psycopg.connect(owner_url) as connection, file.open("rb") as kept:
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in json.loads(kept.readline()))
        table = sql.Identifier(KEPT)
        connection.execute(
            sql.SQL("CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(columns, table)
        )
        with connection.cursor().copy(sql.SQL("COPY kept ({}) FROM STDIN").format(columns)) as copy:
            while block := kept.read(1 << 16):
                copy.write(block)
        connection.execute(
            sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM kept ON CONFLICT DO NOTHING").format(
                table, columns, columns
            )
        )
    file.unlink()


def _save(url: str, file: Path) -> None:
    if file.exists():  # an earlier --fresh was cut short: its list has not been put back yet, and is the fuller one
        return
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [KEPT],
        ).fetchall()
        if not rows:
            return
        names = [row[0] for row in rows]
        unfinished = file.with_name(f"{file.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
            output.write(json.dumps(names).encode() + b"\n")
            columns = sql.SQL(", ").join(sql.Identifier(name) for name in names)
            with connection.cursor().copy(sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(KEPT), columns)) as copy:
                for block in copy:
                    output.write(block)
            output.flush()
            os.fsync(output.fileno())
        unfinished.rename(file)
