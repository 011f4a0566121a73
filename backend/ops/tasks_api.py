"""HTTP: what waits for those who run Candor, oldest first, and saying that something is done."""

from flask import Response

from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.ops import close_task, read_tasks
from backend.ops.pages import PLACES, Place, answer_ops, carry_out, read_number, see_other
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
    closed, wrong = carry_out(lambda c, act: close_task(c, act, number, kernel().clock.now()))
    if wrong:
        return _tasks(wrong, 422)
    return see_other("/ops/tasks") if closed else _tasks("gone", 404)


def _tasks(wrong: str = "", status: int = 200) -> Response:
    with kernel().database.begin() as connection:
        tasks = read_tasks(connection)
    return answer_ops("tasks.html", status, tasks=tasks, wrong=wrong)
