"""What time does here: who must be told within a month, the letters that are owed, and the alarm when they do not leave."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.directory.letters import Held, NoticeLetter, choose_language
from backend.directory.ranking import fade
from backend.directory.reading import place_of
from backend.directory.tables import CONTACT_FIELDS, facts, notices, people, sources, suppression
from backend.kernel import Kernel
from backend.kernel.database import listed
from backend.kernel.due import Until, at_instant
from backend.kernel.mail import REFUSED, post
from backend.kernel.metrics import NOTICES_OWED_SECONDS
from backend.kernel.switches import NOTICES_LATE, switch
from backend.kernel.tables import mails, switches

AHEAD = timedelta(days=3)
"""So long before the month is over the letter goes out, so that a mail server that is down breaks no promise."""
LATE = timedelta(hours=24)
"""When a letter has been owed for longer, nothing more is shown until it has gone (compliance G1)."""
OBJECTION = "objection"
"""The kind of public id that the link of a notice carries."""

_GIVE_UP_AFTER = 11  # tries at an address that the mail server refuses for good: more than an hour
_AT_ONCE = 200
_LETTERS_AT_ONCE = 20
_OWE_WITHIN_A_MONTH = sa.text(f"""
INSERT INTO notices (person_id, through_fact_id, cause, owed_at, due_at)
SELECT p.person_id, max(f.fact_id), 'month', :at, greatest(p.tell_by, :at)
FROM people p JOIN facts f ON f.person_id = p.person_id
WHERE p.person_id = ANY(:persons) AND p.hidden_at IS NULL AND p.planted IS NULL
  AND {listed("f.field", CONTACT_FIELDS)} AND f.closed_at IS NULL AND f.expires_at > :at
GROUP BY p.person_id, p.tell_by
HAVING max(f.fact_id) > coalesce((SELECT max(n.through_fact_id) FROM notices n WHERE n.person_id = p.person_id), 0)
ON CONFLICT DO NOTHING
""")  # noqa: S608


class MonthOver:
    """Due work: a month after something was collected, its person is told, whether or not it was shown."""

    name = "notice-within-a-month"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """The instant by which the next person must be told, less the days ahead."""
        return sa.select(sa.func.min(people.c.tell_by) - AHEAD).where(people.c.tell_by <= until + AHEAD)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Owe a notice to some persons, unless one covers everything already."""
        persons = connection.execute(
            sa.select(people.c.person_id)
            .where(people.c.tell_by <= until + AHEAD)
            .order_by(people.c.tell_by)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).scalars().all()  # fmt: skip
        if not persons:
            return False
        connection.execute(_OWE_WITHIN_A_MONTH, {"persons": persons, "at": until})
        connection.execute(people.update().where(people.c.person_id == sa.func.any(persons)).values(tell_by=None))
        return True


