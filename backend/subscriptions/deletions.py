"""What deleting an account means for the premium of its workspace: said before it happens (6.3.2, X3)."""

from decimal import Decimal

import sqlalchemy as sa
from babel.numbers import format_currency

from backend.accounts import Consequence, DeletionAsked
from backend.subscriptions.debts import list_unpaid
from backend.subscriptions.premiums import find_premium

_ENDS = {
    "en": "Your {plan} subscription ends now, before its time: nothing is paid back, and nothing is due for a period that has not "
    "begun. Ending it at the end of the period instead leaves you its use until then.",
    "fr": "Votre abonnement {plan} prend fin maintenant, avant son terme : rien n'est remboursé, et rien n'est dû pour une période "
    "non commencée. Y mettre fin au terme de la période vous en laisse l'usage jusque-là.",
}
_GOES_ON = {
    "en": "The {plan} subscription of your workspace goes on without you.",
    "fr": "L'abonnement {plan} de votre espace continue sans vous.",
}
_DEBT = {
    "en": "{amount}, VAT included, is unpaid and stays due.",
    "fr": "{amount}, TVA comprise, restent impayés et dus.",
}
_LOCALES = {"en": "en_GB", "fr": "fr_FR"}


def foretell_premium(connection: sa.Connection, asked: DeletionAsked) -> None:
    """Add the end of the premium, or that it goes on, and what is still to be paid for it."""
    premium = find_premium(connection, asked.workspace_id)
    if premium is None:
        return
    plan = premium.sheet.plan(premium.order.plan).name
    words = _ENDS if asked.workspace_goes else _GOES_ON
    code = "premium-ends" if asked.workspace_goes else "premium-goes-on"
    asked.more.append(Consequence(code, words[asked.lang].format(plan=plan)))
    unpaid = sum((due.missing for due in list_unpaid(connection, asked.workspace_id)), Decimal())
    if unpaid and asked.workspace_goes:
        amount = format_currency(unpaid, "EUR", locale=_LOCALES[asked.lang])
        asked.more.append(Consequence("debt", _DEBT[asked.lang].format(amount=amount)))
