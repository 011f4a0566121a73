"""Floor 2, the terms: which documents there are, in which version, and who accepted what, when and by which words."""

from backend.terms.acceptances import (
    LABEL,
    NEEDED,
    accepts_everything,
    find_applicable,
    has_accepted,
    must_accept,
    read_acceptances,
    record_acceptances,
    refused,
    who_refused,
)
from backend.terms.answers import TermsAccepted, TermsRefused, hold_to_acceptances
from backend.terms.documents import Document, DocumentChanged, find_announced, find_in_force, load_documents, read_document
from backend.terms.publishing import SheetPublished
from backend.terms.sheet import (
    FREE,
    Pack,
    PlanTerms,
    Policy,
    Reward,
    Sheet,
    current_sheet,
    number_in_force,
    read_sheet,
    sheet_versions,
)
from backend.terms.tables import KINDS
from backend.terms.updates import Standing, Update, find_update, read_newest_update, read_standings, told_at
from backend.terms.versions import forget_versions, note_version, read_version

__all__ = [
    "FREE", "KINDS", "LABEL", "NEEDED", "Document", "DocumentChanged", "Pack", "PlanTerms", "Policy", "Reward", "Sheet",
    "SheetPublished", "Standing", "TermsAccepted", "TermsRefused", "Update", "accepts_everything", "current_sheet",
    "find_announced", "find_applicable", "find_in_force", "find_update", "forget_versions", "has_accepted",
    "hold_to_acceptances", "load_documents", "must_accept", "note_version", "number_in_force", "read_acceptances",
    "read_document", "read_newest_update", "read_sheet", "read_standings", "read_version", "record_acceptances", "refused",
    "sheet_versions", "told_at", "who_refused",
]  # fmt: skip
