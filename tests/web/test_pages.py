"""Pages load nothing from elsewhere, run no script, and say what they are for in two languages."""

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from backend.kernel import Kernel
from backend.kernel.due import tick
from backend.kernel.mail import Letter, post
from backend.kernel.problems import KINDS
from tests.conftest import due_pieces

PAGES = (
    "/", "/terms", "/privacy", "/docs", "/problems", "/problems/credits-exhausted", "/password/reset", "/mailbox",
    "/account/sign-in",
)  # fmt: skip


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_page_is_self_contained(client: FlaskClient, path: str, lang: str) -> None:
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for tag, attributes in Elements(answer.text).found:
        assert tag not in ("script", "iframe", "img", "object")
        assert "style" not in attributes
        if tag == "link":
            assert attributes["href"] in ("/candor.css", "data:,")
        if tag == "form":
            assert str(attributes["action"]).startswith("/")


def test_the_style_loads_nothing(client: FlaskClient) -> None:
    answer = client.get("/candor.css")
    assert answer.mimetype == "text/css"
    assert "url(" not in answer.text
    assert "@import" not in answer.text


def test_every_colour_is_readable_on_its_ground(client: FlaskClient) -> None:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one: str, other: str) -> float:
        dark, bright = sorted((light(one), light(other)))
        return (bright + 0.05) / (dark + 0.05)

    blocks = re.findall(r":root \{(.*?)\}", client.get("/candor.css").text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for name in ("ink", "accent", "quiet", "ageing", "error"):
            assert contrast(colours[name], colours["paper"]) >= 4.5, name
        assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
        assert contrast(colours["quiet"], colours["desk"]) >= 4.5


def test_every_problem_has_a_page(client: FlaskClient) -> None:
    for code in KINDS:
        answer = client.get(f"/problems/{code}")
        assert answer.status_code == 200
        assert f"<code>{code}</code>" in answer.text


def test_an_unknown_problem_has_none(client: FlaskClient) -> None:
    assert client.get("/problems/nonesuch").status_code == 404


def test_the_reference_names_every_call(client: FlaskClient) -> None:
    page = client.get("/docs").text
    document = client.get("/openapi.json").json
    assert document is not None
    for path, methods in document["paths"].items():
        assert f"<code>{path}</code>" in page
        for operation in methods.values():
            assert operation["summary"], path
    assert "/v1/reveals" in document["paths"]
    assert "/docs" not in document["paths"]


def deliver(kernel: Kernel, *letters: Letter) -> None:
    with kernel.database.begin() as connection:
        for letter in letters:
            post(connection, kernel.sealer, letter, kernel.clock.now())
    tick(kernel.database.engine, due_pieces(kernel), kernel.clock.now())


def test_the_mailbox_shows_letters_newest_first_and_their_links(client: FlaskClient, kernel: Kernel) -> None:
    assert "No letters yet" in client.get("/mailbox").text
    deliver(
        kernel,
        Letter("ann@acme.example", "First", "See http://127.0.0.1:8000/password/reset?a=1&b=2."),
        Letter(
            "bob@acme.example", "<b>Second</b>", "<script>alert(1)</script> javascript:alert(1) 'http://x.example/'\"onclick=\""
        ),
    )
    page = client.get("/mailbox").text
    assert page.index("Second") < page.index("First")
    assert "&lt;b&gt;Second" in page
    links = [attributes["href"] for tag, attributes in Elements(page).found if tag == "a"]
    assert links == ["http://x.example/", "http://127.0.0.1:8000/password/reset?a=1&b=2", "/terms", "/privacy"]
    assert "<script" not in page


def test_the_mailbox_answers_under_this_machines_names_only(client: FlaskClient) -> None:
    assert client.get("/mailbox", headers={"Host": "[::1]:8000"}).status_code == 200
    assert client.get("/mailbox", headers={"Host": "mail.example"}).status_code == 404
