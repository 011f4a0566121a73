"""Sealed values and keyed digests: readable only with the keys, only in their place, and across a change of keys."""

import base64

import pytest

from backend.kernel.digests import Digester
from backend.kernel.keys import KeyRing, read_key_ring
from backend.kernel.sealing import SealBroken, Sealer


def ring(*names: str) -> KeyRing:
    return read_key_ring(",".join(f"{name}:{base64.b64encode(name[:1].encode() * 32).decode()}" for name in names))


def test_a_sealed_value_opens_in_its_place_only() -> None:
    sealer = Sealer(ring("a"))
    sealed = sealer.seal("ada@lovelace.example", "fact:1:b2b_email")
    assert sealer.open(sealed, "fact:1:b2b_email") == "ada@lovelace.example"
    assert b"lovelace" not in sealed
    with pytest.raises(SealBroken):
        sealer.open(sealed, "fact:2:b2b_email")


def test_the_same_value_is_never_sealed_alike_twice() -> None:
    sealer = Sealer(ring("a"))
    assert sealer.seal("x", "here") != sealer.seal("x", "here")


def test_older_values_open_after_a_change_of_keys_while_the_old_key_is_kept() -> None:
    sealed = Sealer(ring("a")).seal("x", "here")
    assert Sealer(ring("b", "a")).open(sealed, "here") == "x"
    with pytest.raises(SealBroken):
        Sealer(ring("b")).open(sealed, "here")


@pytest.mark.parametrize("damage", [b"", b"\x00", b"\xff", b"\x01a", b"\x01a" + b"0" * 40])
def test_damaged_bytes_are_refused(damage: bytes) -> None:
    with pytest.raises(SealBroken):
        Sealer(ring("a")).open(damage, "here")


def test_a_digest_needs_its_key_and_its_kind() -> None:
    one = Digester(ring("a"))
    assert one.digest("email", "x") == one.digest("email", "x")
    assert one.digest("email", "x") != one.digest("phone", "x")
    assert one.digest("email", "x") != Digester(ring("b")).digest("email", "x")
    assert one.digest("email", "x") in Digester(ring("b", "a")).digests("email", "x")


@pytest.mark.parametrize("text", ["", "a", "a:", ":YQ==", "a:YQ==", "a:!!!!", f"{'k' * 17}:{base64.b64encode(b'x' * 32).decode()}"])
def test_a_ring_that_is_no_ring_stops_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        read_key_ring(text)


def test_a_ring_never_shows_its_keys() -> None:
    assert repr(ring("one", "two")) == "KeyRing(one, two)"
