"""What the law of a person's country says about showing a detail (compliance M): one table by country and kind, and the verdict."""

from dataclasses import dataclass
from datetime import datetime, timedelta

EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
    "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
UNKNOWN = "??"
ANYWHERE = "*"

CONSENT_NEEDED = "consent-needed"
SCREENING_NEEDED = "screening-needed"
DO_NOT_CALL = "do-not-call"


@dataclass(frozen=True)
class Rule:
    """What must be there before a detail is shown, and what is said beside it."""

    needs_consent: bool = False
    screened_within: timedelta | None = None
    note: str | None = None


_CONSENT = Rule(needs_consent=True)
_BUSINESS_ONLY = Rule(note="business-purpose-only")

POLICY: dict[str, dict[str, Rule]] = {
    # Art. L.34-5 CPCE and its sisters: a personal address needs consent given beforehand.
    "direct_email": {
        **dict.fromkeys(EEA, _CONSENT),
        "GB": _CONSENT,
        UNKNOWN: _CONSENT,
        ANYWHERE: Rule(),
    },
    # § 7 UWG: in Germany advertising by email needs consent, between businesses too.
    "b2b_email": {"DE": Rule(note="consent-before-advertising"), ANYWHERE: Rule()},
    # PECR 21, 21A: (C)TPS, looked up 28 days ago at most. Law 2025-594, art. 13: in France no call to a consumer.
    "phone": {"GB": Rule(screened_within=timedelta(days=28)), "FR": _BUSINESS_ONLY, ANYWHERE: Rule()},
}


def rule_for(kind: str, country: str | None) -> Rule:
    """The rule for a kind of detail of a person who lives in `country` (of a phone: whose number is of that country)."""
    rules = POLICY[kind]
    return rules.get(country or UNKNOWN, rules[ANYWHERE])


def find_block(rule: Rule, *, has_consent: bool, screening: str | None, screened_at: datetime | None, at: datetime) -> str | None:
    """Why a detail may not be shown at `at`, or None. A number on a do-not-call register is hidden whatever its country."""
    if rule.needs_consent and not has_consent:
        return CONSENT_NEEDED
    if screening == "listed":
        return DO_NOT_CALL
    if rule.screened_within is not None and (screened_at is None or at - screened_at > rule.screened_within):
        return SCREENING_NEEDED
    return None
