"""HTTP: those who run Candor: who they are, their roles, and the links by which they set password and codes."""

from collections.abc import Callable
from typing import Any

from flask import Response

from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.ops import Act
from backend.kernel.tables import OPERATOR_ROLES
from backend.ops.operators import NotAllowed, change_role, end_operator, list_operators, name_operator, renew_link
from backend.ops.pages import PLACES, Place, answer_ops, carry_out, read_field, see_other
from backend.ops.roles import ADMINS

api = Room("ops_operators", __name__)
PLACES.append(Place("ops_operators.show_operators", "/ops/operators", "Operators"))

_HERE = "/ops/operators"


@api.get(_HERE, who="operator", roles=ADMINS, limit=PAGES, media="text/html")
def show_operators() -> Response:
    """Show everybody who runs this Candor."""
    return _page()


@api.post(_HERE, who="operator", roles=ADMINS, limit=WRITES, media="text/html")
def add_operator() -> Response:
    """Name somebody; their link is shown this once."""
    return _do(lambda c, act: name_operator(c, kernel(), act, read_field("name", 100), read_field("role")))


@api.post("/ops/operators/link", who="operator", roles=ADMINS, limit=WRITES, media="text/html")
def show_link() -> Response:
    """Make a new link in place of the old one; it is shown this once."""
    return _do(lambda c, act: renew_link(c, kernel(), act, read_field("name", 100)))


@api.post("/ops/operators/role", who="operator", roles=ADMINS, limit=WRITES, media="text/html", status=303)
def give_role() -> Response:
    """Give somebody another role."""
    return _do(lambda c, act: change_role(c, kernel(), act, read_field("name", 100), read_field("role")))


@api.post("/ops/operators/end", who="operator", roles=ADMINS, limit=WRITES, media="text/html", status=303)
def end() -> Response:
    """Somebody runs this Candor no more."""
    return _do(lambda c, act: end_operator(c, kernel(), act, read_field("name", 100)))


def _do(do: Callable[[Any, Act], str | None]) -> Response:
    link, wrong = carry_out(do, NotAllowed)
    if wrong:
        return _page(wrong, 422)
    return _page(link=link, name=read_field("name", 100)) if link else see_other(_HERE)


def _page(wrong: str = "", status: int = 200, *, link: str = "", name: str = "") -> Response:
    with kernel().database.begin() as connection:
        found = list_operators(connection)
    return answer_ops("operators.html", status, operators=found, roles=OPERATOR_ROLES, wrong=wrong, link=link, name=name)
