"""Fair use as its user sees it: what is left of the month's unlimited credits, what a question or hold rests on, how to appeal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from backend.accounts.holds import say_signs
from backend.credits import UNLIMITED, is_held, read_balances
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.robots import ask_question, read_newest

_NEAR_FROM_PERCENT = 80

HOW_TO_APPEAL = {
    "en": "If your unlimited credits are held, write why you object under Fair use, in the extension or in your account on our"
    " site, or answer the mail that told you. A person decides, and somebody else decides again if you object to that. Credits you"
    " have paid for stay usable.",
    "fr": "Si vos crédits illimités sont bloqués, écrivez pourquoi vous contestez sous Usage raisonnable, dans l’extension ou dans"
    " votre compte sur notre site, ou répondez au mail qui vous l’a annoncé. Une personne décide, et une autre décide à nouveau si"
    " vous contestez sa décision. Les crédits que vous avez payés restent utilisables.",
}


@dataclass(frozen=True)
class FairUse:
    """`kind` is the unlimited one, None where the plan has none; `near` when four fifths of the month's are used."""

    kind: str | None
    left: int | None
    of: int
    resets_at: datetime | None
    near: bool
    state: Literal["free", "asked", "held"]
    because: tuple[str, ...]
    how_to_appeal: str


def read_fair_use(kernel: Kernel, caller: Caller, lang: str) -> FairUse:
    """How an account stands now. Nothing is moved by asking."""
    balances = read_balances(kernel.database, caller.workspace_id, caller.account_id, kernel.clock.now())
    kind, balance = next(((kind, each) for kind, each in balances.items() if each.unlimited_left is not None), (None, None))
    with kernel.database.begin() as connection:
        held = is_held(connection, caller.workspace_id, caller.account_id)
        cause = read_newest(connection, kernel, caller.account_id, ("hold",) if held else ("ask",))
    state: Literal["free", "asked", "held"] = "held" if held else "free"
    if not held and ask_question(kernel, caller.account_id, lang) is not None:
        state = "asked"
    left = balance.unlimited_left if balance else None
    return FairUse(
        kind=kind,
        left=left,
        of=UNLIMITED,
        resets_at=balance.resets_at if balance else None,
        near=left is not None and 100 * (UNLIMITED - left) >= _NEAR_FROM_PERCENT * UNLIMITED,
        state=state,
        because=() if state == "free" else tuple(say_signs(cause.signs if cause else (), lang)),
        how_to_appeal=HOW_TO_APPEAL[lang],
    )
