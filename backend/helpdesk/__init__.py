"""Floor 4, helpdesk: threads of users by chat, mail and letter, and who answers them when."""

from backend.helpdesk.leaving import end_threads, export_threads

__all__ = ["end_threads", "export_threads"]
