"""Every sentence exists in both languages, every key that is used exists, and none is left over."""

import json
import re

from tests.extension.test_manifest import EXTENSION, sources

LOCALES = {path.name: json.loads((path / "messages.json").read_text()) for path in (EXTENSION / "_locales").iterdir()}


def used_keys() -> set[str]:
    """Keys stand in `t("key"`, after `say:` and the like, as the second argument of what makes a button, a link or a box, in
    `data-say`, and in the manifest."""
    found: set[str] = set()
    for text in sources(".js").values():
        found |= set(re.findall(r"""\bt\(\s*["'](\w+)["']""", text))
        found |= set(re.findall(r"""\b(?:say|price|none|hint|title|submit):\s*["'](\w+)["']""", text))
        found |= set(re.findall(r"""(?:#button|#iconButton|\blink|\btick)\(\s*["'][\w-]+["'],\s*["'](\w+)["']""", text))
    for text in sources(".html").values():
        found |= set(re.findall(r'data-say="(\w+)"', text))
    return found | set(re.findall(r"__MSG_(\w+)__", (EXTENSION / "manifest.json").read_text()))


def test_both_languages_say_the_same_things() -> None:
    assert set(LOCALES) == {"en", "fr"}
    assert set(LOCALES["en"]) == set(LOCALES["fr"])
    for key, sentence in LOCALES["en"].items():
        parts = [set(re.findall(r"\$\d", one["message"])) for one in (sentence, LOCALES["fr"][key])]
        assert parts[0] == parts[1], key
    for language, sentences in LOCALES.items():
        assert sentences["language"]["message"] == language


def test_every_key_that_is_used_exists() -> None:
    used = used_keys()
    assert len(used) > 100
    assert used - set(LOCALES["en"]) == set()


def test_no_key_is_left_over() -> None:
    everything = "\n".join([*sources(".js", ".html").values(), (EXTENSION / "manifest.json").read_text()])
    assert [key for key in LOCALES["en"] if not re.search(rf"""["'_]{key}["'_]""", everything)] == []


def test_no_sentence_shouts_and_the_store_text_fits() -> None:
    for sentences in LOCALES.values():
        assert [key for key, one in sentences.items() if "!" in one["message"]] == []
        assert len(sentences["appDescription"]["message"]) <= 132
    assert LOCALES["en"]["acceptTerms"]["message"] == "I accept the general conditions of use and service of Candor"


def test_apostrophes_and_french_spaces_are_a_typesetters() -> None:
    for language, sentences in LOCALES.items():
        assert [key for key, one in sentences.items() if "'" in one["message"] or "..." in one["message"]] == [], language
    bare = re.compile(r"(?<![\u00a0\u202f/])[:;?%»]|(?<=\d) (?=\d{3})|«(?!\u00a0)")
    addresses = re.compile(r"https?|chrome://extensions|127\.0\.0\.1")
    french = {key: addresses.sub("", one["message"]) for key, one in LOCALES["fr"].items()}
    assert [key for key, sentence in french.items() if bare.search(sentence)] == []
