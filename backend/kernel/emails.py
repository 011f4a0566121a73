"""Email addresses: what one is, and the form in which two of them are compared."""

from email_validator import EmailNotValidError, validate_email


class NotAnEmail(ValueError):
    """The text is not an email address."""


def read_email(text: str) -> str:
    """The address as mail is sent to it; NotAnEmail where it is none. No name is looked up, so `.example` works."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise NotAnEmail("This is not an email address.") from None


def fold_email(email: str) -> str:
    """The form that tells addresses apart: letter case does not matter, and a domain is the same in either alphabet."""
    local, _, domain = email.rpartition("@")
    return f"{local.casefold()}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """The domain in the alphabet of the name servers."""
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:
        return domain.casefold()
