"""What accounts write to their users, in English and in French: plain text, no picture, nothing that counts who opens it."""

from collections.abc import Mapping

from backend.kernel.mail import Letter

LANGUAGES = ("en", "fr")

_TEXTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "code": {
        "en": (
            "{code} is your Candor code",
            "Enter this code in Candor to finish your sign-up:\n\n    {code}\n\n"
            "It works for {minutes} minutes and belongs to the sign-up just made with this address.\n"
            "If you did not sign up, leave it: nothing happens without the code.\n",
        ),
        "fr": (
            "{code} est votre code Candor",
            "Saisissez ce code dans Candor pour terminer votre inscription :\n\n    {code}\n\n"
            "Il est valable {minutes} minutes, pour l'inscription qui vient d'être faite avec cette adresse.\n"
            "Si vous ne vous êtes pas inscrit, laissez-le : rien ne se passe sans ce code.\n",
        ),
    },
    "known": {
        "en": (
            "You already have a Candor account",
            "Somebody signed up with this address, which has an account already. Nothing has changed.\n\n"
            "If it was you, sign in with your password. If you have forgotten it, choose “Forgotten password” in the extension.\n",
        ),
        "fr": (
            "Vous avez déjà un compte Candor",
            "Quelqu'un s'est inscrit avec cette adresse, qui a déjà un compte. Rien n'a changé.\n\n"
            "Si c'était vous, connectez-vous avec votre mot de passe. Si vous l'avez oublié, choisissez « Mot de passe oublié » "
            "dans l'extension.\n",
        ),
    },
    "reset": {
        "en": (
            "Choose a new Candor password",
            "Paste this code under “Forgotten password” in the extension, or at {url}/password/reset :\n\n    {code}\n\n"
            "It works once, for {minutes} minutes.\nIf you did not ask for it, leave it: your password stays as it is.\n",
        ),
        "fr": (
            "Choisissez un nouveau mot de passe Candor",
            "Collez ce code sous « Mot de passe oublié » dans l'extension, ou sur {url}/password/reset :\n\n    {code}\n\n"
            "Il sert une fois, pendant {minutes} minutes.\n"
            "Si vous n'avez rien demandé, laissez-le : votre mot de passe reste le même.\n",
        ),
    },
    "password-changed": {
        "en": (
            "Your Candor password was changed",
            "The password of your Candor account has just been changed, and other devices were signed out.\n\n"
            "If it was not you, choose “Forgotten password” in the extension at once: a new password signs everybody else out.\n",
        ),
        "fr": (
            "Votre mot de passe Candor a été changé",
            "Le mot de passe de votre compte Candor vient d'être changé, et les autres appareils ont été déconnectés.\n\n"
            "Si ce n'était pas vous, choisissez aussitôt « Mot de passe oublié » dans l'extension : un nouveau mot de passe "
            "déconnecte tous les autres.\n",
        ),
    },
}


def write_letter(kind: str, to: str, lang: str, **facts: object) -> Letter:
    """The letter of this kind, in the account's language or else in English."""
    texts = _TEXTS[kind]
    subject, text = texts.get(lang, texts["en"])
    return Letter(to, subject.format(**facts), text.format(**facts))
