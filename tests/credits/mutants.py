"""Ways to get reveal.sql wrong, each as replacements in its text and the check that must notice."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import backend.credits
from tests.credits import rivals
from tests.credits.conftest import Ledger
from tests.credits.races import race
from tests.credits.standing import every_standing
from tests.credits.walk import walk

SOURCE = (Path(backend.credits.__file__).parent / "reveal.sql").read_text(encoding="utf-8")

Check = Callable[[Ledger], object]


def walking(ledger: Ledger) -> None:
    """Walks beside the model: enough of them for the rarest mutant; most are found in the first few."""
    walk(ledger, 250)


@dataclass(frozen=True)
class Mutant:
    """A wrong ledger: what is replaced by what (each found exactly once), and who notices."""

    name: str
    noticed_by: Check
    replacements: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """The whole of reveal.sql with the fault in it."""
        mutated = SOURCE
        for old, new in self.replacements:
            if mutated.count(old) != 1:
                raise AssertionError(f"“{self.name}” looks for a text that stands {mutated.count(old)} times in reveal.sql: {old}")
            mutated = mutated.replace(old, new)
        return mutated


def _mutant(name: str, noticed_by: Check, *replacements: tuple[str, str]) -> Mutant:
    return Mutant(name, noticed_by, replacements)


_LOT_AGAIN = "spendable(l, p_account, p_at, with_unlimited) AND l.lot_id = ("
_FIRST_LOT = "          LIMIT 1)\n"
_SKIPPED = (_FIRST_LOT, "          LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)\n")
_DEBIT = "SET remaining = l.remaining - 1"
_GIVEN_BACK = "          UPDATE lots l SET remaining = l.remaining + 1 WHERE l.workspace_id = p_workspace AND l.lot_id = paying;\n"
_ORDER = "ORDER BY l.rank, l.expires_at, l.lot_id"
_KNOWN = "WHERE r.workspace_id = p_workspace AND r.person_id = ANY (p_persons)"
_FIRST_LOOK = f"ELSIF EXISTS (SELECT FROM reveals r\n                  {_KNOWN}"
_RE_CHECK = f"WHERE NOT EXISTS (SELECT FROM reveals r\n                          {_KNOWN}"
_LAST_LOOK = f"ELSIF EXISTS (SELECT FROM reveals r\n                    {_KNOWN}"
_LATE_LIMIT = f"ELSIF NOT within_limit THEN outcome := 'empty'; reason := 'member-limit';\n      {_LAST_LOOK}"
_STANDING = """  IF outcome IS NOT NULL THEN
    reason := permit.reason;
    RETURN NEXT;
    RETURN;
  END IF;
