"""How the overview and its rows call figures, labels and columns in the reader's language."""

from collections.abc import Callable

Say = Callable[..., str]


def name_figures(say: Say) -> dict[str, str]:
    """By the figure's name in an address."""
    return {
        "sign-ups": say("Sign-ups"),
        "syncs": say("Last synchronised with LinkedIn"),
        "reveals": say("Reveals"),
        "granted": say("Credits granted"),
        "spent": say("Credits spent"),
        "expiring": say("Credits that expire"),
        "bounces": say("Mails that came back"),
        "answers": say("Answers by status"),
        "times": say("Time to answer"),
        "due-failed": say("Due work that failed"),
        "limiter-away": say("Let through while Redis was away"),
    }


def name_labels(say: Say) -> dict[str, str]:
    """Kinds of credit, outcomes of reveals, groups of routes."""
    return {
        "all": say("all"),
        "b2b_email": say("work email"),
        "phone": say("phone"),
        "direct_email": say("personal email"),
        "export": say("export"),
        "revealed": say("revealed"),
        "known": say("paid before"),
        "not_found": say("not found"),
        "blocked": say("not allowed"),
        "empty": say("no credit left"),
        "capped": say("limit of the month"),
        "reveals": say("reveals"),
        "lookups": say("lookups"),
        "sign-in": say("sign-in"),
        "account": say("account"),
        "pages": say("pages"),
        "operations": say("operations"),
    }


def name_columns(say: Say) -> dict[str, str]:
    """Columns of the rows behind a number."""
    return {
        "account": say("Account"),
        "workspace": say("Workspace"),
        "state": say("State"),
        "activated": say("Code entered"),
        "renewed_by": say("To be renewed by"),
        "kind": say("Kind"),
        "action": say("Action"),
        "credits": say("Credits"),
        "source": say("Source"),
        "left": say("Left"),
        "message": say("Message"),
        "mailed": say("Mailed"),
        "day": say("Day"),
        "figure": say("What was counted"),
        "count": say("Count"),
    }


def name_steps(say: Say) -> dict[str, str]:
    """Steps of the ladder of the robot score."""
    return {
        "watch": say("watched"),
        "ask": say("asked"),
        "hold": say("held"),
        "passed": say("passed the human check"),
        "answered": say("answered the human check, soon after the last"),
        "failed": say("failed the human check"),
        "appealed": say("appealed"),
        "kept": say("hold kept"),
        "released": say("hold lifted"),
    }
