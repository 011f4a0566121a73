"""Key rings: several keys of one purpose, the first current, the others kept so that older data can be read."""

import base64
import binascii
from dataclasses import dataclass


@dataclass(frozen=True)
class KeyRing:
    """Keys by id, newest first. `current` is used for everything new."""

    keys: tuple[tuple[str, bytes], ...]

    @property
    def current(self) -> tuple[str, bytes]:
        """Id and bytes of the key for everything new."""
        return self.keys[0]

    def __getitem__(self, key_id: str) -> bytes:
        return dict(self.keys)[key_id]

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(key_id for key_id, _ in self.keys)})"


def read_key_ring(text: str) -> KeyRing:
    """Read `id:base64[,id:base64…]`, 32 bytes a key.

    Raises ValueError where an id is missing or a key has another length.
    """
    keys = []
    for part in text.split(","):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError("a key is not base64") from error
        if not key_id or len(key_id.encode()) > 16 or len(key) != 32:
            raise ValueError("a key ring reads `id:base64 of 32 bytes`, separated by commas")
        keys.append((key_id, key))
    return KeyRing(tuple(keys))
