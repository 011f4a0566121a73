"""Floor 0: what every room stands on. `Kernel` holds the parts a business action needs, wired once in `app.py`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backend.kernel.clock import Clock, SandboxClock, SystemClock
from backend.kernel.database import Database
from backend.kernel.digests import Digester
from backend.kernel.events import Events
from backend.kernel.ids import PublicIds
from backend.kernel.sealing import Sealer
from backend.kernel.switches import Switches

if TYPE_CHECKING:
    from backend.settings import Settings


@dataclass(frozen=True)
class Kernel:
    """The parts of one running process. Verbs take it as their first argument."""

    settings: "Settings"
    database: Database
    switches: Switches
    clock: Clock
    ids: PublicIds
    digester: Digester
    sealer: Sealer
    events: Events = field(default_factory=Events)


def build_kernel(settings: "Settings", clock: Clock | None = None) -> Kernel:
    """Wire a kernel from the settings; `clock` is given by tests."""
    database = Database(settings.database_url)
    return Kernel(
        settings=settings,
        database=database,
        switches=Switches(database),
        clock=clock or (SandboxClock(database) if settings.sandbox else SystemClock()),
        ids=PublicIds(settings.id_key),
        digester=Digester(settings.digest_keys),
        sealer=Sealer(settings.sealing_keys),
    )
