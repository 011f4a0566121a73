"""The page behind the link of a notice: no login, one button, nothing happens before it is pressed."""

import psycopg
import pytest
from flask.testing import FlaskClient

from backend.directory import owe_notice
from backend.directory.letters import LANGUAGES
from backend.directory.reading import NOBODY
from backend.kernel import Kernel
from backend.privacy.texts import PageTexts, read_page_texts
from tests.directory.conftest import KEY, Directory
from tests.directory.test_notices import letters, work
from tests.lookup.conftest import Seller

STRANGERS = ["abc", "a" * 26, "é" * 26, "0" * 26, "x" * 3000]


def link(directory: Directory, kernel: Kernel, **row: str) -> str:
    """The path in the letter to Jane."""
    directory.put(row)
    owe_notice(kernel, directory.find().persons[0], kernel.clock.now())
    work(kernel)
    [letter] = letters(kernel)
    address = next(line for line in letter.text.splitlines() if "/objection/" in line)
    assert address.startswith(f"{kernel.settings.public_url}/objection/")
    return address.removeprefix(kernel.settings.public_url)


@pytest.mark.clause("R08")
def test_one_button_takes_the_person_out(directory: Directory, kernel: Kernel, client: FlaskClient) -> None:
    path = link(directory, kernel)
    page = client.get(path)
    assert page.status_code == 200
    assert read_page_texts("fr").button.replace("'", "&#39;") in page.text
    assert directory.find().showable
    pressed = client.post(path)
    assert pressed.status_code == 303
    assert directory.find() == NOBODY
    after = client.get(path)
    assert read_page_texts("fr").done_title.replace("'", "&#39;") in after.text
    assert "<form" not in after.text


@pytest.mark.clause("R06", "R08")
def test_the_letter_of_a_first_reveal_undoes_it_also_for_who_paid(
    directory: Directory, kernel: Kernel, client: FlaskClient, ann: Seller
) -> None:
    directory.put({})
    ann.hold(5)
    shown = ann.reveal(KEY.value).json["results"]["phone"]
    assert (shown["outcome"], shown["charged"], shown["values"][0]["value"]) == ("revealed", 1, "+33639980001")
    work(kernel)
    [letter] = letters(kernel)
    path = next(line for line in letter.text.splitlines() if "/objection/" in line).removeprefix(kernel.settings.public_url)
    client.post(path)
    gone = ann.reveal(KEY.value)
    stranger = ann.reveal("nobody-knows-this-one")
    assert gone.json == stranger.json
    assert (gone.json["results"]["phone"]["outcome"], ann.left()) == ("not_found", 4)
    assert not ann.look_up(KEY.value).json["found"]
    assert directory.put({}, {"linkedin_url": "new-name"}).suppressed == 2


def test_looking_changes_nothing(directory: Directory, kernel: Kernel, client: FlaskClient, owner: psycopg.Connection) -> None:
    path = link(directory, kernel)
    for method in ("get", "head", "options"):
        getattr(client, method)(path)
    assert owner.execute("SELECT count(*) FROM suppression").fetchone() == (0,)
    assert directory.find().showable


def test_pressing_twice_is_the_same_as_once(directory: Directory, kernel: Kernel, client: FlaskClient) -> None:
    path = link(directory, kernel)
    assert [client.post(path).status_code for _ in range(2)] == [303, 303]
    assert client.post(path, data={"anything": "x"}).status_code == 303


@pytest.mark.parametrize("token", STRANGERS)
def test_a_link_that_nobody_was_sent_is_a_plain_404(client: FlaskClient, token: str) -> None:
    for answer in (client.get(f"/objection/{token}"), client.post(f"/objection/{token}")):
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"


def test_another_kind_of_id_opens_nothing(directory: Directory, kernel: Kernel, client: FlaskClient) -> None:
    directory.put({})
    assert client.get(f"/objection/{kernel.ids.encode('person', 0, 1)}").status_code == 404
    assert client.get(f"/objection/{kernel.ids.encode('objection', 1, 1)}").status_code == 404
    assert client.get(f"/objection/{kernel.ids.encode('objection', 0, 999)}").status_code == 404


@pytest.mark.clause("R07", "R08")
@pytest.mark.parametrize(
    ("country", "lang"),
    [("FR", "fr"), ("DE", "de"), ("GB", "en"), ("ES", "es"), ("IT", "it"), ("NL", "nl"), ("PT", "pt"), ("PL", "pl")],
)
def test_the_page_speaks_the_language_of_the_letter(
    directory: Directory, kernel: Kernel, client: FlaskClient, country: str, lang: str
) -> None:
    page = client.get(link(directory, kernel, country=country, mobile_phone=""), headers={"Accept-Language": "sv"})
    assert f'<html lang="{lang}">' in page.text
    assert read_page_texts(lang).button.replace("'", "&#39;") in page.text


def test_the_page_loads_nothing_from_elsewhere_and_tells_nobody_its_address(
    directory: Directory, kernel: Kernel, client: FlaskClient
) -> None:
    page = client.get(link(directory, kernel))
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    for secret in ("jane", "doe", "firm", "639980001"):
        assert secret not in page.text.lower()


def test_the_log_names_the_route_and_not_the_link(
    directory: Directory, kernel: Kernel, client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    path = link(directory, kernel)
    client.get(path)
    client.post(path)
    assert path.rsplit("/", 1)[1] not in "".join(capfd.readouterr())


def test_every_language_of_the_letter_has_its_page() -> None:
    for lang in LANGUAGES:
        texts = read_page_texts(lang)
        assert all(getattr(texts, name) for name in PageTexts.__dataclass_fields__)
        assert "{contact}" in texts.nobody
