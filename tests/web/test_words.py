"""Every sentence of the pages of an account is there in French, in each room that has such pages."""

import re
import tomllib
from pathlib import Path

import pytest

import backend

ROOMS = sorted(file.parent for file in Path(backend.__file__).parent.glob("*/french.toml") if file.parent.name != "ops")
SAID = re.compile(r"""\bsay\(\s*(?:"([^"]+)"|'([^']+)')""")


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_sentence_has_its_french_and_none_is_left_over(room: Path) -> None:
    french = tomllib.loads((room / "french.toml").read_text(encoding="utf-8"))
    texts = [file.read_text(encoding="utf-8") for file in sorted(room.rglob("*.html"))]
    said = {one or other for text in texts for one, other in SAID.findall(text)}
    assert said - french.keys() == set()
    assert french.keys() - said == set()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_what_is_filled_in_is_the_same_in_both_languages(room: Path) -> None:
    for sentence, said in tomllib.loads((room / "french.toml").read_text(encoding="utf-8")).items():
        assert sorted(re.findall(r"{(\w+)}", sentence)) == sorted(re.findall(r"{(\w+)}", said)), sentence
