"""The consequences of deleting a Workspace in sentences, only those that hold for this one."""

from collections.abc import Mapping

from backend.workspaces.deletion import Consequences

_KINDS = {
    "en": {"b2b_email": "B2B emails", "phone": "phones", "direct_email": "direct emails", "export": "exports"},
    "fr": {"b2b_email": "e-mails B2B", "phone": "téléphones", "direct_email": "e-mails directs", "export": "exports"},
}
_SENTENCES = {
    "en": {
        "data": "The Workspace, its activity log and what its pool paid for are deleted for good.",
        "members": "Other members who lose access and go on with an account of their own: {other_members}.",
        "invitations": "Invitations that stop working: {invited}.",
        "premium": "The subscription ends now. What has been billed or has accrued stays due; nothing is due for a later period.",
        "pool": "Shared credits that are lost: {pool}.",
        "own": "Your own credits stay with your account: {own}.",
        "blocked": "Other admins: {other_admins}. Make them members first, or leave the Workspace to them.",
    },
    "fr": {
        "data": "L'espace de travail, son journal d'activité et ce que sa réserve a payé sont supprimés définitivement.",
        "members": "Autres membres qui perdent l'accès et continuent avec un compte à eux : {other_members}.",
        "invitations": "Invitations qui ne marcheront plus : {invited}.",
        "premium": "L'abonnement prend fin maintenant. Ce qui a été facturé ou est échu reste dû ; rien n'est dû pour une période "
        "ultérieure.",
        "pool": "Crédits partagés qui sont perdus : {pool}.",
        "own": "Vos propres crédits restent à votre compte : {own}.",
        "blocked": "Autres administrateurs : {other_admins}. Faites-en d'abord des membres, ou laissez-leur l'espace de travail.",
    },
}


def write_consequences(found: Consequences, lang: str) -> list[tuple[str, str]]:
    """A code and a sentence for each consequence there is."""
    there = {
        "data": True,
        "members": found.other_members,
        "invitations": found.invited,
        "premium": found.premium,
        "pool": found.pool,
        "own": found.own,
        "blocked": found.other_admins,
    }
    facts = {
        "other_members": found.other_members,
        "invited": found.invited,
        "other_admins": found.other_admins,
        "pool": _list(found.pool, lang),
        "own": _list(found.own, lang),
    }
    return [(code, _SENTENCES[lang][code].format(**facts)) for code, holds in there.items() if holds]


def _list(amounts: Mapping[str, int], lang: str) -> str:
    return ", ".join(f"{amount} {_KINDS[lang][kind]}" for kind, amount in amounts.items())
