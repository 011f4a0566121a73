"""What Granian loads in each of its workers: the application behind its door, in a process that does not outlive its server."""

from backend.up.children import die_with_parent
from backend.up.door import Door

THREADS = 8
"""Each keeps a connection of its own; two workers and the due work stay below PostgreSQL's 80."""


def make() -> Door:
    die_with_parent()
    from backend.app import create_app

    return Door(create_app(), THREADS)
