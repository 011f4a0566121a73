"""Makes what a newcomer tries Candor with: the sample directory and the sample account, each once for a database."""

from __future__ import annotations

from backend.up.data_folder import Samples
from backend.up.progress import step


def load_samples() -> Samples:
    """The environment already leads to the database."""
    from backend.accounts.sample import create
    from backend.app import create_app
    from backend.directory import load_sample, sample_people
    from backend.kernel import Kernel

    kernel: Kernel = create_app().extensions["candor"]
    try:
        with step("Loading the sample directory", "The sample directory is there") as tell:
            load_sample(kernel, tell)
        email, password = create(kernel)
        people = sample_people(kernel, 20)
        shown = max(people, key=lambda person: sum(state == "available" for state in person.kinds.values()))
        return Samples(email, password, shown.profile, shown.name)
    finally:
        kernel.database.close()
