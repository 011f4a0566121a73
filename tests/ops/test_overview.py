"""The overview counts what there is by Paris day, draws it, says it as tables, and every number leads to its rows."""

import base64
import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any
from xml.etree import ElementTree as Xml

import psycopg
import pytest

from backend.credits import Grant, grant
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.ops.overview import read_overview
from backend.ops.plots import draw_bars, draw_lines
from tests.lookup.conftest import ANN, Directory, Seller, directory, seller  # noqa: F401
from tests.ops.conftest import Person

Sellers = Callable[..., Seller]
TODAY = date(2026, 3, 2)


@pytest.fixture
def busy(
    kernel: Kernel,
    clock: MovableClock,
    owner: psycopg.Connection[Any],
    directory: Directory,  # noqa: F811
    seller: Sellers,  # noqa: F811
) -> Kernel:
    """Two reveals five days ago and one today, of 20 credits; 2 more expire in 6 days; some sign-ups, and what was counted."""
    ann = seller(ANN)
    for name in ("jan", "piet", "kees"):
        directory.add(name, phone="+31 6 5550 0001", b2b_email=f"{name}@company.example")
    now = clock.now()
    clock.set(now - timedelta(days=5))
    ann.hold(20)
    assert ann.reveal("jan").status_code == ann.reveal("piet").status_code == 200
    clock.set(now)
    assert ann.reveal("kees").status_code == 200
    ann.change(unlimited_kind="direct_email")
    assert ann.reveal("kees", "direct_email").status_code == 200  # not found, but the unlimited lot is there from now on
    assert owner.execute("SELECT count(*) FROM lots WHERE source = 'unlimited'").fetchone() == (1,)
    with kernel.database.begin() as connection:
        grant(connection, Grant(7, 11, "phone", "reward", 2, now, now + timedelta(days=6), "soon"))
    for at in (now, now - timedelta(days=6), now - timedelta(days=29), now - timedelta(days=31)):
        owner.execute(
            "INSERT INTO accounts (email, password_hash, password_set_at, password_noted_at, lang, created_at)"
            " VALUES ('sealed', 'hash', %(at)s, %(at)s, 'en', %(at)s)",
            {"at": at},
        )
    owner.execute(
        "INSERT INTO messages (account_id, code, ref, sealed, at, bounced_at) VALUES (11, 'any', 'r', 'sealed', %(at)s, %(at)s)",
        {"at": now},
    )
    figures = [
        (TODAY, "reveals", "phone/revealed", 1), (TODAY, "reveals", "phone/not_found", 8), (TODAY, "answers", "reveals/200", 96),
        (TODAY, "answers", "reveals/503", 4), (TODAY - timedelta(days=8), "reveals", "phone/empty", 3),
        (TODAY, "times", "reveals/0.1", 50), (TODAY, "times", "reveals/0.2", 100), (TODAY, "times", "reveals/+Inf", 100),
    ]  # fmt: skip
    for row in figures:
        owner.execute("INSERT INTO daily_figures (day, name, label, value) VALUES (%s, %s, %s, %s)", row)
    return kernel


def test_today_7_and_30_days_are_counted_from_the_rows(busy: Kernel) -> None:
    with busy.database.begin() as connection:
        found = read_overview(connection, busy.clock.now())
    assert found.days[-1] == TODAY
    assert len(found.days) == 30
    assert [found.total("sign-ups", days) for days in (1, 7, 30)] == [1, 2, 3]
    assert [found.total("spent", days) for days in (1, 7, 30)] == [1, 3, 3]
    assert [found.total("granted", days) for days in (1, 7, 30)] == [2, 22, 22], "the unlimited lot is no grant"
    assert [found.total("bounces", days) for days in (1, 7, 30)] == [1, 1, 1]
    assert [found.total("outcomes", days, "empty") for days in (1, 7, 30)] == [0, 0, 3]
    assert [found.total("errors", days, "reveals") for days in (1, 7, 30)] == [4, 4, 4]
    assert found.expiring == {7: {"phone": 2}, 30: {"phone": 2}}
    assert found.quantile("reveals", 0.5, [TODAY]) == 100
    assert found.quantile("reveals", 0.95, [TODAY]) == 190


def test_every_number_of_the_page_leads_to_as_many_rows(busy: Kernel, operator: Callable[..., Person]) -> None:
    vera = operator("vera", "viewer")
    page = vera.get("/ops").text
    cells = re.findall(r'href="(/ops/rows/[^"]+)">([\d,]+(?:\.\d+)?)</a>', page)
    assert len({link for link, _ in cells}) > 20
    for link, number in cells:
        answer = vera.get(unescape(link))
        assert answer.status_code == 200, link
        rows = re.findall(r"<tr><td", answer.text)
        if re.search("sign-ups|syncs|bounces|spent", link):
            assert len(rows) == int(number), link
        elif not re.search("times|answers", link):
            said = [int(n) for n in re.findall(r"<td>(\d+)</td>\s*</tr>", answer.text)]
            assert sum(said) == int(number.replace(",", "")), link


