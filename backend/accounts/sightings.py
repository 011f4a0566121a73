"""Where an account was last used from, looked at when a session starts and at each refresh: a shared account makes a case (6.2.5).

Kept are keyed digests, bound to the account, of one network and one country, of the last use only: never an address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.cases import open_case
from backend.accounts.distance import Sighting, find_signals, follow, network_of
from backend.accounts.tables import sightings
from backend.kernel import Kernel
from backend.kernel.clock import PARIS
from backend.kernel.http import Caller


@dataclass(frozen=True)
class Place:
    """Where a request came from: its address, and the country as a proxy of ours says it, or empty."""

    address: str = ""
    country: str = ""


def note_sighting(connection: sa.Connection, kernel: Kernel, who: Caller, place: Place) -> None:
    """Note a use of a locked account; a signal opens a case for a person to look at, and nothing else follows from it."""
    network, now = network_of(place.address), kernel.clock.now()
    if not network:
        return
    this = sightings.c.account_id == who.account_id
    row = connection.execute(sa.select(sightings).where(this)).one_or_none()
    seen = Sighting(
        session_id=who.session_id,
        network=_digest(kernel, who, f"network:{network}"),
        country=_digest(kernel, who, f"country:{place.country}") if place.country else None,
        at=now,
        day=now.astimezone(PARIS).date(),
    )
    if row is not None:
        seen = follow(_read(row), seen)
    values = {name: value for name, value in vars(seen).items() if name != "abroad"}
    kept = insert(sightings).values(account_id=who.account_id, **values)
    connection.execute(kept.on_conflict_do_update(index_elements=["account_id"], set_=values))
    if signals := find_signals(seen):
        open_case(connection, who.account_id, "shared-account", signals, now)


def forget_sighting(connection: sa.Connection, account_id: int, ended: Sequence[int]) -> None:
    """A session that has ended is not used at the same time as the next."""
    this = sa.and_(sightings.c.account_id == account_id, sightings.c.session_id.in_(ended))
    connection.execute(sightings.update().where(this).values(session_id=None))


def _read(row: sa.Row[Any]) -> Sighting:
    return Sighting(row.session_id, row.network, row.country, row.at, row.day, row.turns)


def _digest(kernel: Kernel, who: Caller, place: str) -> bytes:
    return kernel.digester.digest("place", f"{who.account_id}:{place}")
