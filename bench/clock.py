"""`python -m bench.clock`: workspaces through one simulated year, by the sandbox's clock: how long it takes, and how it grows.

Half of the workspaces are on a premium plan, paid by the month or by the year; the others are on the freemium. Renewals, grants,
expiries, alerts and mail are done as the worker does them. The time a workspace takes should not depend on how many there are.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from flask import Flask

from backend.accounts import sample
from backend.accounts.sessions import open_session
from backend.app import create_app, due_pieces
from backend.credits.audit import audit
from backend.kernel import Kernel
from backend.kernel.database import Database
from backend.kernel.migrate import upgrade
from backend.kernel.tokens import make_access_token
from backend.kernel.travel import travel
from backend.settings import Settings
from backend.up.embedded import servers
from bench.reveal import environment

BEGIN = datetime(2031, 1, 15, 9, tzinfo=UTC)
YEAR = timedelta(days=365)
SUBSCRIBER = {"legal_name": "Acme Sales SAS", "country": "FR", "siren": "123456789"}
AGREED = {"professional": True, "authorised_to_bind": True, "accept_terms": True, "accept_dpa": True}


@dataclass(frozen=True)
class Year:
    """What a year of so many workspaces took."""

    workspaces: int
    seconds: float
    rows: int


def main() -> None:
    """Print the table; exit 1 where the ledger does not add up."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workspaces", type=int, nargs="+", default=[100, 1000])
    given = options.parse_args()
    years = [live_a_year(workspaces) for workspaces in given.workspaces]
    print(f"{'workspaces':>10}{'seconds':>10}{'rows':>10}{'rows a second':>15}{'ms a workspace':>16}{'of the first':>14}")
    first = years[0].seconds / years[0].workspaces
    for year in years:
        each = year.seconds / year.workspaces
        print(
            f"{year.workspaces:>10,}{year.seconds:>10.1f}{year.rows:>10,}{year.rows / year.seconds:>15,.0f}"
            f"{each * 1000:>16.1f}{each / first:>14.2f}"
        )
    print(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def live_a_year(workspaces: int) -> Year:
    """A new database, so many workspaces, and the clock moved on by a year."""
    folder = Path(tempfile.mkdtemp(prefix="candor-bench-"))
    folder.chmod(0o755)
    with servers(folder, durable=True) as stand, patch.dict("os.environ", environment(stand), clear=False):
        upgrade(stand.owner_url)
        app = create_app(Settings(sandbox=True, rate_limits=False, candor_data=folder))
        kernel: Kernel = app.extensions["candor"]
        pieces = due_pieces(kernel)
        _put(stand.owner_url)
        _found(app, kernel, range(workspaces))
        began = time.perf_counter()
        rows = travel(kernel, pieces, BEGIN + YEAR)
        seconds = time.perf_counter() - began
        with kernel.database.begin() as connection:
            if found := audit(connection):
                raise SystemExit(f"The ledger does not add up: {', '.join(finding.rule for finding in found)}")
        kernel.database.close()
    return Year(workspaces, seconds, rows)


def _put(owner_url: str) -> None:
    owner = Database(owner_url, role=None)
    with owner.begin() as connection:
        connection.exec_driver_sql("INSERT INTO sandbox_clock (stands_at) VALUES (%s)", (BEGIN,))
    owner.close()


def _found(app: Flask, kernel: Kernel, numbers: Sequence[int]) -> None:
    hashed = sample.hash_password(sample.PASSWORD)
    with patch.object(sample, "hash_password", lambda _password: hashed):
        for number in numbers:
            account = sample.arrange(
                kernel, f"seller{number}@vendor{number}.example", sample.PASSWORD, "ready", "en", f"sub-{number}"
            )
            if number % 2:
                _subscribe(app, kernel, account, "month" if number % 4 == 1 else "year")


def _subscribe(app: Flask, kernel: Kernel, account: int, interval: str) -> None:
    with app.app_context():
        token = make_access_token(open_session(kernel, account).caller)
    client, signed = app.test_client(), {"Authorization": f"Bearer {token}"}
    client.post("/v1/workspaces", json={"name": "Acme"}, headers=signed)
    order = {"plan": "business", "seats": 3, "interval": interval, "packs": {}}
    quote = client.post("/v1/subscription/quotes", json=order, headers=signed).json
    body = {"quote_id": quote["quote_id"], "means": "sepa_debit", "subscriber": SUBSCRIBER, **AGREED}  # type: ignore[index]
    done = client.post("/v1/subscription", json=body, headers=signed)
    if done.status_code != 201:
        raise SystemExit(f"A subscription was refused: {done.text}")


if __name__ == "__main__":
    main()
