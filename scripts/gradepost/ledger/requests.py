"""What a centre was asked for, from the documents that stand: rule E005 takes what comes on request by these."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from gradepost.model.documents import Document
from gradepost.model.register import Register, Request

REQUEST_FORM, ANSWER_FORM = "evidence-request", "evidence"


def with_requests(register: Register, documents: Iterable[Document]) -> Register:
    """The register with what these documents ask for. One that its schema refuses, or that no reviewer submitted,
    asks for nothing."""
    found = tuple(map(_request, filter(_asks, documents)))
    return replace(register, requests=(*register.requests, *found)) if found else register


def _asks(document: Document) -> bool:
    by_reviewer = document.filing is not None and document.filing.role == "reviewer"
    return document.form == REQUEST_FORM and by_reviewer and not document.refusal and not document.violations


def _request(document: Document) -> Request:
    data = document.data
    return Request(
        form=ANSWER_FORM,
        until=datetime.fromisoformat(data["until"]),
        qualification=data["qualification"],
        kind=data["kind"],
        reference=data["reference"],
    )
