"""The sample directory: 2,000 invented people in eight countries, taken in by the same import as real files.

Nothing here can stand on a real person: addresses are on `.example`, phones in ranges that regulators keep for fiction, vanity
names end in `-candor-sample`, and member numbers are higher than any that LinkedIn gives.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice

import sqlalchemy as sa

from backend.directory.files import Line
from backend.directory.importing import import_lines
from backend.directory.normalising import normalise_words
from backend.directory.profile_key import ProfileKey
from backend.directory.reading import find_person
from backend.directory.rows import Refused
from backend.directory.sample_words import WORDS
from backend.directory.tables import CONTACT_FIELDS, people
from backend.kernel import Kernel

PEOPLE_A_COUNTRY = 250
COUNTRIES = tuple(WORDS)
_FIRST_MEMBER = 200_000_000_000_000
_ENDS_SOON = 12

# Shown first in the sandbox, one for each thing that can happen to a lookup.
_SHOWN_FIRST = (
    ("FR", 3), ("FR", 0), ("FR", 1), ("FR", 4), ("FR", 5), ("FR", 7), ("FR", _ENDS_SOON), ("GB", 0), ("GB", 1), ("GB", 2),
    ("GB", 3), ("DE", 0), ("DE", 3), ("ES", 0), ("ES", 4), ("IT", 0), ("IT", 3), ("NL", 0), ("PT", 0), ("PL", 0),
)  # fmt: skip

_SUPPLIER = {
    "source": "Sample Supplier (invented)", "kind": "supplier", "visibility": "licensed_supplier_attested",
}  # fmt: skip
_REGISTRY = {"source": "Sample Business Registry (invented)", "kind": "registry", "visibility": "public_registry"}
_WEBSITES = {"source": "Sample Company Websites (invented)", "kind": "company_site", "visibility": "company_site"}
_PAPERS = {"licence": "SAMPLE: invented data, free to use", "basis": "legitimate_interest"}


@dataclass(frozen=True)
class SamplePerson:
    """An invented profile: its address, who it is, and what is available of each kind, or why not."""

    profile: str
    name: str
    country: str
    kinds: dict[str, str]


def load(kernel: Kernel, progress: Callable[[str], None] | None = None) -> bool:
    """Fill an empty directory with the sample; False where it holds somebody already."""
    with kernel.database.begin() as connection:
        if connection.execute(sa.select(people.c.person_id).limit(1)).first() is not None:
            return False
    import_lines(kernel, _lines(kernel.clock.now()), _PAPERS, _fail, progress)
    return True


def sample_people(kernel: Kernel, n: int = 20) -> list[SamplePerson]:
    """`n` of the sample as they stand now: first one for each thing that can happen, then country by country."""
    at = kernel.clock.now()
    others = ((country, place) for place in range(PEOPLE_A_COUNTRY) for country in COUNTRIES)
    chosen = list(islice(dict.fromkeys(chain(_SHOWN_FIRST, others)), n))
    found = []
    for country, place in chosen:
        invented = _Invented(country, place)
        known = find_person(kernel, ProfileKey("vanity", invented.vanity), CONTACT_FIELDS, at)
        kinds = {kind: "available" if kind in known.showable else known.blocked.get(kind, "none") for kind in CONTACT_FIELDS}
        if known.notice == "impossible":
            kinds = {kind: "no-notice-channel" if state == "available" else state for kind, state in kinds.items()}
        found.append(SamplePerson(invented.profile, invented.name, invented.country, kinds))
    return found


def _fail(line: int | None, refused: Refused) -> None:
    # A person who objected stays out of the sample, too: the suppression list outlives a fresh start.
    if refused.code != "suppressed":
        raise AssertionError(f"sample row {line}: {refused.column} {refused.reason}")


def _lines(now: datetime) -> Iterator[Line]:
    number = 0
    for place in range(PEOPLE_A_COUNTRY):
        for country in COUNTRIES:
            for record in _Invented(country, place).records(now):
                number += 1
                yield Line(number, record)


@dataclass(frozen=True)
class _Invented:
    """Person number `place` of a country; everything follows from these two."""

    country: str
    place: int

    @property
    def name(self) -> str:
        words = WORDS[self.country]
        first = words.first_names[self.place % 25]
        last = words.last_names[(7 * self.place + self.place // 25) % 25]
        return f"{first} {last.replace('-', ' ')}"

    @property
    def vanity(self) -> str:
        return f"{self._slug(self.name)}-{self.country.lower()}-candor-sample"

    @property
    def profile(self) -> str:
        return f"https://www.linkedin.com/in/{self.vanity}/"

    @staticmethod
    def _slug(text: str, between: str = "-") -> str:
        plain = normalise_words(text).translate(str.maketrans("łı", "li"))
        return between.join(word.encode("ascii", "ignore").decode() for word in plain.split())

    def records(self, now: datetime) -> Iterator[dict[str, str]]:
        """One row, or two where a second source knows the person."""
        words, place = WORDS[self.country], self.place
        company = words.companies[place % len(words.companies)]
        domain = f"{self._slug(company)}.example"
        collected = now - timedelta(days=360 if place == _ENDS_SOON else 3 + place % 22)
        person = {
            "full_name": self.name,
            "linkedin_url": self.profile,
            "country": self.country,
            "company": company,
            "title": words.titles[place % len(words.titles)],
            "collected_at": collected.date().isoformat(),
        }
        work_email = f"{self._slug(self.name, '.')}@{domain}"
        row = {**person, **_SUPPLIER, "work_email": work_email, "confidence": f"{0.6 + place % 5 * 0.08:.2f}"}
        if place % 3 == 0:
            row["member_id"] = str(_FIRST_MEMBER + COUNTRIES.index(self.country) * 1000 + place)
        if place % 2 == 0:
            row["verified_at"] = (collected + timedelta(days=1 + place % 2)).date().isoformat()
            row["method"] = "mail server asked"
        if words.phones:
            row["mobile_phone"] = words.phones[place % len(words.phones)].replace("#", f"{place:03d}")
            row |= self._screening(now)
        if place % 4 in (1, 3) or (place % 10 == 3 and not words.phones):
            row["personal_email"] = f"{self._slug(self.name, '.')}.{self.country.lower()}@home.example"
        if place % 4 == 3:
            row["consent_evidence"] = f"SAMPLE-CONSENT-{self.country}-{place:04d}"
        if place % 10 == 4:  # a phone alone, and so no address to tell the person at; without a phone, a private address alone
            row["work_email"] = ""
            if words.phones:
                row.pop("personal_email", None)
            else:
                row["personal_email"] = f"{self._slug(self.name, '.')}.{self.country.lower()}@home.example"
        yield row
        if place % 10 == 5:
            short = f"{self._slug(self.name.split()[0])}@{domain}"
            yield {**person, **_WEBSITES, "work_email": short}
        if place % 10 == 7:
            yield {**person, **_REGISTRY, "work_email": work_email}

    def _screening(self, now: datetime) -> dict[str, str]:
        """Of the British numbers a quarter each is clear, listed, clear too long ago, and never looked up."""
        if self.country != "GB" or self.place % 4 == 2:
            return {}
        asked = now - timedelta(days=40 if self.place % 4 == 3 else 2)
        listed = "listed" if self.place % 4 == 1 else "clear"
        return {"tps_status": "clear", "ctps_status": listed, "screened_at": asked.date().isoformat()}
