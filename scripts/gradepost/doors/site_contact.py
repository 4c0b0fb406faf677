"""Whom to ask what, as a page: names and addresses are data, `docs/contacts.yml`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from gradepost.doors.yaml_texts import value_of
from gradepost.model.trouble import ConfigurationError

FILE, PAGE = "contacts.yml", "contact.md"
_KEYS = {"id", "name", "ask", "email", "assumed"}


def contact_page(docs: Path, asking: str | None = None) -> dict[str, str]:
    """The page by its path; nothing where there is no file. `asking` is the page on which questions are asked.
    Raises `ConfigurationError` where an entry is not whole."""
    path = docs / FILE
    if not path.is_file():
        return {}
    try:
        raw = value_of(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}:1: not YAML ({type(error).__name__}).") from error
    contacts = raw.get("contacts") if isinstance(raw, dict) else None
    if not isinstance(contacts, list) or not all(isinstance(c, dict) and set(c) == _KEYS for c in contacts):
        raise ConfigurationError(f"{path}:1: `contacts` lists entries of {', '.join(sorted(_KEYS))}; null is allowed.")
    return {PAGE: "\n".join(_page(raw, contacts, asking)) + "\n"}


def _page(raw: Mapping[str, Any], contacts: list[dict[str, Any]], asking: str | None) -> Iterator[str]:
    yield f"---\ntitle: Contact\ndescription: {raw['lead']!r}\nhide: [navigation, toc]\n---\n\n# Contact\n"
    yield f'<p class="gp-lead">{raw["lead"]}</p>\n'
    if asking:
        yield f"Is your question not among [those that are answered](faq.md)? [Ask it here]({asking}).\n"
    for contact in contacts:
        yield f"## {contact['name']} {{ #{contact['id']} }}\n"
        yield from (f"- {line}" for line in contact["ask"])
        yield ""
        yield f"{_address(contact)}\n"
    yield "## Not stated in the source { #not-stated }\n"
    yield from (f"- {line}" for line in raw["not_stated"])


def _address(contact: Mapping[str, Any]) -> str:
    if contact["email"] is None:
        return "No address is stated here."
    assumed = f" (assumed: {contact['assumed']})" if contact["assumed"] else ""
    return f"**Email:** <{contact['email']}>{assumed}"
