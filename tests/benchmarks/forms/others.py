"""The two sides that ours is measured beside, on a small server: a bare table of the same inputs, and rjsf.

The bare table is made anew by Jinja2 for every request, as ours is. rjsf comes from npm, is bundled by esbuild as for
production, and draws the same rows from a schema and data in its page.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment

from forms.learners import Column, columns, rows
from gradepost.book import Book

_NODE = Path(__file__).parent / "node"
_LIGHT = "<!doctype html><html lang=en><title>Nothing yet</title>"

_BARE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Bare</title>
<form method="post"><table>
<thead><tr><th>Row</th>{% for column in columns %}<th>{{ column.label }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}{% set number = loop.index %}
<tr><th>{{ number }}</th>
{% for column in columns %}{% set name = "learners-%d-%s" % (number - 1, column.property) %}
<td>{% if column.options %}<select id="{{ name }}" name="{{ name }}" aria-label="{{ column.label }}, row {{ number }}">
<option value=""></option>
{% for id, label in column.options %}
<option value="{{ id }}"{% if id == row[column.property] %} selected{% endif %}>{{ label }}</option>
{% endfor %}</select>
{% else %}<input id="{{ name }}" name="{{ name }}" value="{{ row[column.property] }}" \
aria-label="{{ column.label }}, row {{ number }}">{% endif %}</td>
{% endfor %}</tr>
{% endfor %}
</tbody></table><button>Send</button></form>""")

_REACT = Environment(autoescape=True).from_string(
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>rjsf</title><div id="root"></div>'
    '<script type="application/json" id="given">{{ given|tojson }}</script><script src="/rjsf.js"></script></html>'
)


def schema(shown: Sequence[Column]) -> dict[str, Any]:
    """The schema of one list of learners with those columns, as rjsf takes it."""
    properties = {c.property: {"type": "string", "title": c.label} for c in shown}
    for column in shown:
        if column.options:
            properties[column.property]["oneOf"] = [{"const": id, "title": label} for id, label in column.options]
        if column.pattern:
            properties[column.property]["pattern"] = column.pattern
    item = {"type": "object", "required": ["candidate_number", "uln", "outcome"], "properties": properties}
    return {"type": "object", "properties": {"learners": {"type": "array", "title": "Learners", "items": item}}}


def bundle(tools: Path) -> bytes:
    """rjsf with all it needs, as one minified script. `tools` is a folder that is kept from run to run."""
    tools.mkdir(parents=True, exist_ok=True)
    for file in _NODE.iterdir():
        shutil.copy(file, tools)
    if not (tools / "node_modules/.bin/esbuild").exists():
        _quietly("npm", "install", "--silent", "--prefix", str(tools))
    made = tools / "rjsf.js"
    flags = ("--bundle", "--minify", "--format=iife", "--jsx=automatic", '--define:process.env.NODE_ENV="production"')
    _quietly(str(tools / "node_modules/.bin/esbuild"), str(tools / "rjsf.jsx"), *flags, f"--outfile={made}")
    return made.read_bytes()


@contextmanager
def served(book: Book, script: bytes) -> Iterator[str]:
    """The address where both are served, until the block ends: `/bare?rows=N`, `/rjsf?rows=N`, and `/light`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, book=book, script=script))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Pages(BaseHTTPRequestHandler):
    def __init__(self, *arguments: Any, book: Book, script: bytes) -> None:
        self._book, self._script = book, script
        super().__init__(*arguments)

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        how_many = int(parse_qs(asked.query).get("rows", ["0"])[0])
        if asked.path == "/rjsf.js":
            return self._answer(self._script, "text/javascript")
        return self._answer(self._page(asked.path, how_many).encode(), "text/html; charset=utf-8")

    def _page(self, path: str, how_many: int) -> str:
        shown = columns(self._book)
        if path == "/bare":
            return _BARE.render(columns=shown, rows=rows(self._book, how_many))
        if path == "/rjsf":
            given = {"schema": schema(shown), "data": {"learners": rows(self._book, how_many)}}
            return _REACT.render(given=json.loads(json.dumps(given)))
        return _LIGHT

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def _quietly(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
