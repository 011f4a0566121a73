"""One row of a file, read into what may be stored, or refused with its reason. Pure: no clock, no database."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import phonenumbers

from backend.directory.normalising import (
    Unreadable,
    is_private_address,
    normalise_company,
    normalise_email,
    normalise_phone,
    normalise_words,
)
from backend.directory.profile_key import ProfileKey, read_profile_key
from backend.directory.tables import BASES, GENERIC_SOURCES, SOURCE_KINDS, VISIBILITIES

SOURCE_COLUMNS = ("source", "licence", "kind", "visibility", "basis")
"""What every row needs to know of where it comes from; a flag of the command fills it where the file does not."""

PERSON_COLUMNS = (
    "full_name", "linkedin_url", "work_email", "mobile_phone", "personal_email", "company", "title", "country",
)  # fmt: skip
OPTIONAL_COLUMNS = (
    "member_id", "lang", "collected_at", "verified_at", "method", "confidence", "consent_evidence",
    "tps_status", "ctps_status", "screened_at",
)  # fmt: skip
COLUMNS = frozenset((*SOURCE_COLUMNS, *PERSON_COLUMNS, *OPTIONAL_COLUMNS))

LONGEST_FIELD = 2000
LIMITED_VISIBILITIES = frozenset({"first", "first_second", "only_me", "unknown"})
RETENTION_MONTHS = 12
DEFAULT_METHOD = {"supplier": "supplied", "registry": "registered", "company_site": "published"}
DEFAULT_CONFIDENCE = {"supplier": 0.7, "registry": 0.9, "company_site": 0.8}

_CLEAR = frozenset({"clear", "no", "n", "false", "0", "not listed", "not_listed", "unlisted"})
_LISTED = frozenset({"listed", "yes", "y", "true", "1", "registered"})


class Refused(Exception):
    """A rule the row breaks: the column, a stable code and a sentence. Never a value of the row."""

    def __init__(self, code: str, reason: str, column: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason
        self.column = column


@dataclass(frozen=True)
class Source:
    """Where a row comes from, and under which permission."""

    name: str
    kind: str
    licence: str
    basis: str
    visibility: str
    country: str | None


@dataclass(frozen=True)
class Value:
    """One fact to be: as it is shown, as it is compared, and of a phone its country."""

    field: str
    text: str
    compared: str
    region: str | None = None

    @property
    def digest_kind(self) -> str:
        """Work and private emails share their digests: an objection to an address holds in both columns."""
        return "email" if self.field in ("b2b_email", "direct_email") else self.field


@dataclass(frozen=True)
class Row:
    """What one row says about one person. `collected_at` is None where the file does not say: then it is the day of the import."""

    source: Source
    keys: tuple[ProfileKey, ...]
    values: tuple[Value, ...]
    country: str | None
    lang: str | None
    collected_at: datetime | None
    verified_at: datetime | None
    method: str
    confidence: float
    consent_evidence: str | None
    screening: str | None
    screened_at: datetime | None
    suppression_keys: tuple[tuple[str, str], ...] = field(default=())

    def basis_of(self, value: Value) -> tuple[str, str | None]:
        """A fact's basis and evidence: the person's own consent, where the row names it, is what a private email rests on."""
        if self.consent_evidence and (self.source.basis == "consent" or value.field == "direct_email"):
            return "consent", self.consent_evidence
        return self.source.basis, None


def read_row(record: Mapping[str, str], now: datetime) -> Row:
    """The row that `record` (texts by column, trimmed) says, at `now`. Raises Refused."""
    for column, text in record.items():
        if len(text) > LONGEST_FIELD:
            raise Refused("too-long", f"longer than {LONGEST_FIELD:,} characters (a quotation mark left open?)", column)
        if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\t\n\r" for letter in text):
            raise Refused("unreadable-text", "holds characters that are no text: is the file UTF-8?", column)
    source = _read_source(record)
    country = source.country
    keys = _read_keys(record)
    values = _read_values(record, country)
    evidence = record.get("consent_evidence") or None
    collected_at = _read_instant(record, "collected_at", now)
    screening, screened_at = _read_screening(record, now)
    return Row(
        source=source,
        keys=keys,
        values=values,
        country=country,
        lang=_read_language(record),
        collected_at=collected_at,
        verified_at=_read_instant(record, "verified_at", now),
        method=(record.get("method") or DEFAULT_METHOD[source.kind])[:80],
        confidence=_read_confidence(record, source.kind),
        consent_evidence=evidence,
        screening=screening,
        screened_at=screened_at,
        suppression_keys=suppression_keys(keys, values),
    )


def suppression_keys(keys: tuple[ProfileKey, ...], values: tuple[Value, ...]) -> tuple[tuple[str, str], ...]:
    """Everything by which an objection would be recognised, as (kind, normalised value) (compliance G10)."""
    found: list[tuple[str, str]] = [(key.kind, key.value) for key in keys]
    found += [(value.digest_kind, value.compared) for value in values if value.digest_kind in ("email", "phone")]
    by_field = {value.field: value.compared for value in values}
    if "name" in by_field and "company" in by_field:
        found.append(name_company(by_field["name"], by_field["company"]))
    return tuple(found)


def name_company(name: str, company: str) -> tuple[str, str]:
    """The pair that recognises a person under another address, from the compared forms of both."""
    return "name_company", f"{name}|{company}"


def add_months(instant: datetime, months: int) -> datetime:
    """The same day so many months later, or that month's last."""
    year, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    return instant.replace(year=year, month=month + 1, day=min(instant.day, monthrange(year, month + 1)[1]))


