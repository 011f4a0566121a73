"""Accounts made without the walk through sign-up: the sample account of the embedded default, and those the sandbox asks for."""

from typing import Literal

from backend.accounts.consent import CONSENT_VERSION
from backend.accounts.passwords import hash_password, password_matches
from backend.accounts.provider import Member
from backend.accounts.records import find_row, login_digests
from backend.accounts.signup import activate, mail_code, open_account
from backend.accounts.steps import mark_extension_seen
from backend.accounts.suspensions import suspend
from backend.accounts.synchronising import SyncRefused, synchronise
from backend.accounts.tables import accounts
from backend.kernel import Kernel
from backend.terms import record_acceptances

EMAIL = "sam@sample-company.example"
PASSWORD = "seven-lamps-by-the-river"  # noqa: S105
_SUB = "candor-sample-member"

State = Literal["pending", "validated", "synchronised", "seen", "ready", "suspended"]
"""Where on the way an account stands; `ready` may reveal, `suspended` was ready before."""


def create(kernel: Kernel) -> tuple[str, str]:
    """The sample account's email and password, made or mended: it only needs to sign in from the extension."""
    _refuse_elsewhere(kernel)
    with kernel.database.begin() as connection:
        row = find_row(connection, login_digests(kernel, EMAIL), lock=True)
        if row is not None and not password_matches(row.password_hash, PASSWORD):
            this = accounts.c.account_id == row.account_id
            connection.execute(accounts.update().where(this).values(password_hash=hash_password(PASSWORD)))
    if row is None:
        arrange(kernel, EMAIL, PASSWORD, "synchronised", "en", sub=_SUB)
    elif row.state == "active":
        _synchronise_if_free(kernel, row.account_id, _SUB)
    return EMAIL, PASSWORD


def arrange(kernel: Kernel, email: str, password: str, state: State, lang: str, sub: str) -> int:
    """A new account in any state; returns its id. ValueError where the address is known."""
    _refuse_elsewhere(kernel)
    login, password_hash = login_digests(kernel, email), hash_password(password)
    with kernel.database.begin() as connection:
        if find_row(connection, login) is not None:
            raise ValueError("this address has an account")
        row = open_account(connection, kernel, email, login, password_hash, lang)
        record_acceptances(connection, row.account_id, lang, kernel.clock.now())
        if state == "pending":
            mail_code(connection, kernel, row)
        else:
            activate(connection, kernel, row.account_id, password_hash)
    if state in ("seen", "ready", "suspended"):
        mark_extension_seen(kernel, row.account_id)
    if state in ("synchronised", "ready", "suspended"):
        _synchronise_if_free(kernel, row.account_id, sub)
    if state == "suspended":
        with kernel.database.begin() as connection:
            suspend(connection, kernel, row.account_id, "11.1.3", "Suspended by the sandbox.")
    return int(row.account_id)


def _synchronise_if_free(kernel: Kernel, account_id: int, sub: str) -> None:
    # Somebody may have typed this very `sub` into the local provider: then it is theirs, and this account connects by hand.
    try:
        synchronise(kernel, account_id, Member(sub, True, None), CONSENT_VERSION)
    except SyncRefused:
        return


def _refuse_elsewhere(kernel: Kernel) -> None:
    if not kernel.settings.on_loopback:
        raise RuntimeError("accounts with known passwords are made on loopback only")
