"""Documents to take away: made from the series, the same bytes each time, on paper and for Word alike."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from gradepost.doors.documents import document_pages, read_documents
from gradepost.doors.documents_word import word_document, word_documents

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def documents(book):
    return {one.id: one for one in read_documents(ROOT / "docs", book)}


def words_of(raw):
    word = docx.Document(io.BytesIO(raw))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in word.paragraphs] + cells


def test_all_five_are_there_as_pages_and_for_word(documents):
    wanted = {"tag-template", "iqa-form", "declaration-sample", "evidence-checklist", "objectivity-checklist"}

    assert documents.keys() == wanted
    assert document_pages(tuple(documents.values())).keys() == {
        "documents/index.md",
        *(f"documents/{w}.md" for w in wanted),
    }


def test_the_template_has_as_many_sign_offs_as_the_series_asks(documents, book):
    word = docx.Document(io.BytesIO(word_document(documents["tag-template"])))
    (signing,) = [
        table for table in word.tables if table.cell(0, 3 if len(table.columns) > 3 else 0).text == "Signature"
    ]

    assert len(signing.rows) - 1 == book.series.sign_offs == 2


def test_no_document_asks_for_a_learners_name(documents):
    for one in documents.values():
        asked = [cell for block in one.blocks for row in (block.head, *block.rows) for cell in row]
        assert not [cell for cell in asked if "name" in cell.lower() and cell != "Name"], one.id
        assert any("no learner’s name" in said for said in words_of(word_document(one)))


def test_the_sample_states_what_the_series_states(documents, book):
    said = words_of(word_document(documents["declaration-sample"]))

    assert all(f"☐ {statement.label}" in said for statement in book.series.statements)


def test_the_checklist_has_every_source_and_tells_sense_checks(documents, book):
    page = document_pages(tuple(documents.values()))["documents/evidence-checklist.md"]

    assert all(source.label in page for source in book.series.evidence_sources)
    assert "- ☐ Attendance record (a sense check only)" in page


def test_a_page_and_its_word_document_ask_the_same(documents):
    for one in documents.values():
        page = document_pages((one,))[f"documents/{one.id}.md"]
        assert [said for said in words_of(word_document(one)) if said and said.split(". ", 1)[-1] not in page] == []


def test_the_same_document_is_the_same_bytes(documents, tmp_path):
    everything = tuple(documents.values())

    first, again, kept = (word_documents(everything, folder) for folder in (None, tmp_path, tmp_path))

    assert first == again == kept
    with zipfile.ZipFile(io.BytesIO(first["documents/iqa-form.docx"])) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_another_document_is_not_the_one_that_was_kept(documents, tmp_path):
    one = documents["iqa-form"]
    word_documents((one,), tmp_path)

    (other,) = word_documents((replace(one, lead="Other words."),), tmp_path).values()

    assert "Other words." in words_of(other)
