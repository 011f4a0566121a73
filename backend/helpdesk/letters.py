"""Mail of the helpdesk to people who are not told through an account: the contact address, and senders without one."""

from datetime import datetime

from backend.kernel.mail import Letter
from backend.kernel.writing import write_moment

_COPY = """\
{email} reported a serious anomaly on {moment}:

{text}

Thread {name}. Answer with: candor ops helpdesk-answer {name}
"""

_RECEIVED = """\
Your mail arrived here on {moment_en}, and a person will read it.

No Candor account has this address. If you have one, write from its own address, or in the account.
To object to being found with Candor, use the link in the notice we sent you, or write to {privacy}.

--

Votre mail est arrivé le {moment_fr}, et une personne va le lire.

Aucun compte Candor n'a cette adresse. Si vous en avez un, écrivez de son adresse, ou dans le compte.
Pour vous opposer à figurer dans Candor, utilisez le lien de l'avis que vous avez reçu, ou écrivez à {privacy}.
"""


def write_copy(to: str, reference: str, name: str, email: str, text: str, at: datetime) -> Letter:
    """What the contact address gets of a serious anomaly (8.2.22)."""
    words = _COPY.format(email=email, moment=write_moment(at, "en"), text=text, name=name)
    return Letter(to, f"Serious anomaly [{reference}]", words)


def write_received(to: str, privacy: str, at: datetime) -> Letter:
    """What an address without an account is told. It names nothing of what was sent."""
    words = _RECEIVED.format(moment_en=write_moment(at, "en"), moment_fr=write_moment(at, "fr"), privacy=privacy)
    return Letter(to, "Your mail to Candor arrived / Votre mail à Candor est arrivé", words)
