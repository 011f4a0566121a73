"""HTTP: what waits for those who run Candor, oldest first, and saying that something is done."""

from flask import Response, redirect

from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.ops import NoReason, close_task, read_tasks
from backend.ops.pages import PLACES, Place, answer_ops, read_act, read_number
from backend.ops.roles import HELPERS, READERS

api = Room("ops_tasks", __name__)
PLACES.append(Place("ops_tasks.show_tasks", "/ops/tasks", "Tasks"))


@api.get("/ops/tasks", who="operator", roles=READERS, limit=PAGES, media="text/html")
def show_tasks() -> Response:
    """Show what waits."""
    return _tasks()


@api.post("/ops/tasks/<task_id>/done", who="operator", roles=HELPERS, limit=WRITES, media="text/html", status=303)
def finish_task(task_id: str) -> Response:
    """Say that a task is done, and why it is."""
    number = read_number(task_id)
    try:
        with kernel().database.begin() as connection:
            closed = close_task(connection, read_act(), number, kernel().clock.now())
    except NoReason:
        return _tasks("reason", 422)
    if not closed:
        return _tasks("gone", 404)
    return redirect("/ops/tasks", 303)  # type: ignore[return-value]


def _tasks(wrong: str = "", status: int = 200) -> Response:
    with kernel().database.begin() as connection:
        tasks = read_tasks(connection)
    return answer_ops("tasks.html", status, tasks=tasks, wrong=wrong)
