"""Floor 4, helpdesk: threads of users by chat, mail and letter, and who answers them when."""

from backend.helpdesk.answering import NotNext, answer_thread, set_state
from backend.helpdesk.hours import Desk, read_desk
from backend.helpdesk.leaving import end_threads, export_threads
from backend.helpdesk.mails import close_case, list_cases, read_case
from backend.helpdesk.paper import open_scan
from backend.helpdesk.reading import list_waiting, read_pace, read_thread
from backend.helpdesk.rules import may_follow
from backend.helpdesk.threads import Place as ThreadPlace

__all__ = [
    "Desk", "NotNext", "ThreadPlace", "answer_thread", "close_case", "end_threads", "export_threads", "list_cases", "list_waiting",
    "may_follow", "open_scan", "read_case", "read_desk", "read_pace", "read_thread", "set_state",
]  # fmt: skip
