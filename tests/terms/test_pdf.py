"""The PDF of a version: the text that was accepted, byte for byte, and its SHA-256."""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from backend.kernel.clock import MovableClock
from tests.terms.conftest import NEW, House, User


def read_streams(pdf: bytes) -> Iterator[bytes]:
    """Every stream of a PDF, uncompressed."""
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            yield found[1]


@pytest.mark.clause("3.5")
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_pdf_holds_the_very_text_that_was_accepted(
    enter: Callable[..., User], house: House, clock: MovableClock, lang: str
) -> None:
    ann = enter("ann", lang=lang)
    house.draft("terms")
    house.publish(clock.now() + timedelta(days=15))
    house.pass_time(clock.now() + timedelta(days=16))
    house.draft("terms", "2026-12")
    mine = {each["document"]: each for each in ann.terms()["mine"]}
    assert set(mine) == {"terms", "plan-sheet", "privacy"}
    assert mine["terms"]["version"] == NEW
    for each in mine.values():
        answer = ann.call("GET", each["pdf"].removeprefix(house.kernel.settings.public_url))
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.headers["X-Document-SHA256"] == each["sha256"]
        hashes = [hashlib.sha256(stream).hexdigest() for stream in read_streams(answer.data)]
        assert hashes.count(each["sha256"]) == 1
        assert each["sha256"].encode() in answer.data  # among its keywords, as on each page


@pytest.mark.parametrize("path", [f"terms/{NEW}", "terms/1999-01", "nothing/2026-03", "terms/2026-03.en"])
def test_what_is_not_published_has_no_pdf(enter: Callable[..., User], house: House, path: str) -> None:
    house.draft("terms")
    assert enter("ann").call("GET", f"/v1/terms/{path}.pdf").status_code == 404


def test_a_text_is_never_taken_for_markup(enter: Callable[..., User], house: House, clock: MovableClock) -> None:
    text = '# Terms\n\n## #sys.inputs $x$\n\n#panic("no") *bold* `raw` @label <label> \\ // gone\n'
    house.draft("terms", texts={"en": text, "fr": text})
    house.publish(clock.now() + timedelta(days=15))
    answer = enter("ann").call("GET", f"/v1/terms/terms/{NEW}.pdf?lang=en")
    assert answer.status_code == 200
    assert text.encode() in list(read_streams(answer.data))
