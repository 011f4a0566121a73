"""Floor 2, the terms: which documents there are, in which version, and who accepted what, when and by which words."""

from backend.terms.acceptances import record_acceptances
from backend.terms.documents import DOCUMENTS, LABEL, Document, read_document

__all__ = ["DOCUMENTS", "LABEL", "Document", "read_document", "record_acceptances"]
