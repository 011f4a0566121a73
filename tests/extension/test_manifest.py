"""What the manifest may ask for, held against a list: anything more needs a change here, and somebody to see it."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

EXTENSION = Path(__file__).parents[2] / "extension"
MANIFEST = json.loads((EXTENSION / "manifest.json").read_text())
ALLOWED = {
    "manifest_version", "name", "short_name", "description", "version", "default_locale", "minimum_chrome_version", "key", "icons",
    "permissions", "externally_connectable", "content_security_policy", "background", "action", "side_panel", "content_scripts",
}  # fmt: skip
CALL_SITES = {"storage": r"chrome\.storage\.(local|session)\.", "sidePanel": r"chrome\.sidePanel\."}
LARGEST_CONTENT = 60 * 1024
REMOTE = r"\beval\s*\(|new Function|\bimport\s*\(|importScripts|innerHTML|insertAdjacentHTML|document\.write"
NETWORK = r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|EventSource"
COMMENT = r"(?m)^\s*//.*$|/\*[\s\S]*?\*/"


def sources(*suffixes: str) -> dict[str, str]:
    files = sorted(path for path in EXTENSION.rglob("*") if path.suffix in suffixes)
    assert files
    return {str(path.relative_to(EXTENSION)): path.read_text() for path in files}


@pytest.mark.clause("R19/R20")
def test_the_manifest_asks_for_the_allowed_and_nothing_else() -> None:
    assert set(MANIFEST) == ALLOWED
    assert MANIFEST["permissions"] == ["storage", "sidePanel"]
    assert MANIFEST["externally_connectable"] == {"ids": []}
    assert MANIFEST["content_security_policy"] == {
        "extension_pages": "script-src 'self'; object-src 'none'; connect-src 'self' https: http://127.0.0.1:* http://localhost:*"
    }
    (script,) = MANIFEST["content_scripts"]
    assert script["matches"] == ["https://www.linkedin.com/*"]
    assert set(script) == {"matches", "run_at", "js"}


@pytest.mark.clause("R19/R20")
def test_each_permission_has_a_call_site() -> None:
    code = "\n".join(sources(".js").values())
    assert set(CALL_SITES) == set(MANIFEST["permissions"])
    for permission, call in CALL_SITES.items():
        assert re.search(call, code), f"{permission} is asked for and never used"


@pytest.mark.clause("R19/R20")
def test_the_content_files_listed_are_the_files_present() -> None:
    listed = MANIFEST["content_scripts"][0]["js"]
    assert len(listed) == len(set(listed))
    assert set(listed) == {f"content/{path.name}" for path in (EXTENSION / "content").iterdir()}


@pytest.mark.clause("R19/R20")
def test_nothing_is_evaluated_and_nothing_comes_from_elsewhere() -> None:
    for name, text in sources(".js", ".html").items():
        text = re.sub(COMMENT, "", text)
        assert not re.search(REMOTE, text), f"{name}: {re.search(REMOTE, text)}"
        assert not re.search(r"""set(Timeout|Interval)\(\s*["'`]""", text), name
    for name, text in sources(".html", ".css", ".svg").items():
        for address in re.findall(r"""(?:src|href)=["']([^"']+)|url\(["']?([^"')]+)|@import\s+["']([^"']+)""", text):
            assert not re.match(r"(?:[a-z]+:)?//", "".join(address)), f"{name}: {address}"
    for name, text in sources(".html").items():
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|<style|\sstyle=", text), name


@pytest.mark.clause("R19/R20")
def test_only_one_file_speaks_to_the_network_and_only_to_the_chosen_server() -> None:
    talkers = {name for name, text in sources(".js").items() if re.search(NETWORK, text)}
    assert talkers == {"lib/http.js", "background/profile.js"}
    own = re.findall(r"\bfetch\((.*?)\)", (EXTENSION / "background/profile.js").read_text())
    assert own == ["chrome.runtime.getURL(file"], "the worker reads its own style sheets"
    assert re.findall(r"\bfetch\((.*?),", (EXTENSION / "lib/http.js").read_text()) == ["server + path"]


def test_the_content_scripts_act_on_nothing_and_read_no_store_of_the_page() -> None:
    forbidden = (
        r"\.click\(|dispatchEvent|scrollTo|scrollIntoView|scrollBy|\.submit\(|\.cookie\b|localStorage|sessionStorage|indexedDB"
        r"|voyager|MutationObserver|XMLHttpRequest|\bfetch\(|window\.open|location\s*=|location\.(assign|replace)|chrome\.storage"
    )
    for name, text in sources(".js").items():
        if name.startswith("content/"):
            code = re.sub(COMMENT, "", text)
            assert not re.search(forbidden, code), f"{name}: {re.search(forbidden, code)}"


def test_all_content_code_is_at_most_sixty_kilobytes() -> None:
    assert sum(len(text.encode()) for name, text in sources(".js").items() if name.startswith("content/")) <= LARGEST_CONTENT


def test_the_key_gives_the_id_that_the_readme_names() -> None:
    digest = hashlib.sha256(base64.b64decode(MANIFEST["key"])).hexdigest()[:32]
    identity = "".join(chr(ord("a") + int(digit, 16)) for digit in digest)
    assert f"`{identity}`" in (EXTENSION / "README.md").read_text()


def test_the_seal_is_the_workers_first_line() -> None:
    first = (EXTENSION / "background/worker.js").read_text().splitlines()[0]
    assert first == "chrome.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' });"


def test_the_icons_are_there_in_every_size() -> None:
    for size, path in MANIFEST["icons"].items():
        header = (EXTENSION / path).read_bytes()[:24]
        assert header[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(header[16:20]) == int.from_bytes(header[20:24]) == int(size)
