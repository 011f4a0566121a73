"""Deleting one's own account: the consequences for exactly this account first, then a typed phrase and the password (6.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from backend.accounts.attempts import forget_guessing, refuse_guessing
from backend.accounts.closing import close_account
from backend.accounts.consequences import Consequence, list_consequences, phrase_in
from backend.accounts.leaving import Departure, lock_team, read_departure
from backend.accounts.passwords import password_matches
from backend.accounts.records import login_digests, open_email, read_row
from backend.credits import read_left
from backend.kernel import Kernel
from backend.kernel.problems import Problem


@dataclass
class DeletionAsked:
    """Somebody asks what deleting an account would mean; higher rooms add what they would do, in the reader's language."""

    account_id: int
    workspace_id: int
    workspace_goes: bool
    lang: str
    at: datetime
    more: list[Consequence] = field(default_factory=list)


@dataclass(frozen=True)
class Forewarning:
    """What is shown before anything happens; `phrase` is what must be typed to go on."""

    phrase: str
    departure: Departure
    consequences: tuple[Consequence, ...]


def read_warning(kernel: Kernel, account_id: int, lang: str) -> Forewarning:
    """What is shown before anything happens."""
    with kernel.database.begin() as connection:
        return warn(connection, kernel, account_id, lang)


def warn(connection: sa.Connection, kernel: Kernel, account_id: int, lang: str) -> Forewarning:
    """The consequences of deleting this account now; nothing changes (6.3.2, 6.3.3)."""
    row = read_row(connection, account_id)
    departure = read_departure(connection, row.workspace_id, account_id)
    now = kernel.clock.now()
    own = read_left(connection, row.workspace_id, account_id, now)
    pool = read_left(connection, row.workspace_id, None, now) if departure.effect == "workspace-goes" else {}
    asked = DeletionAsked(account_id, row.workspace_id, departure.effect == "workspace-goes", lang, now)
    kernel.events.emit(connection, asked)
    return Forewarning(phrase_in(lang), departure, (*list_consequences(departure, own, pool, lang), *asked.more))


def delete_account(kernel: Kernel, account_id: int, phrase: str, password: str, lang: str) -> None:
    """Delete the account at once, for good. Raises `phrase-wrong` or `credentials-wrong`, and changes nothing then."""
    confirmed = confirm_deletion(kernel, account_id, phrase, password)
    with kernel.database.begin() as connection:
        lock_team(connection, confirmed.workspace_id)
        close_account(connection, kernel, account_id, "by-the-user", acknowledge(connection, kernel, confirmed, lang))


@dataclass(frozen=True)
class Confirmed:
    """Somebody typed the phrase, and the password that was right at that moment."""

    account_id: int
    workspace_id: int
    phrase: str
    password_hash: str


def confirm_deletion(kernel: Kernel, account_id: int, phrase: str, password: str) -> Confirmed:
    """See that the phrase and the password are right. Raises `phrase-wrong` or `credentials-wrong`."""
    if _plain(phrase) not in {_plain(phrase_in(each)) for each in ("en", "fr")}:
        raise Problem("phrase-wrong")
    with kernel.database.begin() as connection:
        found = read_row(connection, account_id)
    login = login_digests(kernel, open_email(kernel, found))[0]
    refuse_guessing(kernel, login)
    if not password_matches(found.password_hash, password):
        raise Problem("credentials-wrong", "This is not your present password.")
    forget_guessing(kernel, login)
    return Confirmed(account_id, found.workspace_id, phrase, found.password_hash)


def acknowledge(connection: sa.Connection, kernel: Kernel, confirmed: Confirmed, lang: str) -> Mapping[str, object]:
    """Lock the account; what was typed after which consequences, as evidence (6.3.9). Raises `credentials-wrong`."""
    row = read_row(connection, confirmed.account_id, lock=True)
    if row.password_hash != confirmed.password_hash:
        raise Problem("credentials-wrong", "This is not your present password.")
    shown = warn(connection, kernel, confirmed.account_id, lang)
    consequences = [vars(each) for each in shown.consequences]
    return {"typed": confirmed.phrase, "at": kernel.clock.now(), "consequences": consequences}


def _plain(phrase: str) -> str:
    return " ".join(phrase.split()).casefold()
