"""What lookups and reveals are sent: read before the view by the robot score, and by the view."""

from functools import cached_property
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue, StringConstraints, model_validator

from backend.directory import CONTACT_FIELDS, ContactField, ProfileKey, read_profile_key
from backend.kernel.http import Body

Profile = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class LookupBody(Body):
    profile: Profile

    @cached_property
    def key(self) -> ProfileKey | None:
        """What `profile` names, or None where it is no profile."""
        return read_profile_key(self.profile)


class ClientSigns(Body):
    """What the extension says of the user's own act: evidence for the robot score, never trusted alone."""

    proof: Annotated[str, StringConstraints(max_length=512)] | None = None
    dwell_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    trusted: bool | None = None


_ONE_PERSON: list[JsonValue] = [
    {"required": [one], "properties": {one: {"type": "string"}, other: {"type": "null"}}}
    for one, other in (("profile", "person_id"), ("person_id", "profile"))
]


class RevealBody(Body):
    model_config = ConfigDict(json_schema_extra={"oneOf": _ONE_PERSON})

    profile: Profile | None = None
    person_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    kinds: Annotated[
        list[ContactField], Field(min_length=1, max_length=len(CONTACT_FIELDS), json_schema_extra={"uniqueItems": True})
    ]
    page: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,39}$")] | None = None
    client: ClientSigns | None = None

    @cached_property
    def key(self) -> ProfileKey | None:
        """What `profile` names, or None where it is no profile, or a person is named by id."""
        return read_profile_key(self.profile) if self.profile is not None else None

    @model_validator(mode="after")
    def _name_one_person(self) -> "RevealBody":
        if (self.profile is None) == (self.person_id is None):
            raise ValueError("name the person by `profile` or by `person_id`, one of the two")
        if len(set(self.kinds)) != len(self.kinds):
            raise ValueError("`kinds` names a kind twice")
        return self
