"""What those who run Candor may do to credits: transfer and correct, with a reason, never changing an entry."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from backend.credits import Holder, TooFew, correct, transfer
from backend.credits.tables import entries
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.ops import make_operator
from backend.ops_cli import ops_command
from tests.api.routes import DOCUMENT
from tests.credits.conftest import ANN, BOB, WORKSPACE, Ledger

EVE = Holder(8, 66)
POOL, MINE = Holder(WORKSPACE, None), Holder(WORKSPACE, ANN.account_id)


def give_eve(ledger: Ledger, out: Holder, amount: int, ref: str = "T-1") -> bool:
    done: bool = ledger.do(transfer, out, EVE, "phone", amount, ledger.now, ref=ref, reason="merger of two accounts")
    return done


@pytest.mark.clause("9.11")
def test_a_transfer_voids_here_and_grants_there_what_it_says_is_exceptional(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(3, days=10)
    ledger.give(4, days=5, source="reward")
    assert give_eve(ledger, MINE, 5)
    told = "exceptional transfer T-1: merger of two accounts"
    assert ledger.lines("void") == [("void", "phone", -4, 0, told), ("void", "phone", -1, 2, told)]
    assert ledger.lines("grant", workspace=8) == [("grant", "phone", 4, 4, told), ("grant", "phone", 1, 1, told)]
    assert ledger.left(8) == [(66, "phone", "reward", 4), (66, "phone", "subscription", 1)]
    assert ledger.findings() == []
    ends = ledger.owner.execute("SELECT expires_at FROM lots WHERE workspace_id = 8 ORDER BY lot_id").fetchall()
    assert [end for (end,) in ends] == [clock.now() + timedelta(days=days) for days in (5, 10)]


def test_a_transfer_is_done_once_and_a_half_never(ledger: Ledger) -> None:
    ledger.give(3, to=None)
    ledger.give(9)
    with pytest.raises(TooFew):
        give_eve(ledger, POOL, 4)
    assert [give_eve(ledger, POOL, 2), give_eve(ledger, POOL, 2), give_eve(ledger, POOL, 1, ref="T-2")] == [True, False, True]
    assert sum(left for *_, left in ledger.left(8)) == 3
    assert ledger.left() == [(11, "phone", "subscription", 9)]


def test_the_unlimited_lot_is_never_transferred(ledger: Ledger) -> None:
    ledger.change(ANN, unlimited_kind="phone")
    ledger.reveal(1)
    with pytest.raises(TooFew):
        give_eve(ledger, MINE, 1)


@pytest.mark.clause("9.8")
def test_a_correction_is_a_grant_or_a_void_with_its_reason_and_no_entry_is_changed(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(5)
    ledger.reveal(1)
    before = ledger.lines()
    ends_at = clock.now() + timedelta(days=30)
    for ref, amount in (("C-1", 2), ("C-1", 2), ("C-2", -3), ("C-2", -3)):
        ledger.do(correct, MINE, "phone", amount, ledger.now, ends_at=ends_at, ref=ref, reason="a number was out of service")
    assert ledger.lines()[: len(before)] == before
    told = "exceptional correction {}: a number was out of service".format
    # What ends first is voided first.
    assert ledger.lines()[len(before) :] == [
        ("grant", "phone", 2, 2, told("C-1")),
        ("void", "phone", -2, 0, told("C-2")),
        ("void", "phone", -1, 3, told("C-2")),
    ]
    assert ledger.findings() == []


@pytest.mark.clause("2.Credit", "9.10")
def test_no_route_transfers_refunds_or_converts_credits_and_no_column_names_a_currency() -> None:
    paths = {path for path in DOCUMENT["paths"] if "credit" in path}
    assert paths == {"/v1/credits", "/v1/credits/entries"}
    assert all(set(DOCUMENT["paths"][path]) == {"get"} for path in paths)
    words = ("refund", "convert", "transfer", "cash", "exchange")
    assert not [path for path in DOCUMENT["paths"] for word in words if word in path]
    assert not [column.name for column in entries.columns for word in ("eur", "currency", "price") if word in column.name]
    assert {column.name: str(column.type) for column in entries.columns if column.name in ("delta", "balance")} == {
        "delta": "INTEGER",
        "balance": "INTEGER",
    }


@pytest.mark.clause("9.10")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/credits", "/v1/credits/entries", "/v1/credits/transfer", "/v1/credits/refunds"])
def test_whoever_tries_to_transfer_finds_no_way(client: Any, method: str, path: str) -> None:
    assert client.open(path, method=method, json={}).status_code in (404, 405)


class Terminal:
    """Somebody who runs Candor, typing `candor ops …`."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        with kernel.database.begin() as connection:
            make_operator(connection, "olga", "admin", kernel.clock.now())

    def type(self, *words: str) -> Result:
        signed = ["--by", "olga", "--reason", "asked in thread 7"]
        return CliRunner().invoke(ops_command, [words[0], *signed, *words[1:]], obj=lambda _: self.kernel)

    def name(self, holder: Holder) -> str:
        workspace = self.kernel.ids.encode("workspace", 0, holder.workspace_id)
        account = f"/{self.kernel.ids.encode('account', 0, holder.account_id)}" if holder.account_id is not None else ""
        return workspace + account


