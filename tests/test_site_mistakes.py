"""What cannot be right in the site's sources fails its build, with file, line and what to do."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from gradepost.doors.building import build_site
from gradepost.doors.site_tree import assemble
from gradepost.model.trouble import ConfigurationError
from gradepost.settings import Settings

ROOT = Path(__file__).parents[1]
MISTAKES = {
    "a broken link": (
        "guidance/teacher.md", "(../faq.md#fail", "(../fag.md#fail",
        r"docs/guidance/teacher\.md:\d+: the link \.\./fag\.md leads nowhere\. Near it: \.\./faq\.md.*Mend it",
    ),
    "an unknown access": (
        "guidance/teacher.md", "title: Teachers", "title: Teachers\naccess: teachers",
        r"docs/guidance/teacher\.md:3: access: nobody is known by this value\. Write `access: public`",
    ),
    "a question that names a rule that there is not": (
        "faq/two-signatures.md", "rules: [P001]", "rules: [P0O1]",
        r"docs/faq/two-signatures\.md:\d+: rules: there is no P0O1\. Near it: P00",
    ),
    "a webinar without a date": (
        "webinars/2021-05-07.md", "date: 2021-05-07\n", "",
        r"docs/webinars/2021-05-07\.md:1: date: this is missing\.",
    ),
    "a deadline that two files state differently": (
        "guidance/exams-officer.md", "| Friday 21 May 2021", "| Friday 28 May 2021",
        r"docs/guidance/exams-officer\.md:\d+: 28 May stands here as a deadline, and the series file has .*Make",
    ),
    "a document that asks what no form asks": (
        "documents.yml", "learners/uln", "learners/nul",
        r"docs/documents\.yml:\d+: learners/nul: this is missing, or the series has no such form or question",
    ),
}  # fmt: skip


@pytest.fixture
def root(tmp_path):
    for name in ("docs", "forms", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(("name", "old", "new", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_it_is_told_with_file_line_and_what_to_do(root, book, name, old, new, said):
    path = root / "docs" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ConfigurationError, match=said):
        assemble(book, root, date(2021, 5, 18))


def test_the_build_itself_fails_with_the_same_words(root):
    shutil.copytree(ROOT / "scripts/gradepost/page/theme", root / "scripts/gradepost/page/theme")
    shutil.copy(ROOT / "mkdocs.yml", root)
    page = root / "docs" / "index.md"
    page.write_text(page.read_text("utf-8") + "\n[Gone](gone.md)\n", "utf-8")
    last = len(page.read_text("utf-8").split("\n")) - 1

    with pytest.raises(ConfigurationError, match=rf"docs/index\.md:{last}: the link gone\.md leads nowhere"):
        build_site(Settings(root, "http://127.0.0.1:8000/", None, None), "http://127.0.0.1:8000/", root / "site")
