"""Which addresses a start accepts, and what it says about the others."""

import pytest

from backend.up.address import settle_address
from backend.up.failures import CannotStart

MAIL = {"SMTP_URL": "smtp://mail.example:587"}
PUBLIC = {"PUBLIC_URL": "https://candor.example/"}


def test_loopback_needs_nothing() -> None:
    address = settle_address("localhost", 8000, {}, sandbox=True)
    assert address.loopback
    assert address.ip == "127.0.0.1"
    assert address.public_url == "http://localhost:8000"


def test_ipv6_addresses_are_bracketed() -> None:
    assert settle_address("::1", 8000, {}, sandbox=False).local_url == "http://[::1]:8000"


def test_the_public_url_is_honoured() -> None:
    address = settle_address("0.0.0.0", 80, MAIL | PUBLIC, sandbox=False)
    assert address.public_url == "https://candor.example"
    assert address.local_url == "http://127.0.0.1:80"


@pytest.mark.parametrize(
    ("host", "environment", "sandbox", "said"),
    [
        ("0.0.0.0", {}, False, "SMTP_URL"),
        ("::", {}, False, "SMTP_URL"),
        ("127.0.0.1", PUBLIC, False, "SMTP_URL"),
        ("0.0.0.0", MAIL, False, "PUBLIC_URL"),
        ("0.0.0.0", MAIL | PUBLIC, True, "--sandbox"),
        ("127.0.0.1", MAIL, True, "--sandbox and SMTP_URL"),
        ("no.such.host.invalid", {}, False, "no address called"),
    ],
)
def test_what_would_open_a_door_is_refused(host: str, environment: dict[str, str], sandbox: bool, said: str) -> None:
    with pytest.raises(CannotStart, match=said):
        settle_address(host, 8000, environment, sandbox)
