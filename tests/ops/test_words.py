"""Every sentence of the pages of operations is there in French."""

import re
import tomllib
from pathlib import Path

import backend.ops
from backend.kernel.tables import OPERATOR_ROLES
from backend.ops.pages import PLACES

ROOM = Path(backend.ops.__file__).parent


def test_every_sentence_has_its_french_and_none_is_left_over() -> None:
    french = tomllib.loads((ROOM / "french.toml").read_text(encoding="utf-8"))
    texts = [file.read_text(encoding="utf-8") for file in sorted(ROOM.rglob("*.html"))]
    texts += [file.read_text(encoding="utf-8") for file in sorted(ROOM.glob("*.py"))]
    quoted = re.compile(r"""\bsay\(\s*(?:"([^"]+)"|'([^']+)')""")
    said = {one or other for text in texts for one, other in quoted.findall(text)}
    said |= {place.title for place in PLACES} | set(OPERATOR_ROLES)
    assert said - french.keys() == set()
    assert french.keys() - said == set()


def test_what_is_filled_in_is_the_same_in_both_languages() -> None:
    french = tomllib.loads((ROOM / "french.toml").read_text(encoding="utf-8"))
    for sentence, said in french.items():
        assert sorted(re.findall(r"{(\w+)}", sentence)) == sorted(re.findall(r"{(\w+)}", said)), sentence
