"""HTTP: the mail that would have been sent, for those who try things out. It exists with `--sandbox` only, on this machine only."""

from datetime import datetime

from typing_extensions import TypedDict

from backend.kernel.http import Room, kernel
from backend.kernel.limits import CHECKS
from backend.kernel.loopback import refuse_other_hosts
from backend.kernel.mail import read_mailbox

api = Room("sandbox-mail", __name__)
api.before_request(refuse_other_hosts)


class SentMail(TypedDict):
    to: str
    subject: str
    text: str
    sent_at: datetime


@api.get("/v1/sandbox/mail", who="anyone", limit=CHECKS, answer=list[SentMail])
def list_mail() -> list[SentMail]:
    """The mail sent so far, newest first."""
    house = kernel()
    with house.database.begin() as connection:
        found = read_mailbox(connection, house.sealer)
    return [
        {"to": sent.letter.to, "subject": sent.letter.subject, "text": sent.letter.text, "sent_at": sent.sent_at} for sent in found
    ]
