"""HTTP, in the sandbox only: which invented people can be looked up, and what is available of each."""

from typing_extensions import TypedDict

from backend.directory.sample import sample_people
from backend.kernel.http import Room, kernel
from backend.kernel.limits import READS
from backend.kernel.loopback import refuse_other_hosts

api = Room("sandbox_people", __name__)
api.before_request(refuse_other_hosts)


class SampleKinds(TypedDict):
    b2b_email: str
    phone: str
    direct_email: str


class SampleProfile(TypedDict):
    profile: str
    name: str
    country: str
    kinds: SampleKinds


@api.get("/v1/sandbox/people", who="anyone", limit=READS, answer=list[SampleProfile],
         leads_to={"lookup.create_lookup": {"profile": "/0/profile"}})  # fmt: skip
def list_sample_people() -> list[SampleProfile]:
    """List 20 sample profiles, one for each thing that can happen to a lookup.

    A kind is `available`, `none`, or the reason why it is blocked.
    """
    return [
        SampleProfile(profile=person.profile, name=person.name, country=person.country, kinds=SampleKinds(**person.kinds))  # type: ignore[typeddict-item]
        for person in sample_people(kernel())
    ]