def test_a_plot_has_its_numbers_beside_it_as_a_table(busy: Kernel, operator: Callable[..., Person]) -> None:
    page = operator("vera", "viewer").get("/ops?days=7").text
    pictures = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)"[^>]* alt="([^"]+)"', page)
    assert len(pictures) == page.count("<figure>") == page.count("<details>") >= 6
    for picture, alt in pictures:
        drawn = base64.b64decode(picture).decode()
        root = Xml.fromstring(drawn)
        title = root.find("{http://www.w3.org/2000/svg}title")
        assert title is not None
        assert title.text in unescape(alt)
        assert "style=" not in drawn
    spent = re.search(r'aria-label="Credits spent"><table>.*?</table>', page, re.S)
    assert spent
    assert [int(n) for n in re.findall(r'class="number">(\d+)</td>', spent[0])] == [0, 2, 0, 0, 0, 0, 1][-7:]
    assert "style=" not in page
    assert "<script" not in page


def test_bars_stand_as_high_as_their_numbers() -> None:
    root = Xml.fromstring(base64.b64decode(draw_bars("Credits", ["1", "2"], {"a": [1, 4], "b": [2, 0]}).split(",")[1]))
    rects = root.iter("{http://www.w3.org/2000/svg}rect")
    solid = [rect for rect in rects if rect.get("x") and rect.get("fill", "").startswith("var(--c")]
    heights = [float(rect.get("height", 0)) for rect in solid]
    assert [round(height / heights[0], 1) for height in heights] == [1, 2, 4]


def test_a_line_breaks_where_nothing_was_measured() -> None:
    root = Xml.fromstring(base64.b64decode(draw_lines("ms", list("abcd"), {"p50": [1.0, None, 2.0, 3.0]}).split(",")[1]))
    path = next(path for path in root.findall("{http://www.w3.org/2000/svg}path") if path.get("stroke-width"))
    assert [part[0] for part in path.get("d", "").split()] == ["M", "M", "L"]


def test_an_empty_candor_has_an_overview(operator: Callable[..., Person]) -> None:
    page = operator("vera", "viewer").get("/ops").text
    assert "Nothing in these days." in page
    assert "<img" not in page


def test_rows_go_on_by_cursor_without_a_gap_or_a_repeat(
    kernel: Kernel, owner: psycopg.Connection[Any], operator: Callable[..., Person]
) -> None:
    vera, now = operator("vera", "viewer"), kernel.clock.now()
    for n in range(250):
        owner.execute(
            "INSERT INTO accounts (email, password_hash, password_set_at, password_noted_at, lang, created_at)"
            " VALUES ('sealed', 'hash', now(), now(), 'en', %s)",
            (now - timedelta(seconds=n // 7),),  # several at one instant
        )
    seen, link = [], "/ops/rows/sign-ups?days=7"
    while link:
        page = vera.get(link).text
        seen += [int(n) for n in re.findall(r"</td>\s*<td>(\d+)</td><td>pending", page)]
        more = re.search(r'href="(/ops/rows/[^"]+)">Older', page)
        link = unescape(more[1]) if more else ""
    assert len(seen) == 250
    assert sorted(seen) == sorted(set(seen))


@pytest.mark.parametrize("path", ["nothing", "sign-ups?cursor=x", "sign-ups?cursor=1-", "sign-ups?cursor=999999999999999999-1"])
def test_rows_that_are_none_are_not_found(operator: Callable[..., Person], path: str) -> None:
    assert operator("vera", "viewer").get(f"/ops/rows/{path}").status_code == 404


def test_no_page_tells_whom_a_reveal_was_about(busy: Kernel, operator: Callable[..., Person]) -> None:
    vera = operator("vera", "viewer")
    pages = [vera.get("/ops").text, *(vera.get(f"/ops/rows/{what}?days=30").text for what in ("spent", "sign-ups", "bounces"))]
    assert not any(word in page for page in pages for word in ("jan", "piet", "+31", "@"))


def test_the_overview_is_in_french_for_who_reads_french(busy: Kernel, operator: Callable[..., Person]) -> None:
    page = operator("vera", "viewer").get("/ops", lang="fr").text
    assert "Inscriptions" in page
    assert "Sign-ups" not in page
