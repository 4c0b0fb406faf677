"""Documents to take away: what `docs/documents.yml` asks for, filled in from the series and its forms, as pages.

Each is made once, as blocks, and shown twice: as a page to print here, as a Word document by `documents_word`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gradepost.book import Book
from gradepost.doors.yaml_texts import value_of
from gradepost.model.trouble import ConfigurationError

FILE, FOLDER = "documents.yml", "documents"
PAGE = f"{FOLDER}/index.md"
_LEAD = "Templates, a sample and checklists, each to print from its page or to fill in as a Word document."


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a document: a heading, then words, boxes to tick, and a table. `rows` of the table are texts to read
    or, where empty, places to write; without `head` its first column asks and its second is for the answer."""

    heading: str
    text: str
    checks: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `assumed` says what of it the source does not state."""

    id: str
    title: str
    lead: str
    assumed: str
    blocks: tuple[Block, ...]


def read_documents(docs: Path, book: Book) -> tuple[Document, ...]:
    """The documents of a series; none where there is no file. Raises `ConfigurationError` where one is not whole."""
    path = docs / FILE
    if not path.is_file():
        return ()
    text = path.read_text("utf-8")
    try:
        return tuple(_document(entry, book) for entry in value_of(text)["documents"])
    except (yaml.YAMLError, TypeError) as error:
        raise ConfigurationError(f"{path}:1: `documents` lists id, title, lead, assumed and parts of each.") from error
    except KeyError as error:
        name = str(error.args[0])
        line = next((number for number, said in enumerate(text.split("\n"), 1) if name in said), 1)
        said = f"{name}: this is missing, or the series has no such form or question."
        raise ConfigurationError(f"{path}:{line}: {said}") from None


def document_pages(documents: tuple[Document, ...]) -> dict[str, str]:
    """Markdown by path: a list, and a page to print for each."""
    if not documents:
        return {}
    pages = {f"{FOLDER}/{one.id}.md": "\n".join(_page(one)) + "\n" for one in documents}
    return {PAGE: "\n".join(_all(documents)) + "\n", **pages}


def _document(entry: Mapping[str, Any], book: Book) -> Document:
    blocks = tuple(_block(part, book) for part in entry["parts"])
    return Document(entry["id"], entry["title"], entry["lead"], entry["assumed"], blocks)


def _block(part: Mapping[str, Any], book: Book) -> Block:
    series = book.series
    checks = [str(check) for check in part.get("checks", ())]
    checks += [choice.label for choice in series.statements] if part.get("statements") else []
    checks += list(_sources(book)) if part.get("sources") else []
    checks += [role.label for role in series.signatory_roles] if part.get("roles") else []
    head, rows = _table(part, book)
    return Block(part["heading"], str(part.get("text", "")), tuple(checks), head, rows)


def _table(part: Mapping[str, Any], book: Book) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    if part.get("sign_offs"):
        labels = book.forms["tags"].labels
        head = tuple(labels[f"sign_off/{name}"] for name in ("name", "role", "signed_on"))
        return (*head, "Signature"), (("",) * (len(head) + 1),) * book.series.sign_offs
    asked = [_label(book.forms[part["form"]].labels, name) for name in part.get("labels", ())]
    asked += [*part.get("also", ()), *part.get("questions", ())]
    if "rows" in part:
        return tuple(asked), (("",) * len(asked),) * int(part["rows"])
    return (), tuple((question, "") for question in asked)


def _label(labels: Mapping[str, str], names: str) -> str:
    """What the first of the named questions that a form has is called there. Raises `KeyError` where it has none."""
    found = [labels[name] for name in names.split("|") if name in labels]
    if not found:
        raise KeyError(names)
    return found[0]


def _sources(book: Book) -> Iterator[str]:
    for source in book.series.evidence_sources:
        yield f"{source.label}{' (a sense check only)' if source.id in book.series.sense_checks else ''}"


def _all(documents: tuple[Document, ...]) -> Iterator[str]:
    yield f"---\ntitle: Documents\ndescription: {_LEAD}\nhide: [toc]\n---\n\n# Documents to take away\n"
    yield f'<p class="gp-lead">{_LEAD}</p>\n'
    for one in documents:
        yield f"## [{one.title}]({one.id}.md) {{ #{one.id} }}\n\n{one.lead} [Word document]({one.id}.docx)\n"
    yield "None asks for a learner’s name: candidate numbers are enough.\n"
    yield "[Exams officers](../guidance/exams-officer.md) · [Teachers](../guidance/teacher.md) · [Questions](../faq.md)"


def _page(one: Document) -> Iterator[str]:
    yield f"---\ntitle: {one.title!r}\ndescription: {one.lead!r}\nhide: [navigation, toc]\n---\n\n# {one.title}\n"
    yield f'<p class="gp-lead">{one.lead}</p>\n'
    yield f"[Word document]({one.id}.docx) · [All documents](index.md)\n{{ .gp-noprint }}\n"
    yield '<div class="gp-paper" markdown="1">\n'
    for number, block in enumerate(one.blocks, 1):
        yield f"## {number}. {block.heading}\n"
        if block.text:
            yield f"{block.text}\n"
        yield from (f"- ☐ {check}" for check in block.checks)
        yield ""
        yield from _rows(block)
    yield f"</div>\n\nAssumed: {one.assumed} Give candidate numbers, and no learner’s name."


def _rows(block: Block) -> Iterator[str]:
    if not block.rows:
        return
    head = block.head or ("What", "Answer")
    yield f"| {' | '.join(head)} |\n|{'---|' * len(head)}"
    for row in block.rows:
        yield f"| {' | '.join(cell or '&nbsp;' for cell in row)} |"
    yield ""
