"""Turns between sessions: several people who share an account take many, one person who moves takes few."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from backend.accounts.distance import TURNS_A_DAY, Sighting, find_signals, follow, network_of
from backend.kernel.clock import PARIS

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=PARIS)


def seen(session: int | None, network: str, minutes: int, country: str = "") -> Sighting:
    at = MORNING + timedelta(minutes=minutes)
    return Sighting(session, network.encode(), country.encode() or None, at, at.date())


def walk(*sightings: Sighting) -> Sighting:
    last = sightings[0]
    for each in sightings[1:]:
        last = follow(last, each)
    return last


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("192.0.3.77", "192.0.3.0/24"),
        ("::ffff:192.0.2.1", "192.0.2.0/24"),
        ("2001:db8:7:1::9", "2001:db8:7::/48"),
        ("2001:db8:7:ffff::1", "2001:db8:7::/48"),
        ("", ""),
        ("unix", ""),
    ],
)
def test_neighbours_are_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_two_who_take_turns_all_morning_are_a_signal() -> None:
    taking_turns = [seen(1 + n % 2, "ab"[n % 2], 20 * n) for n in range(TURNS_A_DAY + 1)]
    assert find_signals(walk(*taking_turns[:-1])) == []
    assert find_signals(walk(*taking_turns)) == ["6 turns in a day between sessions in different networks"]
    three = [seen(1 + n % 3, "abc"[n % 3], 20 * n) for n in range(TURNS_A_DAY + 1)]
    assert find_signals(walk(*three)) != []


def test_one_person_at_the_office_on_the_telephone_and_at_home_is_none() -> None:
    day = [
        *(seen(1, "office", n) for n in range(0, 180, 15)),
        *(seen(2, "telephone", n) for n in range(185, 260, 15)),
        *(seen(1, "office", n) for n in range(265, 500, 15)),
        *(seen(2, "telephone", n) for n in range(505, 540, 15)),
        *(seen(1, "home", n) for n in range(560, 700, 15)),
    ]
    assert walk(*day).turns == 4
    assert all(find_signals(walk(*day[:end])) == [] for end in range(1, len(day)))


def test_one_device_that_moves_and_two_in_one_network_are_none() -> None:
    assert walk(*(seen(1, "ab"[n % 2], n) for n in range(0, 300, 3))).turns == 0
    assert walk(*(seen(1 + n % 2, "office", n) for n in range(0, 300, 3))).turns == 0


def test_a_turn_needs_both_sessions_alive_and_half_an_hour() -> None:
    assert walk(seen(1, "a", 0), seen(2, "b", 29)).turns == 1
    assert walk(seen(1, "a", 0), seen(2, "b", 30)).turns == 0
    assert walk(seen(None, "a", 0), seen(2, "b", 1)).turns == 0


def test_every_day_counts_anew() -> None:
    late = [seen(1 + n % 2, "ab"[n % 2], 15 * 60 - 10 * (TURNS_A_DAY - n)) for n in range(TURNS_A_DAY)]
    assert [each.day for each in late] == [MORNING.date()] * TURNS_A_DAY
    after_midnight = follow(walk(*late), seen(1 + TURNS_A_DAY % 2, "ab"[TURNS_A_DAY % 2], 15 * 60 + 1))
    assert (walk(*late).turns, after_midnight.turns) == (TURNS_A_DAY - 1, 1)
    assert all(one.at < other.at for one, other in pairwise(late))


def test_two_countries_within_half_an_hour_are_a_signal_at_once_and_later_none() -> None:
    paris, tokyo = seen(1, "a", 0, "FR"), seen(2, "b", 10, "JP")
    assert find_signals(follow(paris, tokyo)) == ["two sessions in two countries within half an hour"]
    assert find_signals(follow(paris, seen(2, "b", 10, "FR"))) == []
    assert find_signals(follow(paris, seen(2, "b", 10))) == []
    assert find_signals(follow(paris, seen(2, "b", 600, "JP"))) == []
    assert find_signals(follow(paris, seen(1, "b", 10, "JP"))) == []
