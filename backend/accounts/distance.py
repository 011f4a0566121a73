"""Whether one account is used from two places at once (6.2.5): pure rules, over what is known of where a session was used from.

There is no map here, only networks. One person moves: from the office to a telephone, and back in the evening. Several who share an
account take turns: now this session here, now that one there, many times a day. So a turn is counted where the last use of the
account was another session, elsewhere, less than half an hour ago; many turns in a day are a signal. Where a proxy of ours says the
country, one turn between two countries is a signal already: nobody travels so fast.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

AT_ONCE = timedelta(minutes=30)
TURNS_A_DAY = 6
_PREFIXES = {4: 24, 6: 48}


@dataclass(frozen=True)
class Sighting:
    """The last use of an account that is known: which session (None once it has ended), and digests of network and country."""

    session_id: int | None
    network: bytes
    country: bytes | None
    at: datetime
    day: date
    turns: int = 0
    abroad: bool = False


def network_of(address: str) -> str:
    """The network an address belongs to, as far as neighbours share it: /24, or /48 of IPv6; empty where it is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network((found, _PREFIXES[found.version]), strict=False))


def follow(last: Sighting, seen: Sighting) -> Sighting:
    """What is known after `seen`: the turns of its day counted on, `abroad` where it took one from another country."""
    turns = last.turns if last.day == seen.day else 0
    turn = last.session_id not in (None, seen.session_id) and last.network != seen.network and seen.at - last.at < AT_ONCE
    abroad = turn and None not in (last.country, seen.country) and last.country != seen.country
    return Sighting(seen.session_id, seen.network, seen.country, seen.at, seen.day, turns + turn, abroad)


def find_signals(seen: Sighting) -> list[str]:
    """What a person shall look at, in words; empty where it looks like one person."""
    found = {
        "two sessions in two countries within half an hour": seen.abroad,
        f"{TURNS_A_DAY} turns in a day between sessions in different networks": seen.turns >= TURNS_A_DAY,
    }
    return [signal for signal, stands in found.items() if stands]
