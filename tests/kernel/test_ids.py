"""Public ids: opaque, bound to their owner and kind, and impossible to walk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.ids import ID_LENGTH, PublicIds

IDS = PublicIds("k" * 40)
rows = st.integers(0, 2**63 - 1)


@given(owner=rows, number=rows)
def test_what_is_encoded_is_decoded(owner: int, number: int) -> None:
    text = IDS.encode("person", owner, number)
    assert len(text) == ID_LENGTH
    assert IDS.decode("person", owner, text) == number


@given(owner=rows, other=rows, number=rows)
def test_another_owners_id_decodes_to_nothing(owner: int, other: int, number: int) -> None:
    if owner != other:
        assert IDS.decode("person", other, IDS.encode("person", owner, number)) is None


def test_an_id_of_another_kind_or_another_key_decodes_to_nothing() -> None:
    text = IDS.encode("person", 1, 2)
    assert IDS.decode("entry", 1, text) is None
    assert PublicIds("l" * 40).decode("person", 1, text) is None


@given(st.text(max_size=40))
def test_no_text_makes_it_raise(text: str) -> None:
    assert IDS.decode("person", 1, text) is None


def test_neighbours_share_nothing() -> None:
    one, two = IDS.encode("person", 1, 1), IDS.encode("person", 1, 2)
    assert sum(a == b for a, b in zip(one, two, strict=True)) < ID_LENGTH / 2


def test_the_unused_bits_of_the_last_letter_make_no_second_spelling() -> None:
    text = IDS.encode("person", 1, 2)
    spellings = {letter for letter in "abcdefghijklmnopqrstuvwxyz234567" if IDS.decode("person", 1, text[:-1] + letter) == 2}
    assert spellings == {text[-1]}


@pytest.mark.parametrize("number", [-1, 2**63])
def test_numbers_that_are_no_row_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="64-bit"):
        IDS.encode("person", 1, number)
