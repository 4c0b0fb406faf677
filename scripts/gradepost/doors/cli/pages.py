"""`pages`: what is noted of the site's pages, and the addresses that they have been published at."""

import click

from gradepost.book import load
from gradepost.doors import page_notes, site_addresses
from gradepost.doors.clock import system_now
from gradepost.doors.site_tree import assemble
from gradepost.settings import Settings, from_environment


@click.group()
def pages() -> None:
    """Note changes of pages for centres, and see that every change and every address is noted."""


@pages.command("check")
@click.option("--series", default="2021-summer", show_default=True)
def check(series: str) -> int:
    """Say which pages changed without a note, and which addresses are new. Exit code 1 where there are any."""
    settings = from_environment()
    tree = _tree(settings, series)
    docs = settings.root / "docs"
    said = [
        f"docs/{page}: its text changed without a note. Run: gradepost pages note 'What changed for a reader' {page}"
        for page in page_notes.unnoted(page_notes.noted_texts(docs, tree), page_notes.read_notes(docs))
    ]
    said += [
        f"{address}: this address is not in docs/{site_addresses.FILE}. Run: gradepost pages keep"
        for address in site_addresses.new_addresses(docs, tree)
    ]
    click.echo("\n".join(said) or "Every change and every address is noted.")
    return 1 if said else 0


@pages.command("note")
@click.argument("words")
@click.argument("named", nargs=-1, metavar="[PAGE]...")
@click.option("--minor", is_flag=True, help="It changes nothing for a reader: kept, and not told.")
@click.option("--series", default="2021-summer", show_default=True)
def note(words: str, named: tuple[str, ...], minor: bool, series: str) -> int:
    """Note what changed on pages (default: every page that changed without a note), below docs/, such as index.md."""
    settings = from_environment()
    docs = settings.root / "docs"
    texts = page_notes.noted_texts(docs, _tree(settings, series))
    if unknown := sorted(set(named) - texts.keys()):
        raise click.UsageError(f"There is no such page with notes: {', '.join(unknown)}.")
    changed = named or page_notes.unnoted(texts, page_notes.read_notes(docs))
    lines = page_notes.lines_of({page: texts[page] for page in changed}, system_now().date(), None if minor else words)
    with (docs / page_notes.NOTES).open("a", encoding="utf-8") as file:
        file.write(lines)
    click.echo(f"Noted for {len(changed)} {'page' if len(changed) == 1 else 'pages'}.")
    return 0


@pages.command("keep")
@click.option("--series", default="2021-summer", show_default=True)
def keep(series: str) -> int:
    """Add the addresses of all pages to those that must answer for good."""
    settings = from_environment()
    docs = settings.root / "docs"
    added = site_addresses.new_addresses(docs, _tree(settings, series))
    site_addresses.add(docs, added)
    click.echo(f"Added {len(added)} addresses.")
    return 0


def _tree(settings: Settings, series: str) -> dict[str, bytes]:
    book = load(settings.root, series, site_url=settings.site_url)
    return assemble(book, settings.root, system_now().date())
