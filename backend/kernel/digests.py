"""Keyed digests: what is looked up but need not be read is kept as HMAC-SHA-256 (compliance G10)."""

import hmac

from backend.kernel.keys import KeyRing


class Digester:
    """Digests of `kind:value` under the current key, and under every key still kept."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    @property
    def key_id(self) -> str:
        """The id of the key that new digests are made with."""
        return self._keys.current[0]

    def digest(self, kind: str, value: str) -> bytes:
        """32 bytes for a normalised value, under the current key."""
        return _hmac(self._keys.current[1], kind, value)

    def digests(self, kind: str, value: str) -> list[bytes]:
        """The digests a stored row may carry: one for each key still kept, the current first."""
        return [digest for _, digest in self.keyed_digests(kind, value)]

    def keyed_digests(self, kind: str, value: str) -> list[tuple[str, bytes]]:
        """The same with the id of the key that made each."""
        return [(key_id, _hmac(key, kind, value)) for key_id, key in self._keys.keys]


def _hmac(key: bytes, kind: str, value: str) -> bytes:
    return hmac.digest(key, f"{kind}:{value}".encode(), "sha256")
