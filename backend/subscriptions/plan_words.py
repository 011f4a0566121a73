"""The plan sheet in plain words: what each plan gives and where it ends, in the reader's language, with the sheet's own figures."""

import tomllib
from functools import cache
from pathlib import Path

from babel.numbers import format_decimal

from backend.credits import UNLIMITED
from backend.terms import Pack, PlanTerms, Sheet

_LOCALES = {"en": "en_GB", "fr": "fr_FR"}


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "plan_words.toml").read_text(encoding="utf-8"))


def _say(lang: str, name: str, **facts: int | str) -> str:
    written = {key: fact if isinstance(fact, str) else format_decimal(fact, locale=_LOCALES[lang]) for key, fact in facts.items()}
    text = _words()[lang][name].format(**written)
    return text[0].upper() + text[1:]


def name_kind(lang: str, kind: str) -> str:
    """A kind of credit as a reader calls it."""
    return _words()[lang][kind]


def tell_gives(sheet: Sheet, plan: PlanTerms, lang: str) -> list[str]:
    """The essential characteristics of a plan, one sentence each."""
    said = []
    if plan.unlimited is not None:
        said.append(_say(lang, "unlimited", kind=name_kind(lang, plan.unlimited), cap=UNLIMITED))
    form = "grant" if plan.premium else "grant-free"
    said += [_say(lang, form, amount=amount, kind=name_kind(lang, kind)) for kind, amount in plan.grants.items()]
    said += [_say(lang, "api-grant", amount=amount, kind=name_kind(lang, kind)) for kind, amount in plan.api_grants.items()]
    said += [_say(lang, name) for name, given in (("api", plan.api), ("keeps", plan.keeps)) if given]
    if not plan.premium:
        return [*said, _say(lang, "no-cost")]
    year = _say(lang, "year", pays=sheet.policy.year_pays_months, grants=sheet.policy.year_grants_months)
    return [*said, _say(lang, "pool"), year, _say(lang, "upgrade")]


def tell_limits(sheet: Sheet, plan: PlanTerms, lang: str) -> list[str]:
    """The restrictions of a plan, one sentence each."""
    policy = sheet.policy
    said = [_say(lang, "synced"), _say(lang, "exports-seat" if plan.premium else "exports", exports=plan.exports_a_day)]
    if not plan.keeps:
        said.append(_say(lang, "lost"))
    said += [_say(lang, "own")] if not plan.premium else []
    if plan.unlimited is not None and plan.api:
        said.append(_say(lang, "program"))
    if not plan.api:
        said.append(_say(lang, "no-api"))
    if not plan.premium:
        return [*said, _say(lang, "renews-free")]
    month = _say(lang, "month-notice", hours=policy.notice_monthly_h)
    year = _say(lang, "year-notice", months=policy.notice_annual_months)
    return [*said, month, year, _say(lang, "started"), _say(lang, "pool-end")]


def tell_pack(pack: Pack, lang: str) -> str:
    """What a pack is."""
    return _say(lang, "pack", amount=pack.amount, kind=name_kind(lang, pack.kind))
