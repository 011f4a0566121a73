"""An objection: suppression and hiding in one transaction, so that nothing of the person is shown, kept open or imported again."""

from collections.abc import Iterable
from datetime import datetime
from itertools import product

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.directory.due import OBJECTION
from backend.directory.importing import DIRECTORY_LOCK
from backend.directory.letters import choose_language
from backend.directory.normalising import normalise_company, normalise_words
from backend.directory.reading import place_of
from backend.directory.rows import name_company
from backend.directory.tables import facts, identities, notices, people, suppression
from backend.kernel import Kernel


def read_objector(kernel: Kernel, token: str) -> tuple[int, str, bool] | None:
    """Who a notice's link belongs to: person, the language of their letters, whether they have objected; None for nobody."""
    person_id = kernel.ids.decode(OBJECTION, 0, token)
    if person_id is None:
        return None
    with kernel.database.begin() as connection:
        person = connection.execute(sa.select(people).where(people.c.person_id == person_id)).one_or_none()
        if person is None:
            return None
        told_in = connection.execute(
            sa.select(notices.c.lang)
            .where(notices.c.person_id == person_id, notices.c.lang.is_not(None))
            .order_by(notices.c.through_fact_id.desc())
            .limit(1)
        ).scalar()
    return person_id, told_in or choose_language(person.lang, person.country)[0], person.hidden_at is not None


def object_to_use(kernel: Kernel, person_id: int, at: datetime) -> None:
    """Suppress everything that would recognise this person, hide them and close their facts, at once (GDPR, Article 21(2) to (3)).

    Running it again changes nothing.
    """
    with kernel.database.begin() as connection:
        connection.execute(DIRECTORY_LOCK)
        person = connection.execute(sa.select(people).where(people.c.person_id == person_id).with_for_update()).one_or_none()
        if person is None:
            return
        root = person.merged_into or person.person_id
        _suppress(kernel, connection, root, at)
        for this in {root, person.person_id}:
            connection.execute(
                people.update().where(people.c.person_id == this, people.c.hidden_at.is_(None)).values(hidden_at=at, tell_by=None)
            )
        connection.execute(
            facts.update()
            .where(facts.c.person_id == root, facts.c.closed_at.is_(None))
            .values(closed_at=at, closed_reason="objection")
        )
        connection.execute(notices.update().where(notices.c.person_id == root, notices.c.state == "owed").values(state="void"))


def _suppress(kernel: Kernel, connection: sa.Connection, person_id: int, at: datetime) -> None:
    digests: dict[bytes, tuple[str, str]] = {}
    for identity in connection.execute(sa.select(identities).where(identities.c.person_id == person_id)):
        digests[bytes(identity.digest)] = (identity.kind, identity.key_id)
    for kind, value in _values(kernel, connection, person_id):
        for key_id, digest in kernel.digester.keyed_digests(kind, value):
            digests[digest] = (kind, key_id)
    rows = [
        {"digest": digest, "kind": kind, "key_id": key_id, "created_at": at, "origin": "objection"}
        for digest, (kind, key_id) in digests.items()
    ]
    if rows:
        connection.execute(insert(suppression).on_conflict_do_nothing(), rows)


def _values(kernel: Kernel, connection: sa.Connection, person_id: int) -> Iterable[tuple[str, str]]:
    """Every email and phone ever known of the person, and every pair of name and employer, in their compared forms."""
    names, companies = set(), set()
    for fact in connection.execute(sa.select(facts).where(facts.c.person_id == person_id)):
        text = kernel.sealer.open(fact.sealed, place_of(person_id, fact.field))
        match fact.field:
            case "b2b_email" | "direct_email":
                yield "email", text
            case "phone":
                yield "phone", text
            case "name":
                names.add(normalise_words(text) or text)
            case "company":
                companies.add(normalise_company(text) or text)
    for name, company in product(names, companies):
        yield name_company(name, company)
