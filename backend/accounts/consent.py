"""What a user reads and agrees to before LinkedIn is asked anything: six mentions, versioned (LinkedIn's API terms 5.2)."""

from typing_extensions import TypedDict

CONSENT_VERSION = "2026-11"


class Mention(TypedDict):
    title: str
    text: str


MENTIONS: dict[str, tuple[Mention, ...]] = {
    "en": (
        {
            "title": "Use",
            "text": "Candor checks that you are a LinkedIn member, that the member is you, and that one person has one account. "
            "Nothing else.",
        },
        {
            "title": "When",
            "text": "Now, when you sign in to LinkedIn, and again when you renew this after {days} days. Never in between.",
        },
        {
            "title": "What",
            "text": "A code made from your member identifier, the date, whether you have a picture, and whether your LinkedIn "
            "email is verified and is your Candor email. Your name is compared with your email and forgotten; your picture and "
            "connections are not kept.",
        },
        {
            "title": "Withdraw",
            "text": "Remove Candor under “Permitted services” in LinkedIn's settings. Reveals stop at the next renewal.",
        },
        {"title": "Delete", "text": "What is kept goes with your account, or when you ask for it."},
        {"title": "Exactly", "text": "Sign In with LinkedIn using OpenID Connect, with the scopes openid, profile and email."},
    ),
    "fr": (
        {
            "title": "Usage",
            "text": "Candor vérifie que vous êtes membre de LinkedIn, que ce membre est bien vous, et qu'une personne n'a qu'un "
            "compte. Rien d'autre.",
        },
        {
            "title": "Quand",
            "text": "Maintenant, quand vous vous connectez à LinkedIn, puis au renouvellement, après {days} jours. "
            "Jamais entre les deux.",
        },
        {
            "title": "Quoi",
            "text": "Un code tiré de votre identifiant de membre, la date, le fait que vous avez une photo, que votre adresse "
            "LinkedIn est vérifiée et qu'elle est celle de Candor. Votre nom est comparé à votre adresse puis oublié ; votre photo "
            "et vos relations ne sont pas gardées.",
        },
        {
            "title": "Retrait",
            "text": "Retirez Candor des « services autorisés » dans les réglages de LinkedIn. Les révélations cessent au "
            "renouvellement.",
        },
        {"title": "Effacement", "text": "Ce qui est gardé part avec votre compte, ou quand vous le demandez."},
        {"title": "Exactement", "text": "La connexion LinkedIn par OpenID Connect, avec les portées openid, profile et email."},
    ),
}


def list_mentions(lang: str, days: int) -> list[Mention]:
    """The six mentions in the reader's language; `days` is how long a consent holds."""
    return [{"title": each["title"], "text": each["text"].format(days=days)} for each in MENTIONS[lang]]
