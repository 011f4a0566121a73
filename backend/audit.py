"""`candor audit`: the ledger adds up and the acceptances are unbroken, or the rows that do not are named."""

import click

from backend.credits.audit import CHECKS as LEDGER
from backend.credits.audit import Finding, audit
from backend.kernel import build_kernel
from backend.settings import Settings
from backend.terms.audit import CHECKS as TERMS

_MOST = 20


@click.command("audit")
def audit_command() -> None:
    """Prove that the ledger adds up and that acceptances are unbroken; name the rows and exit with 1 where they are not."""
    with build_kernel(Settings()).database.begin() as connection:
        findings = audit(connection, _MOST)
        for rule, find in TERMS.items():
            rows = find(connection, _MOST + 1)
            if rows:
                findings.append(Finding(rule, rows[:_MOST], len(rows) > _MOST))
    wrong = {finding.rule: finding for finding in findings}
    for rule in (*LEDGER, *TERMS):
        found = wrong.get(rule)
        click.echo(f"{'no ' if found else 'yes'}  {rule}")
        for row in found.rows if found else []:
            click.echo("       " + ", ".join(f"{name} {value}" for name, value in row.items()))
        if found and found.more:
            click.echo("       and more")
    if findings:
        raise SystemExit(1)
