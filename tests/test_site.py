"""The built site: whole, strict, to itself, and true to the series it shows."""

import gzip
import re
import shutil
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from gradepost.book import load
from gradepost.doors.building import build_site
from gradepost.doors.leak_gate import leaks_in
from gradepost.doors.secure_pages import read_tree
from gradepost.ledger.sources import DirectorySource
from gradepost.model.trouble import ConfigurationError
from gradepost.rules import RULES
from gradepost.settings import Settings

ROOT = Path(__file__).parents[1]
ADDRESS = "http://127.0.0.1:8000/"
BY_THE_GATEWAY = {"/sign-in", "/status", "/reviews", "/demo/mail"}


class Page(HTMLParser):
    """What the tests ask of a page."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.loads, self.forms, self.inline = [], [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in ("script", "img", "iframe", "source") and found.get("src"):
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(found["href"])
        if tag == "form":
            self.forms.append(found)
        self.inline += [name for name in found if name == "style" or name.startswith("on")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    output = tmp_path_factory.mktemp("built") / "site"
    build_site(Settings(ROOT, ADDRESS, None, None), ADDRESS, output)
    return output


@pytest.fixture(scope="module")
def pages(site):
    return {path.relative_to(site).as_posix(): Page(path.read_text()) for path in site.rglob("*.html")}


def test_every_form_has_a_page_that_posts_to_the_gateway(pages):
    of_centres = [form.name for form in load(ROOT, "2021-summer").forms.values() if form.made_by == "centre"]

    assert {"schedule", "tags", "declaration"} <= {*of_centres}
    for name in of_centres:
        forms = [f for f in pages[f"forms/{name}/index.html"].forms if f.get("action", "").startswith("/check/")]

        assert [(f["method"], f["action"]) for f in forms] == [("post", f"/check/{name}")]


def test_what_reviewers_and_the_gateway_fill_in_has_no_page(site):
    others = [form.name for form in load(ROOT, "2021-summer").forms.values() if form.made_by != "centre"]

    assert "evidence-request" in others and "evidence" in others
    sitemap = (site / "sitemap.xml").read_text()
    assert not [name for name in others if f"/forms/{name}/" in sitemap or (site / f"forms/{name}").exists()]


def test_the_sitemap_lists_the_form_pages(site):
    sitemap = (site / "sitemap.xml").read_text()

    for name in ("schedule", "tags", "declaration"):
        assert f"<loc>{ADDRESS}forms/{name}/</loc>" in sitemap


def test_no_page_loads_anything_from_another_host(pages):
    for path, page in pages.items():
        hosts = {urlsplit(address).netloc for address in page.loads}

        assert hosts <= {"", "127.0.0.1:8000"}, path


def test_no_stylesheet_or_script_of_ours_names_another_host(site):
    for path in (site / "assets").glob("*.*s*"):
        named = set(re.findall(r"https?://[^\s\"')]+", path.read_text()))

        assert {address for address in named if "w3.org" not in address} == set(), path.name


def test_no_page_has_inline_styles_or_handlers(pages):
    for path, page in pages.items():
        assert page.inline == [], path


def test_no_page_uses_an_id_twice(pages):
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path


def test_every_link_within_the_site_leads_somewhere(site, pages):
    for path, page in pages.items():
        for link in page.links:
            target = urlsplit(urljoin(ADDRESS + path, link))
            if target.netloc != "127.0.0.1:8000" or target.path in BY_THE_GATEWAY or target.path.startswith("/centre/"):
                continue
            name = target.path.strip("/")
            name = f"{name}/index.html" if (site / name).is_dir() and name else name or "index.html"

            assert (site / name).is_file(), f"{path}: {link}"
            if target.fragment and name in pages:
                assert target.fragment in pages[name].ids, f"{path}: {link}"


def test_every_question_of_the_source_has_its_own_anchor(pages):
    anchors = {path.stem for path in (ROOT / "docs" / "faq").glob("*.md")}

    assert len(anchors) == 22
    assert anchors <= set(pages["faq/index.html"].ids)
    assert {f"faq/{anchor}/index.html" for anchor in anchors} <= pages.keys()


@pytest.mark.parametrize(
    "fact",
    [
        "Friday 7 May 2021", "14 May", "21 May 2021", "18 June", "20 May", "Paper 1 and Paper 2", "AM20530", "XAMS",
        "Linx2Achieve", "Guide for Teachers", "Ofqual", "JCQ", "Covid-19 PTQ", "quality assurance department", "Word",
    ],
)  # fmt: skip
def test_the_questions_keep_every_name_and_date_of_the_source(fact):
    guidance = [*(ROOT / "docs" / "faq").glob("*"), *(ROOT / "docs" / "webinars").glob("*.md")]
    text = " ".join(" ".join(path.read_text().replace("\u00a0", " ").split()) for path in guidance)

    assert fact in text


def test_every_rule_has_a_place_on_the_rules_page(pages):
    ids = set(pages["rules/index.html"].ids)

    assert {rule.id.lower() for rule in RULES} <= ids


def test_the_home_page_names_the_deadlines_of_the_series(site):
    series = load(ROOT, "2021-summer").series
    home = " ".join((site / "index.html").read_text().split())

    for row in ("schedule", "tags"):
        at = series.deadlines[row]["external-exam"].astimezone(series.zone)
        assert f"{at:%A} {at.day} {at:%B %Y}" in home
    assert home.index("20 May 2021") < home.index("21 May 2021")
    assert "<strong>No fixed date:</strong>" in home


def test_the_same_site_is_built_twice(site, tmp_path):
    build_site(Settings(ROOT, ADDRESS, None, None), ADDRESS, tmp_path / "again")

    first, again = (
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (site, tmp_path / "again")
    )
    assert [path for path in first.keys() | again.keys() if first.get(path) != again.get(path)] == []


def test_the_search_index_is_no_burden(site):
    assert len(gzip.compress((site / "search" / "search_index.json").read_bytes())) <= 100_000


def test_a_mistake_in_a_form_fails_the_build(tmp_path):
    for name in ("docs", "forms", "schemas", "scripts/gradepost/page/theme"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    form = tmp_path / "forms" / "2021-summer" / "tags.form.yaml"
    form.write_text(form.read_text().replace("title: Submit", "titel: Submit"))

    with pytest.raises(ConfigurationError, match=r"tags\.form\.yaml"):
        build_site(Settings(tmp_path, ADDRESS, None, None), ADDRESS, tmp_path / "site")


STAGES = [
    "prepare", "schedule", "determine-grades", "sign-off", "submit", "declare", "quality-assurance", "results",
    "certificates", "resits",
]  # fmt: skip


def test_guidance_has_every_stage_and_each_says_what_the_source_does_not(pages):
    found = [pages[f"guidance/stages/{stage}/index.html"] for stage in STAGES]

    assert all("not-stated" in page.ids for page in found)
    listed = [link for link in pages["guidance/index.html"].links if "stages/" in link and "class" not in link]
    assert [stage for stage in STAGES if not any(f"stages/{stage}/" in link for link in listed)] == []


def test_guidance_by_stage_states_no_deadline_of_its_own():
    for stage in STAGES:
        text = (ROOT / "docs" / "guidance" / "stages" / f"{stage}.md").read_text()

        assert re.findall(r"\d+ (?:May|June)", text) == [], stage


def test_the_addresses_of_people_to_ask_are_nobodys(site):
    page = unescape((site / "contact" / "index.html").read_text())

    assert set(re.findall(r"mailto:[^\"@]+@([^\"]+)", page)) == {"awarding-organisation.example"}
    assert page.count("<strong>Email:</strong>") == page.count("(assumed: invented")


def test_every_recording_is_a_page_for_centres_that_there_is(pages):
    linked = {
        urlsplit(link).path.removeprefix("/centre/").strip("/")
        for page in pages.values()
        for link in page.links
        if link.startswith("/centre/")
    }

    assert linked == {"webinar-recordings"}
    assert all((ROOT / "tests/ledger/centre-pages" / f"{name}.md").is_file() for name in linked)


def test_the_public_build_holds_nothing_for_centres(site):
    tree = read_tree(DirectorySource(ROOT / "tests" / "ledger"))

    assert tree.pages
    assert leaks_in(site, tree) == []


def test_a_failed_build_leaves_what_stood_there(tmp_path):
    output = tmp_path / "site"
    output.mkdir()
    (output / "index.html").write_text("before")
    aside = tmp_path / "other"
    aside.mkdir()

    with pytest.raises(ConfigurationError):
        build_site(Settings(aside, ADDRESS, None, None), ADDRESS, output)

    assert (output / "index.html").read_text() == "before"


def test_mkdocs_builds_strictly_from_the_root(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "WARNING -" not in done.stderr
