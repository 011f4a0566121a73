"""The three applications that `bench.reveal` compares: Candor's own, the shortest view that does the same, and one statement.

All three stand behind the door of `candor up`, and send their statements to be prepared once and planned once.
"""

import hashlib
import hmac
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import redis
from flask import Flask, Response, request
from flask_jwt_extended import JWTManager, get_jwt, jwt_required

import backend.directory.reading as reading
from backend.kernel.database import GENERIC_PLANS
from backend.kernel.keys import read_key_ring
from backend.kernel.sealing import Sealer
from backend.up.door import Door
from backend.up.rsgi import THREADS, make

_REVEAL = "SELECT kind, outcome, charged, available, reason FROM reveal(%s, %s, %s, %s::bigint[], %s::text[], %s::text[], %s)"
_LUA = Path("backend/kernel/limits.lua").read_text()


def full() -> Door:
    """(a) Candor."""
    return make()


def floor() -> Door:
    """(b) The same token check, limit, read, charge and answer, and not a line more."""
    app, own = _bare_app(), threading.local()
    digest_key = read_key_ring(os.environ["DIGEST_KEYS"]).current[1]
    sealer = Sealer(read_key_ring(os.environ["SEALING_KEYS"]))
    store = redis.Redis.from_url(os.environ["REDIS_URL"])
    script = store.script_load(_LUA)
    find = reading._OF_KEY

    @app.post("/v1/reveals")
    @jwt_required()
    def view() -> Response:
        claims, body, now = get_jwt(), request.get_json(), datetime.now(UTC)
        account, workspace, session, kinds = int(claims["sub"]), claims["w"], claims["s"], body["kinds"]
        passed, _, _ = store.evalsha(script, 1, f"{{account:{account}}}:reveals", 600, 1_000_000, 1)  # type: ignore[misc]
        if not passed:
            return Response(status=429)
        name = body["profile"].rsplit("/", 2)[1]
        digest = hmac.digest(digest_key, f"vanity:{name}".encode(), hashlib.sha256)
        cursor = _cursor(own)
        rows = cursor.execute(find, {"at": now, "digests": [digest]}, prepare=True).fetchall()
        persons = [rows[0][0]] if rows else []
        shown = [row for row in rows if row[4] in kinds]
        asked = (workspace, account, session, persons, kinds, kinds if shown else [], now)
        charges = cursor.execute(_REVEAL, asked, prepare=True).fetchall()
        values = [
            {
                "value": sealer.open(row[5], f"fact:{row[0]}:{row[4]}"),
                "source": row[8],
                "collected_at": row[9].isoformat(),
                "verified_at": row[10].isoformat() if row[10] else None,
                "method": row[11],
                "basis": row[12],
                "confidence": row[14],
            }
            for row in shown
        ]
        results = {c[0]: {"outcome": c[1], "values": values, "charged": c[2], "left": c[3]} for c in charges}
        return Response(json.dumps({"person_id": str(persons), "results": results}), mimetype="application/json")

    return Door(app, THREADS)


def one() -> Door:
    """(c) A token check and one statement."""
    app, own = _bare_app(), threading.local()

    @app.post("/v1/reveals")
    @jwt_required()
    def view() -> Response:
        (row,) = _cursor(own).execute("SELECT count(*) FROM sources", prepare=True).fetchall()
        return Response(json.dumps({"count": row[0]}), mimetype="application/json")

    return Door(app, THREADS)


def _bare_app() -> Flask:
    app = Flask("floor")
    app.config["JWT_SECRET_KEY"] = os.environ["JWT_SECRET"]
    JWTManager(app)
    return app


def _cursor(own: threading.local) -> psycopg.Cursor[Any]:
    cursor: psycopg.Cursor[Any] | None = getattr(own, "cursor", None)
    if cursor is None:
        cursor = own.cursor = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, options=GENERIC_PLANS).cursor()
    return cursor
