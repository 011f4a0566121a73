"""Holds Candor against the model: who is where, on which plan, until when; every credit; every amount due; the audit."""

from collections import Counter
from typing import Any

from tests.model.model import Model
from tests.model.state import Lot, Workspace
from tests.model.world import Group, World


def compare(model: Model, world: World) -> None:
    """Raise at the first difference."""
    where, accounts = world.where(), {name: person.account_id for name, person in world.people.items()}
    here = {account: frozenset(other for other in where if where[other][0] == where[account][0]) for account in where}
    same(
        {
            accounts[name]: (person.workspace.members[name], frozenset(accounts[each] for each in person.workspace.members))
            for name, person in model.people.items()
        },
        {account: (where[account][1], here[account]) for account in where},
        "who is where",
    )
    same(_premiums(model, world), world.premiums(), "premiums")
    same(
        [(number, due.what, due.amount, due.state) for number, premium in enumerate(model.premiums, 1) for due in premium.dues],
        [(due[0], *due[2:]) for due in world.dues()],
        "amounts due",
    )
    same({accounts[name]: person.month_ends for name, person in model.people.items()}, world.months(), "months")
    for name, person in model.people.items():
        paying = person.workspace.paying
        same(
            paying.order.plan if paying else "free",
            world.plan_of(name, whereabouts(person.workspace, world)),
            f"the plan of {name}",
        )
    rows: Counter[tuple[Group, bool]] = Counter()
    for lot, group in list_lots(model, world):
        if lot.lives(model.now):
            rows[group, False] += lot.left
            rows[group, True] += lot.frozen
    same(_add_up(rows), world.lots(), "credits")
    same([], world.findings(), "the audit")


def whereabouts(here: Workspace, world: World) -> int:
    """The workspace of the model, in Candor: where its first member is."""
    return world.workspace_of(next(iter(here.members)))


def _premiums(model: Model, world: World) -> dict[int, tuple[Any, ...]]:
    found = {}
    for here in model.workspaces():
        if (premium := here.premium) is not None:
            order = premium.order
            ends = premium.ends if premium.first else None
            found[whereabouts(here, world)] = (premium.state, order.plan, order.seats, order.interval, dict(order.packs), ends)
    return found


def list_lots(model: Model, world: World) -> list[tuple[Lot, Group]]:
    """Every lot, and what `World.lots` counts it under."""
    found: list[tuple[Lot, Group]] = []
    for here in model.workspaces():
        workspace = whereabouts(here, world)
        found += [(lot, (0, workspace, lot.kind, lot.source, lot.ends, lot.keeps)) for lot in here.pool]
    for name, person in model.people.items():
        account = world.people[name].account_id
        found += [(lot, (account, 0, lot.kind, lot.source, lot.ends, lot.keeps)) for lot in person.lots]
    return found


def same(expected: Any, found: Any, what: str) -> None:
    """Where the terms and Candor differ, say what differs."""
    if expected != found:
        if isinstance(expected, dict) and isinstance(found, dict):
            keys = [key for key in {**expected, **found} if expected.get(key) != found.get(key)]
            expected, found = {key: expected.get(key) for key in keys}, {key: found.get(key) for key in keys}
        raise AssertionError(f"{what}: the terms say {expected!r}, Candor says {found!r}")


def _add_up(rows: Counter[tuple[Group, bool]]) -> dict[Group, tuple[int, int]]:
    """Counted credits as `World.lots` writes them."""
    groups = {group for group, _ in rows}
    return {group: (rows[group, False], rows[group, True]) for group in groups if rows[group, False] + rows[group, True]}
