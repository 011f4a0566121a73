"""`candor robots replay`: the production score over a trace, on a Redis started for as long as it takes."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from backend.robots.replay import Begun, History, replay
from backend.robots.scoring import Scorer
from backend.robots.thresholds import THRESHOLDS
from backend.robots.trace import FIELDS, BadLine, read_trace
from backend.robots.words import say_why


@click.group("robots")
def robots_command() -> None:
    """The robot score."""


@robots_command.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object an account.")
@click.option("--lang", type=click.Choice(("en", "fr")), default="en", help="Of the reasons.")
def replay_command(file: Path, as_json: bool, lang: str) -> None:
    """Say for each account of FILE when each step of the ladder would have begun.

    FILE holds one action a line, as JSON, in order of time; - reads standard input. A line that is none, or is earlier than the
    one before, ends the replay and is named. Three fields are needed:

    \b
      account        whose
      at             2026-03-02T09:00:00Z, or seconds or milliseconds since 1970
      action         one of the actions below

    These are used where they are known; what is left out is no evidence:

    \b
      person         whose page; without it each reveal counts as somebody new
      list_position  the place in the list
      network        many accounts on one are no evidence, many changes are
      device         several accounts on one are evidence
      dwell_ms       how long the page was open
      proof          true: the extension's proof came; false: none came;
                     "forged": it was altered, which holds at once

    Actions: sign_in, lookup, reveal (costs a credit if the person is new), known (a person revealed before), search, filter, note,
    tag, group, export, crm_push, view_contact, settings.
    """
    import redis

    from backend.up.embedded import redis_alone
    from backend.up.failures import CannotStart

    try:
        with redis_alone() as url:
            client = redis.Redis.from_url(url)
            client.config_set("maxmemory", "0")
            found = replay(Scorer(client), read_trace(_open(file)))
    except BadLine as bad:
        raise click.ClickException(f"{file}, {bad}") from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8 text.") from None
    except CannotStart as problem:
        raise click.ClickException(str(problem)) from None
    if found.unknown:
        names = ", ".join(sorted(found.unknown)[:10])
        click.echo(f"Not used: {names}. A trace's fields are {', '.join(FIELDS)}.", err=True)
    for history in found.accounts.values():
        account = history.account
        shared = {"accounts_on_device": found.on_device.get(account, 0), "accounts_on_network": found.on_network.get(account, 0)}
        click.echo(_as_json(history, shared, lang) if as_json else _as_text(history, shared, lang))
    if not as_json:
        asked = sum(any(begun.step == "ask" for begun in history.steps) for history in found.accounts.values())
        total = f"{found.actions:,} actions of {len(found.accounts):,} accounts; {asked:,} would have been asked."
        click.echo(f"{total} Thresholds {THRESHOLDS.sha256[:16]}.")


def _open(file: Path) -> Iterator[str]:
    if str(file) == "-":
        yield from sys.stdin
        return
    lines: TextIO
    with file.open(encoding="utf-8-sig") as lines:
        yield from lines


def _as_text(history: History, shared: dict[str, int], lang: str) -> str:
    head = f"{history.account}: {history.actions:,} actions, {history.reveals:,} reveals"
    for place in ("device", "network"):
        if shared[f"accounts_on_{place}"] > 1:
            head += f", {shared[f'accounts_on_{place}']:,} accounts on its {place}"
    if not history.steps:
        return f"{head}; no step"
    return "\n".join([head, *(_step(begun, lang) for begun in history.steps)])


def _step(begun: Begun, lang: str) -> str:
    why = " ".join(say_why(begun.verdict.signs, lang))
    return f"  {begun.step:<6}{_write(begun.at)}  after {begun.reveals:,} reveals  {why}"


def _as_json(history: History, shared: dict[str, int], lang: str) -> str:
    steps = {
        begun.step: {
            "at": _write(begun.at),
            "reveals_before": begun.reveals,
            "score": begun.verdict.score,
            "why": say_why(begun.verdict.signs, lang),
            "signs": {sign.name: {"measure": sign.measure, "evidence": sign.evidence} for sign in begun.verdict.signs},
        }
        for begun in history.steps
    }
    account = {"account": history.account, "actions": history.actions, "reveals": history.reveals, **shared}
    return json.dumps({**account, **{step: steps.get(step) for step in ("watch", "ask", "hold")}}, ensure_ascii=False)


def _write(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
