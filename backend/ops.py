"""`candor ops`: what those who run Candor do from a terminal. Each room brings its own commands; each asks for a reason."""

import click

from backend.kernel.ops import create_command

ops_command = click.Group("ops", commands=[create_command], help="Run Candor: every action is logged with its reason.")
