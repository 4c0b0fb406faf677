"""What a site weighs, made less: indents of pages go, and rules of style sheets that no page and no script can meet.

It knows nothing of how the site was built. A rule stays if every class that it names is a word of some page, of some
script, or of what the gateway's own pages are made from; so whatever a script puts on an element stays as well.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_WORD = re.compile(r"[A-Za-z_][\w-]*")
_WORN_CLASSES = re.compile(r'\bclass="([^"]*)"')
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
# Attributes of which the theme knows more values than a site has: palettes, and the other way of writing.
_VALUE = re.compile(r"\[(data-md-color-primary|data-md-color-accent|dir)=\"?([\w-]+)\"?\]")
_WORN = re.compile(r'\b(data-md-color-primary|data-md-color-accent|dir)="([\w-]+)"')
# A string or a comment: what stands in one is no part of the sheet's own marks.
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|/\*.*?\*/|[{};]', re.DOTALL)
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')|/\*.*?\*/', re.DOTALL)
_SPACE = re.compile(r'("(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')|\s+')
_AROUND = re.compile(r'("(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')| ?([{};,]) ?')
_NESTING = ("@media", "@supports", "@layer", "@container")


def gateway_sources() -> Iterator[Path]:
    """What the gateway's own pages are made from, and so the classes that they wear."""
    package = Path(__file__).parents[1]
    for pattern in ("page/**/*.py", "page/templates/*", "page/texts/*", "doors/web/*.py", "doors/demo/*.py"):
        yield from sorted(path for path in package.glob(pattern) if path.is_file())


def lighten(output: Path, gateway: Iterable[Path]) -> None:
    """Every sheet and our own scripts below a site's `assets/`, in place. `gateway` are the sources of pages
    that are not in the site."""
    # Most lines of a page are those of every page.
    lines: set[bytes] = set()
    lines.update(*(path.read_bytes().split(b"\n") for path in output.rglob("*.html")))
    pages = b"\n".join(lines).decode()
    # Scripts of other languages stem words, and touch no element.
    running = [path for path in output.glob("assets/**/*.js") if "lunr" not in path.parts]
    words = {word for path in (*running, *gateway) for word in _WORD.findall(path.read_text("utf-8"))}
    words.update(*(worn.split() for worn in set(_WORN_CLASSES.findall(pages))))
    values = set(_WORN.findall(pages))
    for path in sorted(output.glob("assets/**/*.css")):
        path.write_text(lightened(path.read_text("utf-8"), words, values), "utf-8")
    for path in sorted(output.glob("assets/*.js")):
        path.write_text(unremarked(path.read_text("utf-8")), "utf-8")


def unremarked(script: str) -> str:
    """A script of ours without the lines that are remarks alone, and without indents unless a text may hold them."""
    lines = (line if "`" in script else line.strip() for line in script.split("\n"))
    return "\n".join(line for line in lines if line and not line.lstrip().startswith("//")) + "\n"


def tightened(html: str) -> str:
    """A page without indents and empty lines, unless it has text in which they count."""
    if "<pre" in html or "<textarea" in html:
        return html
    return "\n".join(filter(None, map(str.strip, html.split("\n")))) + "\n"


def lightened(sheet: str, words: set[str], worn: set[tuple[str, str]]) -> str:
    """The sheet without rules that can match nothing, without comments and needless white space."""
    plain = _SPACE.sub(lambda found: found[1] or " ", _COMMENT.sub(lambda found: found[1] or "", sheet))
    return "".join(_kept(_AROUND.sub(lambda found: found[1] or found[2], plain).strip(), words, worn))


def _kept(sheet: str, words: set[str], worn: set[tuple[str, str]]) -> Iterator[str]:
    for head, body in _rules(sheet):
        if body is None:
            yield head
        elif head.startswith(_NESTING):
            inner = "".join(_kept(body, words, worn))
            yield f"{head}{{{inner}}}" if inner else ""
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            selectors = [one for one in _parts(head) if _may_match(one, words, worn)]
            yield f"{','.join(selectors)}{{{body}}}" if selectors else ""


def _may_match(selector: str, words: set[str], worn: set[tuple[str, str]]) -> bool:
    # What stands in brackets may be one of several, or may be denied: only what is outside has to match.
    outside = re.sub(r":(?:is|not|where|has)\(.*\)", "", selector)
    return all(_is_known(name, words) for name in _CLASS.findall(re.sub(r"\[[^\]]*\]", "", outside))) and all(
        pair in worn for pair in _VALUE.findall(outside)
    )


def _is_known(name: str, words: set[str]) -> bool:
    """Whether a class is a word, or begins with one that ends in a dash: scripts and templates put names together."""
    return name in words or any(name[: found.end()] in words for found in re.finditer("-", name))


def _parts(head: str) -> list[str]:
    """The selectors of a rule; commas within brackets part nothing."""
    if "(" not in head and "[" not in head:
        return head.split(",")
    parts, depth = [""], 0
    for sign in head:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _rules(sheet: str) -> Iterator[tuple[str, str | None]]:
    """Each rule's head and body, in order; a statement such as `@charset` has no body."""
    start, opened, depth = 0, 0, 0
    for found in _TOKEN.finditer(sheet):
        if found[0] == ";" and depth == 0:
            yield sheet[start : found.end()], None
            start = found.end()
        elif found[0] == "{":
            opened, depth = (found.end() if depth == 0 else opened), depth + 1
        elif found[0] == "}":
            depth -= 1
            if depth == 0:
                yield sheet[start : opened - 1], sheet[opened : found.start()]
                start = found.end()