@pytest.fixture
def terminal(kernel: Kernel, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr("backend.kernel.ops.Settings", lambda: kernel.settings)
    ledger.join(BOB)
    return Terminal(kernel)


@pytest.mark.clause("9.11")
def test_the_command_transfers_once_and_is_logged(terminal: Terminal, ledger: Ledger, owner: psycopg.Connection[Any]) -> None:
    ledger.give(5)
    into = Holder(WORKSPACE, BOB.account_id)
    typed = ("transfer", terminal.name(MINE), terminal.name(into), "phone", "2", "--ref", "T-1")
    first, second = terminal.type(*typed), terminal.type(*typed)
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "2 phone" in first.output
    assert "was done before" in second.output
    assert ledger.left() == [(11, "phone", "subscription", 3), (12, "phone", "subscription", 2)]
    logged = owner.execute("SELECT by, action, subject, reason FROM ops_log").fetchall()
    assert logged == [
        ("olga", "credits.transfer", "T-1: 2 phone from workspace 7 account 11 to workspace 7 account 12", "asked in thread 7")
    ]
    assert ledger.findings() == []


def test_the_command_corrects_and_says_until_when(terminal: Terminal, ledger: Ledger, owner: psycopg.Connection[Any]) -> None:
    done = terminal.type("correct", terminal.name(POOL), "export", "10", "--until", "2026-04-01", "--ref", "C-1")
    assert done.exit_code == 0, done.output
    (ends,) = owner.execute("SELECT timezone('Europe/Paris', expires_at)::text FROM lots").fetchone()  # type: ignore[misc]
    assert ends == "2026-04-01 00:00:00"
    less = terminal.type("correct", "--ref", "C-2", "--", terminal.name(POOL), "export", "-4")
    assert less.exit_code == 0, less.output
    assert ledger.left() == [(None, "export", "subscription", 6)]
    assert owner.execute("SELECT action, subject FROM ops_log").fetchall() == [
        ("credits.correct", "C-1: +10 export of workspace 7"),
        ("credits.correct", "C-2: -4 export of workspace 7"),
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("transfer", "nobody", "nobody", "phone", "1", "--ref", "T-1"), "no such workspace"),
        (("transfer", "{mine}", "{pool}", "phone", "99", "--ref", "T-1"), "5 are there"),
        (("transfer", "{mine}", "{pool}", "phone", "0", "--ref", "T-1"), "range"),
        (("correct", "{pool}", "phone", "5", "--ref", "C-1"), "--until"),
        (("correct", "{pool}", "phone", "5", "--until", "2026-01-01", "--ref", "C-1"), "is over"),
    ],
)
def test_what_cannot_be_done_is_said_and_not_logged(
    terminal: Terminal, ledger: Ledger, owner: psycopg.Connection[Any], words: tuple[str, ...], says: str
) -> None:
    ledger.give(5)
    done = terminal.type(*(word.format(mine=terminal.name(MINE), pool=terminal.name(POOL)) for word in words))
    assert done.exit_code != 0
    assert says in done.output
    assert owner.execute("SELECT count(*) FROM ops_log").fetchone() == (0,)
    assert ledger.left() == [(11, "phone", "subscription", 5)]
