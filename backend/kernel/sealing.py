"""Sealed values: AES-256-GCM with the key's id in front, bound to the row they belong to, so that a stolen dump holds none."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.kernel.keys import KeyRing

_NONCE = 12


class SealBroken(Exception):
    """The bytes were not sealed for this place, or the key is gone."""


class Sealer:
    """Seals text or bytes for one place (`bound_to`, e.g. `fact:17:phone`) and opens it only there.

    A sealed value is: length of the key's id (1 byte), the id, nonce (12 bytes), ciphertext with tag.
    """

    def __init__(self, keys: KeyRing) -> None:
        self._current = keys.current[0].encode()
        self._ciphers = {key_id.encode(): AESGCM(key) for key_id, key in keys.keys}

    def seal(self, value: str, bound_to: str) -> bytes:
        """Seal `value` under the current key."""
        return self.seal_bytes(value.encode(), bound_to)

    def seal_bytes(self, value: bytes, bound_to: str) -> bytes:
        """The same for what is no text."""
        nonce = os.urandom(_NONCE)
        text = self._ciphers[self._current].encrypt(nonce, value, bound_to.encode())
        return bytes([len(self._current)]) + self._current + nonce + text

    def open(self, sealed: bytes, bound_to: str) -> str:
        """Open what `seal` made for the same place; SealBroken otherwise."""
        return self.open_bytes(sealed, bound_to).decode()

    def open_bytes(self, sealed: bytes, bound_to: str) -> bytes:
        """The same for what is no text."""
        end = 1 + sealed[0] if sealed else 0
        cipher = self._ciphers.get(sealed[1:end])
        if cipher is None or len(sealed) < end + _NONCE:
            raise SealBroken("no key of that id is kept")
        try:
            return cipher.decrypt(sealed[end : end + _NONCE], sealed[end + _NONCE :], bound_to.encode())
        except InvalidTag:
            raise SealBroken("these bytes were not sealed for this place") from None
