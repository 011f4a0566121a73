"""`candor ops`: what those who run Candor do from a terminal. Each room brings its own commands; each asks for a reason."""

import click

from backend.accounts.hold_commands import commands as hold_commands
from backend.accounts.ops_commands import commands as accounts_commands
from backend.app import build_wired
from backend.credits.ops_commands import commands as credits_commands
from backend.directory.ops_commands import commands as directory_commands
from backend.helpdesk.ops_commands import commands as helpdesk_commands
from backend.kernel.ops import done_command, tasks_command
from backend.lookup.ops_commands import commands as lookup_commands
from backend.ops.ops_commands import commands as operators_commands
from backend.subscriptions.money_commands import commands as money_commands
from backend.subscriptions.ops_commands import commands as subscriptions_commands
from backend.terms.ops_commands import commands as terms_commands

ops_command = click.Group(
    "ops",
    context_settings={"obj": build_wired},
    commands=[
        *operators_commands,
        tasks_command,
        done_command,
        *terms_commands,
        *accounts_commands,
        *hold_commands,
        *credits_commands,
        *subscriptions_commands,
        *money_commands,
        *helpdesk_commands,
        *lookup_commands,
        *directory_commands,
    ],
    help="Run Candor: every action is logged with its reason.",
)
