"""Acceptances are proof: the application may add and read them, nothing else."""

import psycopg
import pytest
import sqlalchemy as sa

from backend.kernel import Kernel
from backend.terms import DOCUMENTS, read_document, record_acceptances


@pytest.mark.parametrize("change", ["UPDATE acceptances SET version = 'x'", "DELETE FROM acceptances", "TRUNCATE acceptances"])
def test_the_application_cannot_change_an_acceptance(kernel: Kernel, change: str) -> None:
    with kernel.database.begin() as connection:
        record_acceptances(connection, 7, "en", kernel.clock.now())
        rows = connection.execute(sa.text("SELECT document, version FROM acceptances")).all()
        assert {row.document: row.version for row in rows} == DOCUMENTS
    with pytest.raises(sa.exc.ProgrammingError) as refused, kernel.database.begin() as connection:
        connection.execute(sa.text(change))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("kind", ["terms", "privacy"])
def test_the_documents_read_alike_in_both_languages(kind: str, lang: str) -> None:
    document = read_document(kind, lang)  # type: ignore[arg-type]
    english = read_document(kind, "en")  # type: ignore[arg-type]
    assert document.title
    assert document.version == DOCUMENTS[kind]
    assert [len(paragraphs) for _, paragraphs in document.sections] == [len(paragraphs) for _, paragraphs in english.sections]
    assert not any("#" in paragraph for _, paragraphs in document.sections for paragraph in paragraphs)