def _read_source(record: Mapping[str, str]) -> Source:
    for column in SOURCE_COLUMNS:
        if not record.get(column):
            raise Refused("missing", f"no {column}: name it in the column or by --{column}", column)
    name = " ".join(record["source"].split())
    if name.casefold() in GENERIC_SOURCES:
        raise Refused("source-unnamed", "a source has a name of its own: people may ask for it", "source")
    kind, basis = record["kind"].lower(), record["basis"].lower()
    if kind not in SOURCE_KINDS:
        raise Refused("kind-unknown", f"kind is one of {', '.join(SOURCE_KINDS)}", "kind")
    if basis not in BASES:
        raise Refused("basis-unknown", f"basis is one of {', '.join(BASES)}", "basis")
    visibility = record["visibility"].lower()
    if visibility in LIMITED_VISIBILITIES:
        raise Refused("visibility-limited", "the person did not show this to everybody: it may not be kept", "visibility")
    if visibility not in VISIBILITIES:
        raise Refused("visibility-unknown", f"visibility is one of {', '.join(VISIBILITIES)}", "visibility")
    return Source(name, kind, record["licence"], basis, visibility, _read_country(record))


def _read_country(record: Mapping[str, str]) -> str | None:
    country = record.get("country", "").upper()
    country = {"UK": "GB", "EL": "GR"}.get(country, country)
    if country and country not in phonenumbers.SUPPORTED_REGIONS:
        raise Refused("country-unknown", "country is two letters, such as FR, DE, GB", "country")
    return country or None


def _read_language(record: Mapping[str, str]) -> str | None:
    lang = re.split(r"[-_]", record.get("lang", "").lower())[0]
    if lang and not re.fullmatch("[a-z]{2}", lang):
        raise Refused("lang-unknown", "lang is two letters, such as fr, de, en", "lang")
    return lang or None


def _read_keys(record: Mapping[str, str]) -> tuple[ProfileKey, ...]:
    keys: dict[str, ProfileKey] = {}
    for column in ("linkedin_url", "member_id"):
        if text := record.get(column, ""):
            key = read_profile_key(text)
            if key is None or (column == "member_id" and key.kind != "member"):
                raise Refused("not-a-profile", "not a LinkedIn profile's address, vanity name or member id", column)
            if keys.setdefault(key.kind, key) != key:
                raise Refused("two-members", "the address and the member id name two members", column)
    if not keys:
        raise Refused("missing", "no LinkedIn profile: without one the person could never be found", "linkedin_url")
    return tuple(keys.values())


def _read_values(record: Mapping[str, str], country: str | None) -> tuple[Value, ...]:
    if not record.get("full_name"):
        raise Refused("missing", "no name", "full_name")
    values = []
    for column, name in (("work_email", "b2b_email"), ("personal_email", "direct_email")):
        if text := record.get(column, ""):
            try:
                email = normalise_email(text)
            except Unreadable:
                raise Refused("not-an-email", "not an email address", column) from None
            if name == "b2b_email" and is_private_address(email):
                raise Refused("private-address", "on a private mail service: it belongs into personal_email", column)
            values.append(Value(name, email, email))
    if text := record.get("mobile_phone", ""):
        try:
            phone = normalise_phone(text, country)
        except Unreadable:
            way_out = "not a phone number" if country else "not a phone number with its country (+33 …), and no country is named"
            raise Refused("not-a-phone", way_out, "mobile_phone") from None
        values.append(Value("phone", phone.e164, phone.e164, phone.region))
    if not values:
        raise Refused("no-detail", "no work_email, no mobile_phone, no personal_email: nothing to keep a person for")
    for column, name in (("full_name", "name"), ("company", "company"), ("title", "title")):
        text = " ".join(record.get(column, "").split())
        compared = normalise_company(text) if name == "company" else normalise_words(text)
        if text:
            values.append(Value(name, unicodedata.normalize("NFC", text), compared or text))
    return tuple(values)


def _read_confidence(record: Mapping[str, str], kind: str) -> float:
    text = record.get("confidence", "")
    if not text:
        return DEFAULT_CONFIDENCE[kind]
    try:
        confidence = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        confidence = -1.0
    if not 0 <= confidence <= 1:
        raise Refused("confidence-unknown", "confidence is a number from 0 to 1, or a percentage", "confidence")
    return confidence


def _read_screening(record: Mapping[str, str], now: datetime) -> tuple[str | None, datetime | None]:
    """What TPS and CTPS said together: listed where either lists the number, clear only where both were asked (PECR 21, 21A)."""
    statuses = []
    for column in ("tps_status", "ctps_status"):
        text = record.get(column, "").lower()
        if text and text not in _CLEAR | _LISTED:
            raise Refused("screening-unknown", "a register's answer is clear or listed", column)
        statuses.append(text)
    screened_at = _read_instant(record, "screened_at", now)
    listed = any(status in _LISTED for status in statuses)
    if not listed and not all(statuses):
        return None, None
    if screened_at is None:
        raise Refused("missing", "when were the registers asked?", "screened_at")
    return ("listed" if listed else "clear"), screened_at


def _read_instant(record: Mapping[str, Any], column: str, now: datetime) -> datetime | None:
    text = record.get(column, "")
    if not text:
        return None
    try:
        if len(text) == 10:
            instant = datetime.combine(date.fromisoformat(text), time(), UTC)
        else:
            instant = datetime.fromisoformat(text)
            instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Refused("not-a-date", "write dates as 2026-03-31 or 2026-03-31T12:00:00Z", column) from None
    if instant > now:
        raise Refused("in-the-future", "this day has not come yet", column)
    if instant.year < 2000:
        raise Refused("not-a-date", "this is too long ago to be right", column)
    return instant
