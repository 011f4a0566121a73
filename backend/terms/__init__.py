"""Floor 2, the terms: which documents there are, in which version, and who accepted what, when and by which words."""

from backend.terms.acceptances import record_acceptances
from backend.terms.documents import DOCUMENTS, LABEL, Document, read_document
from backend.terms.sheet import FREE, Pack, PlanTerms, Policy, Reward, Sheet, current_sheet, read_sheet

__all__ = [
    "DOCUMENTS", "FREE", "LABEL", "Document", "Pack", "PlanTerms", "Policy", "Reward", "Sheet", "current_sheet",
    "read_document", "read_sheet", "record_acceptances",
]  # fmt: skip
