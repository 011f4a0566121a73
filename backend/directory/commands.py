"""`candor import`: brings a file of people and their details into the directory, with the papers of where they come from."""

import csv
import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import click

from backend.directory.files import UnreadableFile
from backend.directory.importing import Imported, MissingPapers, import_file
from backend.directory.rows import Refused
from backend.directory.tables import BASES, SOURCE_KINDS, VISIBILITIES
from backend.kernel import Kernel, build_kernel

_EXAMPLES = {
    "source": "'Example Data Ltd'",
    "licence": "CONTRACT-2026-01",
    "kind": SOURCE_KINDS[0],
    "visibility": VISIBILITIES[0],
    "basis": BASES[0],
}
_CHOICES = {"kind": SOURCE_KINDS, "visibility": VISIBILITIES, "basis": BASES}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="The source's own name, such as 'Example Data Ltd'.")
@click.option("--licence", default="", help="The contract or permission under which the data may be used.")
@click.option("--kind", type=click.Choice(SOURCE_KINDS), help="What kind of source it is.")
@click.option("--visibility", default="", help=f"Who could see the data there: {', '.join(VISIBILITIES)}.")
@click.option("--basis", type=click.Choice(BASES), help="The lawful basis.")
@click.option("--country", default="", help="Where the people live, such as FR. Phone numbers are read by it.")
def import_command(
    file: Path, source: str, licence: str, kind: str | None, visibility: str, basis: str | None, country: str
) -> None:
    """Import people from FILE, CSV or JSON Lines.

    The options say once where the file comes from, and fill columns of the same name where those are empty. Refused rows are listed
    with their line and reason in FILE.report.csv. A second run of the same file changes nothing.
    """
    from backend.settings import Settings

    given = {
        "source": source, "licence": licence, "kind": kind or "", "visibility": visibility, "basis": basis or "",
        "country": country,
    }  # fmt: skip
    kernel = build_kernel(Settings())
    try:
        run_import(kernel, file, given)
    except MissingPapers as missing:
        others = "".join(f"\n  {name} is one of {', '.join(_CHOICES[name])}" for name in missing.columns if name in _CHOICES)
        command = command_for(file, given, missing.columns)
        raise click.ClickException(f"{missing} Type, with the words that are right for it:\n\n  {command}\n{others}") from None
    except UnreadableFile as unreadable:
        raise click.ClickException(str(unreadable)) from None
    finally:
        kernel.database.close()


def command_for(file: Path, given: dict[str, str], missing: tuple[str, ...]) -> str:
    """The command to type: what was given, and an example of each missing option."""
    options = [f"--{name} {shlex.quote(text)}" for name, text in given.items() if text]
    options += [f"--{name} {_EXAMPLES[name]}" for name in missing]
    return " ".join(["bin/candor import", shlex.quote(str(file)), *options])


def run_import(kernel: Kernel, file: Path, given: dict[str, str]) -> Imported:
    """Import, tell how far it is for whatever takes over a second, write the report, say what was done."""
    report_file = file.with_name(f"{file.name}.report.csv")
    told = monotonic()

    def tell(how_far: str) -> None:
        nonlocal told
        if monotonic() - told >= 1:
            told = monotonic()
            click.echo(f"  {how_far}", err=True)

    with ExitStack() as undo:
        try:
            report = csv.writer(undo.enter_context(report_file.open("w", encoding="utf-8", newline="")))
        except OSError as error:
            raise UnreadableFile(f"The report cannot be written to {report_file}: {error.strerror}.") from error
        report.writerow(("line", "column", "code", "reason"))

        def write(line: int | None, refused: Refused) -> None:
            report.writerow((line or "", refused.column, refused.code, refused.reason))

        try:
            done = import_file(kernel, file, given, write, tell)
        except UnreadableFile:
            undo.callback(report_file.unlink)
            raise
    if not done.refused:
        report_file.unlink()
    _sum_up(done, report_file)
    return done


def _sum_up(done: Imported, report_file: Path) -> None:
    click.echo(
        f"{done.rows:,} rows: {done.added:,} added, {done.changed:,} changed, {done.unchanged:,} unchanged, "
        f"{done.refused:,} refused."
    )
    if done.reasons:
        for code, count in done.reasons.most_common():
            click.echo(f"  {count:>8,}  {code}")
        click.echo(f"Line and reason of each: {report_file}")
    if done.unevidenced:
        click.echo(
            f"{done.unevidenced:,} rows name a consent without a consent_evidence: where the law asks for it, their personal "
            "emails stay blocked."
        )
    if done.unknown_columns:
        click.echo(f"{done.unknown_columns:,} columns have names that are not known here: they were not read.")
    if not done.rows:
        click.echo("The file holds no rows.", file=sys.stderr)