class Notices:
    """Due work: writes the letters that are owed, in the person's language, into the outbox."""

    name = "notices"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the next letter came to be owed: it is written at once, not only when it is due."""
        return sa.select(sa.func.min(notices.c.owed_at)).where(notices.c.state == "owed", notices.c.owed_at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Write some letters, the most urgent first."""
        written = 0
        while written < _LETTERS_AT_ONCE and self._write_one(connection, until):
            written += 1
        return written > 0

    def _write_one(self, connection: sa.Connection, until: datetime) -> bool:
        """A person without any address is noted as `impossible`, one who objected meanwhile as `void`."""
        notice = connection.execute(
            sa.select(notices.c.person_id)
            .where(notices.c.state == "owed", notices.c.owed_at <= until)
            .order_by(notices.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if notice is None:
            return False
        # All that is owed to this person: one letter says all that is known.
        mine = sa.and_(notices.c.person_id == notice.person_id, notices.c.state == "owed")
        owed = connection.execute(sa.select(notices.c.through_fact_id).where(mine).with_for_update(skip_locked=True))
        this = sa.and_(notices.c.person_id == notice.person_id, notices.c.through_fact_id.in_(owed.scalars().all()))
        person = connection.execute(sa.select(people).where(people.c.person_id == notice.person_id)).one()
        if person.hidden_at is not None:
            connection.execute(notices.update().where(this).values(state="void"))
            return True
        known = self._read_known(connection, person.person_id, until)
        address = self._choose_address(known, until)
        if address is None:
            connection.execute(notices.update().where(this).values(state="impossible"))
            return True
        lang, reason = choose_language(person.lang, person.country)
        letter = NoticeLetter(
            to=self._open(address),
            lang=lang,
            name=next((self._open(fact) for fact in known if fact.field == "name"), ""),
            held=[Held(fact.field, fact.source, fact.visibility, fact.collected_at) for fact in known],
            objection_url=self._objection_url(person.person_id),
            controller=self._kernel.settings.controller_name,
            address=self._kernel.settings.controller_address,
            contact=self._kernel.settings.privacy_contact,
        ).write()
        mail_id = post(connection, self._kernel.sealer, letter, until)
        connection.execute(notices.update().where(this).values(state="posted", mail_id=mail_id, lang=lang, lang_reason=reason))
        return True

    def _objection_url(self, person_id: int) -> str:
        return f"{self._kernel.settings.public_url}/objection/{self._kernel.ids.encode(OBJECTION, 0, person_id)}"

    def _open(self, fact: Any) -> str:
        return self._kernel.sealer.open(fact.sealed, place_of(fact.person_id, fact.field))

    @staticmethod
    def _read_known(connection: sa.Connection, person_id: int, at: datetime) -> list[Any]:
        suppressed = sa.exists().where(suppression.c.digest == facts.c.digest)
        statement = (
            sa.select(facts, sources.c.name.label("source"))
            .join(sources, sources.c.source_id == facts.c.source_id)
            .where(facts.c.person_id == person_id, facts.c.closed_at.is_(None), facts.c.expires_at > at, ~suppressed)
            .order_by(facts.c.fact_id)
        )
        return list(connection.execute(statement))

    @staticmethod
    def _choose_address(known: list[Any], at: datetime) -> Any:
        """The surest work address, else the surest private one."""

        def sureness(fact: Any) -> float:
            return fade(fact.confidence, fact.field, fact.verified_at or fact.collected_at, at)

        for field in ("b2b_email", "direct_email"):
            usable = [fact for fact in known if fact.field == field and fact.state != "restricted"]
            if usable:
                return max(usable, key=sureness)
        return None


class NoticesLate:
    """Due work, last in every tick: learns which letters have left, measures the oldest that has not, sounds or ends the alarm."""

    name = "notices-late"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """Always, and after everything else."""
        return sa.select(at_instant(until))

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Look once; never counted as work done."""
        self._note_sent(connection, until)
        oldest = connection.execute(
            sa.select(sa.func.min(notices.c.due_at)).where(notices.c.state.in_(("owed", "posted")))
        ).scalar()
        waited = until - oldest if oldest is not None and oldest < until else timedelta()
        NOTICES_OWED_SECONDS.set(waited.total_seconds())
        late = waited > LATE
        is_on = connection.execute(sa.select(switches.c.name).where(switches.c.name == NOTICES_LATE)).first() is not None
        if late != is_on:
            switch(connection, NOTICES_LATE, late, "a notice has been owed for more than 24 hours")
        return False

    @staticmethod
    def _note_sent(connection: sa.Connection, until: datetime) -> None:
        # A letter has left when its row in the outbox is marked sent, or gone.
        posted = connection.execute(
            sa.select(notices.c.person_id, notices.c.through_fact_id, notices.c.mail_id)
            .where(notices.c.state == "posted")
            .order_by(notices.c.due_at)
            .limit(1000)
            .with_for_update(skip_locked=True)
        ).all()
        if not posted:
            return
        found = connection.execute(sa.select(mails).where(mails.c.mail_id.in_([notice.mail_id for notice in posted])))
        by_id = {mail.mail_id: mail for mail in found}
        for notice in posted:
            mail = by_id.get(notice.mail_id)
            change: dict[str, Any]
            if mail is None or mail.sent_at is not None:
                change = {"state": "sent", "sent_at": mail.sent_at if mail is not None else until}
            elif mail.last_error == REFUSED and mail.attempts >= _GIVE_UP_AFTER:
                connection.execute(mails.delete().where(mails.c.mail_id == mail.mail_id))
                change = {"state": "impossible"}
            else:
                continue
            connection.execute(
                notices.update()
                .where(notices.c.person_id == notice.person_id, notices.c.through_fact_id == notice.through_fact_id)
                .values(**change)
            )
