"""`candor audit`."""

import click

from backend.credits.audit import CHECKS, audit
from backend.kernel import build_kernel
from backend.settings import Settings


@click.command("audit")
def audit_command() -> None:
    """Prove that the ledger adds up; name the rows and exit with 1 where it does not."""
    with build_kernel(Settings()).database.begin() as connection:
        findings = audit(connection)
    wrong = {finding.rule: finding for finding in findings}
    for rule in CHECKS:
        found = wrong.get(rule)
        click.echo(f"{'no ' if found else 'yes'}  {rule}")
        for row in found.rows if found else []:
            click.echo("       " + ", ".join(f"{name} {value}" for name, value in row.items()))
        if found and found.more:
            click.echo("       and more")
    if findings:
        raise SystemExit(1)
