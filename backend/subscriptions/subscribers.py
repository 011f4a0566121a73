"""Who a premium is taken out for: a legal entity or sole proprietor acting professionally, and who attested it (2.Subscriber)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.accounts import EvidenceDue
from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell
from backend.subscriptions.premiums import Premium
from backend.subscriptions.tables import dues, subscribers
from backend.workspaces import admins_of


@dataclass(frozen=True)
class Subscriber:
    """Legal name, country (ISO 3166), and the numbers it is registered under, where it has them."""

    legal_name: str
    country: str
    siren: str | None = None
    vat_number: str | None = None


def record_subscriber(
    connection: sa.Connection, kernel: Kernel, premium: Premium, subscriber: Subscriber, attested_by: int, at: datetime
) -> None:
    """Keep who subscribed, sealed, and who attested that they act professionally and may bind them."""
    connection.execute(
        subscribers.insert().values(
            workspace_id=premium.workspace_id,
            premium_id=premium.premium_id,
            sealed=kernel.sealer.seal(json.dumps(asdict(subscriber)), _place(premium)),
            attested_by=attested_by,
            attested_at=at,
        )
    )


def tell_subscriber(
    connection: sa.Connection, kernel: Kernel, premium: Premium, code: str, ref: str, at: datetime, facts: Mapping[str, Fact]
) -> None:
    """Tell those who act for the subscriber now. It is the entity that subscribed: an admin who leaves changes nothing (X24)."""
    for account_id in acting_for(connection, premium):
        tell(connection, kernel.sealer, Message(account_id, code, ref, at, facts))


def acting_for(connection: sa.Connection, premium: Premium) -> list[int]:
    """The accounts that act for the subscriber now: every admin; where nobody is left, whoever took it out."""
    ordered = sa.select(subscribers.c.attested_by).where(_of(premium))
    return admins_of(connection, premium.workspace_id) or list(connection.execute(ordered).scalars())


def keep_while_owed(connection: sa.Connection, event: EvidenceDue) -> None:
    """The evidence of a deleted account stays as long as something is unpaid of what it ordered (X19)."""
    of_due = sa.and_(dues.c.workspace_id == subscribers.c.workspace_id, dues.c.premium_id == subscribers.c.premium_id)
    unpaid = (
        sa.select(dues.c.due_id)
        .select_from(subscribers.join(dues, of_due))
        .where(subscribers.c.attested_by == event.account_id, dues.c.state.not_in(("paid", "dropped")))
        .where(sa.func.coalesce(dues.c.asked, dues.c.amount + dues.c.vat) > dues.c.received)
    )
    event.owed = event.owed or connection.execute(unpaid.limit(1)).first() is not None


def _of(premium: Premium) -> sa.ColumnElement[bool]:
    return sa.and_(subscribers.c.workspace_id == premium.workspace_id, subscribers.c.premium_id == premium.premium_id)


def _place(premium: Premium) -> str:
    return f"premium:{premium.premium_id}:subscriber"
