"""Floor 1, the directory: people, identities, sealed facts with their papers, sources, suppression, notices."""

from backend.directory.profile_key import ProfileKey, read_profile_key
from backend.directory.reading import Detail, Found, find_person, owe_notice

__all__ = ["Detail", "Found", "ProfileKey", "find_person", "owe_notice", "read_profile_key"]