"""
_END = "    RETURN NEXT;\n  END LOOP;\nEND $$;"
_AGAIN = "EXIT WHEN FOUND OR NOT EXISTS ("
_UNPAID = "IF kind <> ALL (p_showable) OR cardinality(p_persons) = 0 THEN"
_OWN_LOTS = "(lot.account_id IS NULL OR lot.account_id = p_account)"
_MINT = "IF permit.unlimited_kind = kind AND with_unlimited THEN"


def _everywhere(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """The same change in each of the three looks at what is paid."""
    return tuple((look, look.replace(old, new)) for look in (_FIRST_LOOK, _RE_CHECK, _LAST_LOOK))


MUTANTS = [
    # Locks and lost races
    _mutant("a drained lot is debited", rivals.who_comes_late_takes_the_next_lot, (_LOT_AGAIN, "l.lot_id = (")),
    _mutant("a drained lot is debited, under load", race, (_LOT_AGAIN, "l.lot_id = (")),
    _mutant("a locked lot is skipped", rivals.what_is_lost_first_is_waited_for, _SKIPPED),
    _mutant(
        "a locked lot is skipped and not looked at again",
        rivals.nobody_is_refused_while_credits_are_left,
        _SKIPPED,
        (_AGAIN, "EXIT WHEN true OR NOT EXISTS ("),
    ),
    _mutant(
        "debited from what was left before the wait",
        rivals.nobody_is_refused_while_credits_are_left,
        (
            _DEBIT,
            "SET remaining = (SELECT was.remaining FROM lots was WHERE was.lot_id = l.lot_id) - 1",
        ),
    ),
    _mutant("a lost race is not given back", rivals.a_person_two_pay_for_from_their_own_is_charged_once, (_GIVEN_BACK, "")),
    _mutant(
        "no second look for a late grant",
        rivals.a_credit_granted_while_waiting_is_found,
        (_AGAIN, "EXIT WHEN true OR NOT EXISTS ("),
    ),
    _mutant(
        "no look for the person once the lot is held",
        rivals.the_same_merged_person_is_charged_once,
        (_RE_CHECK, _RE_CHECK.replace("WHERE NOT", "WHERE true OR NOT")),
    ),
    _mutant(
        "no look for the person once all lots are gone",
        rivals.the_same_person_on_the_last_credit_is_known,
        (_LAST_LOOK, _LAST_LOOK.replace("ELSIF", "ELSIF false AND")),
    ),
    _mutant(
        "two of one workspace may not ask at once",
        rivals.a_person_two_pay_for_from_their_own_is_charged_once,
        ("        ON CONFLICT DO NOTHING;\n        IF FOUND", "        ;\n        IF FOUND"),
    ),
    _mutant(
        "two first needs of the unlimited lot clash",
        rivals.two_first_needs_make_one_unlimited_lot,
        ("  ON CONFLICT DO NOTHING\n  RETURNING", "  RETURNING"),
    ),
    _mutant(
        "kinds are locked in the caller's order",
        rivals.kinds_are_locked_in_one_order,
        ("FOREACH kind IN ARRAY ARRAY['b2b_email', 'phone', 'direct_email', 'export'] LOOP", "FOREACH kind IN ARRAY p_kinds LOOP"),
    ),
    _mutant(
        "charged although a rival was faster",
        rivals.a_person_two_pay_for_from_their_own_is_reported_free,
        ("        ELSE\n          outcome := 'known';", "        ELSE\n          outcome := 'known'; charged := 1;"),
    ),
    # Which lot pays
    _mutant("burnt in the order of the grants", walking, (_ORDER, "ORDER BY l.rank, l.lot_id")),
    _mutant("rank and expiry swapped", walking, (_ORDER, "ORDER BY l.expires_at, l.rank, l.lot_id")),
    _mutant("what never ends goes first", walking, (_ORDER, "ORDER BY l.rank, l.expires_at NULLS FIRST, l.lot_id")),
    _mutant("the newest of equals goes first", walking, (_ORDER, "ORDER BY l.rank, l.expires_at, l.lot_id DESC")),
    _mutant("a teammate's personal lot pays", walking, (_OWN_LOTS, "true")),
    _mutant("the pool does not pay", walking, (_OWN_LOTS, "lot.account_id = p_account")),
    _mutant("a lot pays before it starts", walking, ("lot.valid_from <= p_at", "true")),
    _mutant("a lot does not pay at its first instant", walking, ("lot.valid_from <= p_at", "lot.valid_from < p_at")),
    _mutant("a lot pays at the instant it ends", walking, ("lot.expires_at > p_at", "lot.expires_at >= p_at")),
    _mutant("a held unlimited lot pays", walking, ("NOT (permit.held OR p_program)", "NOT p_program")),
    _mutant("a program spends the unlimited lot", walking, ("NOT (permit.held OR p_program)", "NOT permit.held")),
    _mutant(
        "another kind pays",
        walking,
        (
            "AND l.kind = reveal.kind AND spendable(l, p_account, p_at, with_unlimited)\n          ORDER",
            "AND spendable(l, p_account, p_at, with_unlimited)\n          ORDER",
        ),
    ),
    # What is free
    _mutant("merged persons are not looked up", walking, *_everywhere("ANY (p_persons)", "p_persons[1]")),
    _mutant("another workspace's reveal is free here", walking, *_everywhere("r.workspace_id = p_workspace", "true")),
    _mutant(
        "a teammate's reveal is not free", walking, *_everywhere("ANY (p_persons)", "ANY (p_persons) AND r.account_id = p_account")
    ),
    _mutant(
        "one paid kind makes all free",
        walking,
        (f"{_FIRST_LOOK} AND r.kind = reveal.kind", _FIRST_LOOK),
    ),
    _mutant("what cannot be shown is charged", walking, (_UNPAID, "IF cardinality(p_persons) = 0 THEN")),
    _mutant("nobody is charged for", walking, (_UNPAID, "IF kind <> ALL (p_showable) THEN")),
    _mutant(
        "charged when known",
        walking,
        ("      outcome := 'known';\n    ELSE\n", "      outcome := 'known'; charged := 1;\n    ELSE\n"),
    ),
    # What is written
    _mutant("two are taken", walking, (_DEBIT, "SET remaining = greatest(l.remaining - 2, 0)")),
    _mutant(
        "the entry holds the balance before",
        walking,
        ("balance, p_account, p_persons[1], p_at);", "balance + 1, p_account, p_persons[1], p_at);"),
    ),
    _mutant("the entry holds what was granted", walking, ("l.lot_id, l.remaining INTO", "l.lot_id, l.granted INTO")),
    _mutant("the reveal names another lot", walking, ("kind, p_account, paying, p_at\n", "kind, p_account, paying + 1, p_at\n")),
    _mutant(
        "what is left is told before the charge",
        walking,
        ("coalesce(sum(l.remaining), 0)", "coalesce(sum(l.remaining), 0) + charged"),
    ),
    # Standing
    _mutant(
        "standing is checked after the charge",
        walking,
        (_STANDING, ""),
        (
            _END,
            "    IF standing(permit, p_session, p_at) IS NOT NULL THEN\n"
            "      kind := NULL; outcome := standing(permit, p_session, p_at); RETURN NEXT; RETURN;\n"
            f"    END IF;\n{_END}",
        ),
    ),
    _mutant(
        "the terms come before the suspension",
        every_standing,
        ("    WHEN permit.state = 'suspended' THEN 'account-suspended'\n", ""),
        (
            "THEN 'terms-required'\n",
            "THEN 'terms-required'\n    WHEN permit.state = 'suspended' THEN 'account-suspended'\n",
        ),
    ),
    _mutant(
        "the extension comes before LinkedIn",
        every_standing,
        ("    WHEN NOT permit.extension_seen THEN 'extension-required'\n", ""),
        (
            "    WHEN permit.synced_until IS NULL",
            "    WHEN NOT permit.extension_seen THEN 'extension-required'\n    WHEN permit.synced_until IS NULL",
        ),
    ),
    _mutant("an ended session goes on", every_standing, (" OR p_session = ANY (permit.ended_sessions)", "")),
    _mutant(
        "LinkedIn's consent holds an instant too long",
        every_standing,
        ("permit.synced_until <= p_at", "permit.synced_until < p_at"),
    ),
    _mutant("a plan runs an instant too long", every_standing, ("permit.plan_until <= p_at", "permit.plan_until < p_at")),
    _mutant(
        "a lookup does not know merged persons",
        walking,
        (
            "SELECT DISTINCT r.kind FROM reveals r WHERE r.workspace_id = p_workspace AND r.person_id = ANY (p_persons)",
            "SELECT DISTINCT r.kind FROM reveals r WHERE r.workspace_id = p_workspace AND r.person_id = p_persons[1]",
        ),
    ),
    # The member's limit
    _mutant("one more than the limit", walking, ("WHERE m.spent < p_most;", "WHERE m.spent <= p_most;")),
    _mutant("a limit of nothing lets one through", walking, (" WHERE p_most > 0\n", "\n")),
    _mutant(
        "what was not charged counts against the limit",
        walking,
        ("IF most IS NOT NULL AND within_limit AND charged = 0 THEN", "IF false THEN"),
    ),
    _mutant("a limit stops what is paid for already", rivals.the_last_of_a_limit_is_known_to_who_waits, (_LAST_LOOK, _LATE_LIMIT)),
    _mutant("a limit is told as an empty purse", walking, ("        reason := 'member-limit';\n", "")),
    _mutant("what is left is told without the limit", walking, ("IF permit.limits ? kind THEN", "IF false THEN")),
    # The unlimited lot
    _mutant(
        "a spent unlimited lot is filled again",
        walking,
        ("    AND l.expires_at = month_end;", "    AND l.expires_at = month_end AND l.open;"),
        (
            "  ON CONFLICT DO NOTHING\n  RETURNING",
            "  ON CONFLICT (workspace_id, grant_key, kind) DO UPDATE SET remaining = 10000\n  RETURNING",
        ),
    ),
    _mutant(
        "a held account's lot is made all the same", walking, (_MINT, "IF permit.unlimited_kind = kind AND NOT p_program THEN")
    ),
    _mutant(
        "what is left leaves the unlimited out", walking, (_MINT, f"{_MINT.removesuffix(' THEN')} AND kind = ANY (p_showable) THEN")
    ),
    _mutant(
        "months end at midnight UTC",
        walking,
        (
            "date_trunc('month', p_at AT TIME ZONE 'Europe/Paris') AT TIME ZONE 'Europe/Paris';",
            "date_trunc('month', p_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';",
        ),
        (
            "(date_trunc('month', p_at AT TIME ZONE 'Europe/Paris') + interval '1 month') AT TIME ZONE 'Europe/Paris'",
            "(date_trunc('month', p_at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'",
        ),
    ),
    _mutant("the cap is told as an empty purse", walking, ("outcome := 'capped';", "outcome := 'empty';")),
    _mutant(
        "a program is told of the cap",
        walking,
        ("ELSIF permit.unlimited_kind = kind AND NOT p_program THEN", "ELSIF permit.unlimited_kind = kind THEN"),
    ),
]
