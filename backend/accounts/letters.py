"""What accounts write to their users, in English and in French: plain text, no picture, nothing that counts who opens it."""

from collections.abc import Mapping

from backend.kernel.mail import Letter

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
    "compromise": {
        "en": (
            "Did somebody else use your Candor account?",
            "Open this page to end every session of your account at once and to set a new password:\n\n    {link}\n\n"
            "It works once, for {minutes} minutes. If you did not ask for it, leave it: nothing changes.\n",
        ),
        "fr": (
            "Quelqu'un d'autre utilise votre compte Candor ?",
            "Ouvrez cette page pour mettre fin aussitôt à toutes les sessions de votre compte et choisir un nouveau mot de "
            "passe :\n\n    {link}\n\n"
            "Elle sert une fois, pendant {minutes} minutes. Si vous n'avez rien demandé, laissez-la : rien ne change.\n",
        ),
    },
    "closed-by-the-user": {
        "en": (
            "Your Candor account is deleted",
            "As you asked, your Candor account was deleted. Nobody can sign in to it, and this address opens no other account.\n\n"
            "What is billed or accrued stays due. We keep what the law asks for, in an archive apart. This is our last mail.\n",
        ),
        "fr": (
            "Votre compte Candor est supprimé",
            "Comme vous l'avez demandé, votre compte Candor est supprimé. Personne ne peut s'y connecter, et cette adresse n'en "
            "ouvrira pas d'autre.\n\n"
            "Ce qui est facturé ou échu reste dû. Nous gardons ce que la loi demande, dans une archive à part. C'est notre "
            "dernier mail.\n",
        ),
    },
    "closed-conduct": {
        "en": (
            "Your Candor account is deleted",
            "Your account was suspended and was not put right in time, so it was deleted. This address opens no other account.\n\n"
            "What is billed or accrued stays due. To contest it, answer to {contact}.\n",
        ),
        "fr": (
            "Votre compte Candor est supprimé",
            "Votre compte était suspendu et n'a pas été régularisé à temps : il est supprimé. Cette adresse n'en ouvrira pas "
            "d'autre.\n\n"
            "Ce qui est facturé ou échu reste dû. Pour le contester, écrivez à {contact}.\n",
        ),
    },
    "closed-breach": {
        "en": (
            "Your Candor account is deleted",
            "The contract your account belonged to was terminated for breach, so the account was deleted (7.5). Its credits are "
            "gone, and this address opens no other account.\n\n"
            "What is billed or accrued stays due. We keep what the law asks for, in an archive apart. To contest it, write to "
            "{contact}.\n",
        ),
        "fr": (
            "Votre compte Candor est supprimé",
            "Le contrat auquel votre compte était rattaché a été résilié pour faute : le compte est supprimé (7.5). Ses crédits "
            "sont perdus, et cette adresse n'en ouvrira pas d'autre.\n\n"
            "Ce qui est facturé ou échu reste dû. Nous gardons ce que la loi demande, dans une archive à part. Pour le contester, "
            "écrivez à {contact}.\n",
        ),
    },
    "closed-identifiers": {
        "en": (
            "Your Candor account is terminated",
            "Your sign-in details were disclosed or misused, so access to your account ended at once, as the terms say (6.2). "
            "Nothing is given back.\n\nTo contest it, write to {contact}.\n",
        ),
        "fr": (
            "Votre compte Candor est résilié",
            "Vos identifiants ont été divulgués ou détournés : l'accès à votre compte a pris fin aussitôt, comme le prévoient les "
            "conditions (6.2). Rien n'est remboursé.\n\nPour le contester, écrivez à {contact}.\n",
        ),
    },
}


def write_letter(kind: str, to: str, lang: str, **facts: object) -> Letter:
    """The letter of this kind, in the account's language or else in English."""
    texts = _TEXTS[kind]
    subject, text = texts.get(lang, texts["en"])
    return Letter(to, subject.format(**facts), text.format(**facts))
