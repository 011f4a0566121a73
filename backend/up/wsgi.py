"""What Granian loads in each of its workers: the application, in a process that does not outlive its server."""

from flask import Flask

from backend.up.children import die_with_parent


def make() -> Flask:
    die_with_parent()
    from backend.app import create_app

    return create_app()
