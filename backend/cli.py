"""`candor`: everything that is done from a terminal."""

import importlib

import click

from backend import __version__
from backend.up.data_option import data_option

# Imported at the first use only, so that `candor --help` answers at once.
_COMMANDS = {
    "up": "backend.up.commands",
    "stop": "backend.up.commands",
    "worker": "backend.up.commands",
    "migrate": "backend.up.commands",
    "demo": "backend.up.commands",
    "import": "backend.directory.commands",
    "audit": "backend.audit",
    "clauses": "backend.clauses",
    "extension": "backend.kernel.commands",
    "ops": "backend.ops_cli",
    "robots": "backend.robots.commands",
}
# Run in the surroundings of the running Candor, or of servers started for as long as they take.
_NEED_SERVERS = {"worker", "migrate", "import", "audit", "extension", "ops"}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        found = getattr(importlib.import_module(_COMMANDS[name]), f"{name}_command")
        assert isinstance(found, click.Command)
        if name in _NEED_SERVERS:
            from backend.up.surroundings import with_servers

            return with_servers(found)
        return found


@click.group(cls=_Commands)
@data_option
@click.version_option(__version__, prog_name="candor")
def main() -> None:
    """Contacts, with receipts."""


if __name__ == "__main__":
    main(prog_name="candor")
