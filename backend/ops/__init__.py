"""Floor 5, ops: the pages of those who run Candor: signed in with password and code, in a role, every action with its reason."""

from backend.ops.enrolment import ask_to_enrol

__all__ = ["ask_to_enrol"]
