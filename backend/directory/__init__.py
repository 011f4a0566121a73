"""Floor 1, the directory: people, identities, sealed facts with their papers, sources, suppression, notices."""

from backend.directory.desk import (
    FRESH_DAYS,
    count_all_objections,
    count_facts,
    count_objections,
    count_owed,
    list_imports,
    list_sources,
)
from backend.directory.objections import object_to_use, read_objector
from backend.directory.profile_key import ProfileKey, read_profile_key
from backend.directory.reading import NOBODY, Detail, Found, find_person, owe_notice
from backend.directory.sample import SamplePerson, sample_people
from backend.directory.sample import load as load_sample
from backend.directory.tables import CONTACT_FIELDS, ContactField
from backend.directory.withdrawing import WAYS, Given, TakenBack, Way, list_given, take_back
from backend.directory.wrong import KnownValue, close_wrong, list_values

__all__ = [
    "CONTACT_FIELDS", "FRESH_DAYS", "NOBODY", "WAYS", "ContactField", "Detail", "Found", "Given", "KnownValue", "ProfileKey",
    "SamplePerson", "TakenBack", "Way", "close_wrong", "count_all_objections", "count_facts", "count_objections", "count_owed",
    "find_person", "list_given", "list_imports", "list_sources", "list_values", "load_sample", "object_to_use", "owe_notice",
    "read_objector", "read_profile_key", "sample_people", "take_back",
]  # fmt: skip
