"""A document as PDF, set by Typst from its own fonts: nothing is fetched, and the text is text, never markup."""

from functools import lru_cache
from pathlib import Path

import typst

from backend.terms.documents import Document

_LAYOUT = Path(__file__).parent / "document.typ"
_KEPT = 32


def print_document(document: Document) -> bytes:
    """The PDF, with the text's SHA-256 on every page and the text itself, byte for byte, as its attachment."""
    return _compile(document)


@lru_cache(maxsize=_KEPT)
def _compile(document: Document) -> bytes:
    given = {
        "title": document.title,
        "version": document.version,
        "lang": document.lang,
        "sha256": document.sha256,
        "text": document.text,
        "name": f"{document.kind}.{document.version}.{document.lang}.txt",
    }
    made = typst.compile(_LAYOUT.read_bytes(), format="pdf", sys_inputs=given, ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made
