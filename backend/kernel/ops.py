"""Those who run Candor, and the log of what they did: every action has its operator and its reason, and none is ever removed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel import Kernel, build_kernel
from backend.kernel.tables import operators, ops_log, ops_tasks
from backend.settings import Settings


@dataclass(frozen=True)
class Act:
    """Who acts, and why."""

    by: str
    reason: str


class NoReason(ValueError):
    """An action of those who run Candor needs its reason."""


class NoOperator(LookupError):
    """Nobody of that name runs this Candor."""


def log_act(connection: sa.Connection, act: Act, action: str, subject: str, at: datetime) -> None:
    """Write what is being done, in its own transaction. Raises NoReason or NoOperator."""
    if len(act.reason.strip()) < 3:
        raise NoReason
    if not is_operator(connection, act.by):
        raise NoOperator(act.by)
    connection.execute(ops_log.insert().values(at=at, by=act.by, action=action, subject=subject, reason=act.reason.strip()))


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    entry_id: int
    at: datetime
    by: str
    action: str
    subject: str
    reason: str


def read_log(connection: sa.Connection, *, before: int | None = None, subject: str | None = None, most: int = 100) -> list[Line]:
    """The newest lines older than `before`, of everything or of one subject."""
    found = sa.select(*(ops_log.c[name] for name in Line.__dataclass_fields__)).order_by(ops_log.c.entry_id.desc()).limit(most)
    if before is not None:
        found = found.where(ops_log.c.entry_id < before)
    if subject is not None:
        found = found.where(ops_log.c.subject == subject)
    return [Line(*row) for row in connection.execute(found)]


def is_operator(connection: sa.Connection, name: str) -> bool:
    """Whether somebody of this name runs Candor."""
    return connection.execute(sa.select(operators.c.name).where(operators.c.name == name)).first() is not None


def make_operator(connection: sa.Connection, name: str, role: str, at: datetime) -> bool:
    """Somebody runs Candor from now on; False where the name is taken."""
    made = insert(operators).values(name=name, role=role, created_at=at)
    once = made.on_conflict_do_nothing(index_elements=["name"]).returning(operators.c.name)
    return connection.execute(once).first() is not None


@dataclass(frozen=True)
class Task:
    """Something that waits for those who run Candor: `code` says what, `subject` with what."""

    task_id: int
    code: str
    subject: str
    opened_at: datetime


def open_task(connection: sa.Connection, code: str, subject: str, at: datetime) -> bool:
    """Leave something to those who run Candor, in the caller's transaction; False where it waits already."""
    opened = insert(ops_tasks).values(code=code, subject=subject, opened_at=at)
    once = opened.on_conflict_do_nothing(index_elements=["code", "subject"], index_where=ops_tasks.c.closed_at.is_(None))
    return connection.execute(once.returning(ops_tasks.c.task_id)).first() is not None


def read_tasks(connection: sa.Connection, most: int = 200) -> list[Task]:
    """What waits, oldest first."""
    waiting = sa.select(ops_tasks).where(ops_tasks.c.closed_at.is_(None)).order_by(ops_tasks.c.task_id).limit(most)
    return [Task(row.task_id, row.code, row.subject, row.opened_at) for row in connection.execute(waiting)]


def close_task(connection: sa.Connection, act: Act, task_id: int, at: datetime) -> bool:
    """It is done; False where nothing of that number waits. Raises NoReason or NoOperator."""
    log_act(connection, act, "task.close", f"task {task_id}", at)
    this = sa.and_(ops_tasks.c.task_id == task_id, ops_tasks.c.closed_at.is_(None))
    return connection.execute(ops_tasks.update().where(this).values(closed_at=at)).rowcount > 0


def kernel_of_command() -> Kernel:
    """One that every room listens to, where `backend/ops.py` says how it is built."""
    build: Callable[[Settings], Kernel] = click.get_current_context().obj or build_kernel
    return build(Settings())


def ops_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The two options of every `candor ops` command; the command is called with `kernel` and `act` before its own."""

    @click.option("--by", required=True, help="Your name among those who run Candor.")
    @click.option("--reason", required=True, help="Why; kept in the log.")
    def run(by: str, reason: str, **given: Any) -> None:
        try:
            command(kernel_of_command(), Act(by, reason), **given)
        except NoReason:
            raise click.UsageError("Say why: --reason '…'") from None
        except NoOperator:
            raise click.UsageError(f"Nobody called {by} runs this Candor. Type: candor ops create {by} --role admin") from None

    run.__doc__ = command.__doc__
    run.__click_params__ = [*getattr(command, "__click_params__", []), *getattr(run, "__click_params__", [])]  # type: ignore[attr-defined]
    return run


@click.command("tasks")
def tasks_command() -> None:
    """List what waits for those who run this Candor."""
    kernel = kernel_of_command()
    with kernel.database.begin() as connection:
        tasks = read_tasks(connection)
    for task in tasks:
        click.echo(f"{task.task_id:>6}  {task.opened_at:%Y-%m-%d}  {task.code}: {task.subject}")
    if not tasks:
        click.echo("Nothing waits.")


@click.command("done")
@click.argument("task", type=int)
@ops_options
def done_command(kernel: Kernel, act: Act, task: int) -> None:
    """Say that a task is done."""
    with kernel.database.begin() as connection:
        closed = close_task(connection, act, task, kernel.clock.now())
        if not closed:
            raise click.ClickException(f"No task {task} waits.")
    click.echo(f"Task {task} is done.")
