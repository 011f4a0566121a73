"""What random walks draw: who, of whom, which kind, and lots to grant."""

from dataclasses import dataclass

from hypothesis import strategies as st

from backend.kernel.http import Caller
from tests.credits.conftest import ANN, BOB
from tests.credits.model import KINDS

EVE = Caller(66, 8, 601)
PEOPLE = tuple(range(1, 17))

# What is drawn often meets often: walks spread thin would rarely see two lots compete for one reveal.
members = st.sampled_from((ANN, ANN, ANN, BOB, BOB, EVE))
people = st.sampled_from(PEOPLE)
kinds = st.sampled_from(("phone", "phone", "phone", "b2b_email", "b2b_email", "direct_email", "export"))
kind_lists = st.lists(kinds, min_size=1, max_size=3, unique=True)
mostly_nothing = st.sampled_from((*KINDS, "", "", "", "", ""))


@dataclass(frozen=True)
class Gift:
    """A lot to grant: personal or shared, running already, from now on or from tomorrow on."""

    member: Caller
    shared: bool
    kind: str
    amount: int
    days: float | None
    start: int
    rank: int


gifts = st.builds(
    Gift,
    member=members,
    shared=st.booleans(),
    kind=kinds,
    amount=st.integers(1, 3),
    days=st.sampled_from((None, None, 0.5, 3, 3, 3, 10, 40)),
    start=st.sampled_from((0, 0, 0, -1, 1)),
    rank=st.sampled_from((1, 1, 1, 2)),
)
