"""Ids as callers see them: one AES block over (owner, row), under a key of their kind.

A keyed permutation needs no table, cannot be walked, and carries its own check: an id that another owner was given, or that nobody
was given, decodes to another owner and is refused.
"""

import base64
import hashlib
import hmac
import struct
import threading

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

ID_LENGTH = 26
_INT64 = 2**63


class PublicIds:
    """Encodes (kind, owner, number) as 26 letters and digits, and back."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._own = threading.local()

    def _permutation(self, kind: str) -> tuple[CipherContext, CipherContext]:
        """Forward and back, for this thread. Of whole blocks nothing stays behind in them, so they are made once."""
        made: dict[str, tuple[CipherContext, CipherContext]] = self._own.__dict__
        if kind not in made:
            key = hmac.new(self._key, b"id:" + kind.encode(), hashlib.sha256).digest()
            # A single block: ECB of one block is the permutation itself, nothing repeats under it.
            cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
            made[kind] = cipher.encryptor(), cipher.decryptor()
        return made[kind]

    def encode(self, kind: str, owner: int, number: int) -> str:
        """The public form of row `number` of `kind`, as shown to `owner` (0 where everybody sees the same)."""
        if not (0 <= owner < _INT64 and 0 <= number < _INT64):
            raise ValueError("ids are non-negative 64-bit integers")
        block = self._permutation(kind)[0].update(struct.pack(">QQ", owner, number))
        return base64.b32encode(block).decode().rstrip("=").lower()

    def decode(self, kind: str, owner: int, text: str) -> int | None:
        """The row behind `text`, or None where it was not made for this kind and owner."""
        if len(text) != ID_LENGTH or not text.isascii():
            return None
        try:
            block = base64.b32decode(text.upper() + "======")
        except ValueError:
            return None
        made_for, number = struct.unpack(">QQ", self._permutation(kind)[1].update(block))
        if made_for != owner or number >= _INT64 or self.encode(kind, owner, number) != text.lower():
            return None
        return int(number)
