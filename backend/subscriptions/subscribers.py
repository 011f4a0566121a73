"""Who a premium is taken out for: a legal entity or sole proprietor acting professionally, and who attested it (2.Subscriber)."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.subscriptions.premiums import Premium
from backend.subscriptions.tables import subscribers


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


def read_orderer(connection: sa.Connection, premium: Premium) -> int:
    """The account that took it out."""
    return int(connection.execute(sa.select(subscribers.c.attested_by).where(_of(premium))).scalar_one())


def _of(premium: Premium) -> sa.ColumnElement[bool]:
    return sa.and_(subscribers.c.workspace_id == premium.workspace_id, subscribers.c.premium_id == premium.premium_id)


def _place(premium: Premium) -> str:
    return f"premium:{premium.premium_id}:subscriber"
