"""Which texts name a profile, and as whom."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.directory import ProfileKey, read_profile_key


def opaque(kind: int, number: int) -> str:
    raw = kind.to_bytes(2) + number.to_bytes(6) + bytes(range(21))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "https://www.linkedin.com/in/jane-doe/",
        "https://www.linkedin.com/in/jane-doe",
        "http://linkedin.com/in/Jane-Doe?trk=people&x=%2F#about",
        "https://fr.linkedin.com/in/JANE-DOE/fr",
        "https://m.linkedin.com/in/jane-doe/",
        "https://www.linkedin.com/mwlite/in/jane-doe",
        "https://www.linkedin.com/comm/in/jane-doe?midToken=x",
        "https://www.linkedin.com/in/jane-doe/overlay/contact-info/",
        "https://www.linkedin.com/in/jane-doe/details/experience/",
        "https://www.linkedin.com/in/jane%2Ddoe/",
        "  www.linkedin.com/in/jane-doe  ",
        "linkedin.com/in/jane-doe",
        "//www.linkedin.com/in/jane-doe/",
        "/in/jane-doe/",
        "in/jane-doe",
        "Jane-Doe",
        "jane%2ddoe",
    ],
)
def test_every_address_of_a_profile_is_the_same_key(text: str) -> None:
    assert read_profile_key(text) == ProfileKey("vanity", "jane-doe")


@pytest.mark.parametrize(
    "text",
    [
        opaque(0x2A, 123456789),
        f"https://www.linkedin.com/in/{opaque(0x2A, 123456789)}/",
        f"https://www.linkedin.com/sales/lead/{opaque(0x2C, 123456789)},NAME_SEARCH,abcd",
        f"https://www.linkedin.com/sales/people/{opaque(0x2C, 123456789)},name,x?y=1",
        f"https://www.linkedin.com/talent/profile/{opaque(0x43, 123456789)}?trk=x",
        f"urn:li:fsd_profile:{opaque(0x2A, 123456789)}",
        "urn:li:member:123456789",
        "123456789",
        "0123456789",
        "https://www.linkedin.com/profile/view?id=123456789",
    ],
)
def test_every_member_id_is_the_same_number(text: str) -> None:
    assert read_profile_key(text) == ProfileKey("member", "123456789")


@pytest.mark.parametrize(
    ("text", "vanity"),
    [
        ("https://www.linkedin.com/in/%D7%93%D7%A0%D7%94-%D7%9B%D7%94%D7%9F/", "דנה-כהן"),
        ("https://www.linkedin.com/in/zoé-d", "zoé-d"),
        ("https://www.linkedin.com/in/Zoe\u0301-D", "zoé-d"),
        ("https://www.linkedin.com/in/%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB-ann", "👩\u200d💻-ann"),
        ("李明", "李明"),
        ("https://www.linkedin.com/in/2024-jane", "2024-jane"),
    ],
)
def test_vanity_names_come_in_every_script(text: str, vanity: str) -> None:
    assert read_profile_key(text) == ProfileKey("vanity", vanity)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "me",
        "https://www.linkedin.com/in/me/",
        "https://www.linkedin.com/in/ME",
        "https://www.linkedin.com/in/",
        "https://www.linkedin.com/in//",
        "https://www.linkedin.com/feed/",
        "https://www.linkedin.com/company/acme/",
        "https://www.linkedin.com/pub/jane-doe/1/2/3",
        "https://www.linkedin.com/search/results/people/?keywords=jane",
        "https://www.linkedin.com/sales/lead/",
        "https://www.linkedin.com/profile/view",
        "https://www.linkedin.com.evil.example/in/jane-doe",
        "https://evil-linkedin.com/in/jane-doe",
        "https://linkedin.com@evil.example/in/jane-doe",
        "https://a.b.linkedin.com/in/jane-doe",
        "https://example.com/in/jane-doe",
        "ftp://www.linkedin.com/in/jane-doe",
        "javascript:alert(1)",
        "https://[::1/in/jane",
        "jane doe",
        "jane@firm.example",
        "https://www.linkedin.com/in/jane%252Ddoe/",
        "https://www.linkedin.com/in/jane%2Fdoe/",
        "https://www.linkedin.com/in/%FF%FE/",
        "https://www.linkedin.com/in/jane\u202edoe/",
        "jane\x00doe",
        "---",
        "0",
        "9" * 15,
        "9" * 5000,
        "x" * 201,
        "https://www.linkedin.com/in/jane-doe/" + "?" + "x" * 2000,
        "ACoAAtooshort",
        opaque(0x2A, 1)[:-1],
        opaque(0x2A, 0),
        "urn:li:fsd_profile:x",
        "urn:li:company:12",
    ],
)
def test_what_is_no_profile_has_no_key(text: str) -> None:
    assert read_profile_key(text) is None


@given(st.text(max_size=300) | st.text(max_size=100).map(lambda tail: "https://www.linkedin.com/in/" + tail))
def test_any_text_is_read_or_refused_and_a_key_reads_as_itself(text: str) -> None:
    key = read_profile_key(text)
    if key is not None and key.kind == "vanity" and not (key.value.isascii() and key.value.isdigit()):
        assert read_profile_key(f"https://www.linkedin.com/in/{key.value}") == key


@given(st.text("abcmez019-_", max_size=12) | st.sampled_from(["me", "acoaa", "x" * 200, "x" * 201]))
def test_an_address_as_most_write_it_is_read_as_any_other(name: str) -> None:
    for end in ("", "/"):
        long_way = read_profile_key(f"https://WWW.linkedin.com/in/{name}{end}")
        assert read_profile_key(f"https://www.linkedin.com/in/{name}{end}") == long_way
