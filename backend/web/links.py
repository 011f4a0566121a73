"""Finds the addresses in a letter's text, so that the mailbox page can make links of them."""

import re
from collections.abc import Iterator

_LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")


def split_links(text: str) -> Iterator[tuple[bool, str]]:
    """The text's parts in order, each with whether it is an address."""
    end = 0
    for match in _LINK.finditer(text):
        yield False, text[end : match.start()]
        yield True, match[0]
        end = match.end()
    yield False, text[end:]
