"""`report`: what a reviewer weighs as one file, from the ledger alone; hostile trees included."""

import json
import os
import re
import stat

import pytest
from ledger_repository import MERGED, Repository
from make_ledger import SCHEDULED

from gradepost.document.filing import Dossier
from gradepost.model.standing import Standing, State
from gradepost.publish.projection import projected

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "ledger")


@pytest.fixture
def ask(repository, gradepost, tmp_path):
    """The report on what is committed now, seen from main; its file need not be there."""
    out = tmp_path / "report.html"

    def ask(*options: object):
        head = repository.commit()
        named = options or ("--branch", MERGED.branch)
        ran = gradepost("report", "--base", "main", "--head", head, "--ledger", repository.path, "--out", out, *named)
        return ran, out.read_text() if out.is_file() else None

    return ask


def change(repository, name, edit):
    """Change a document on its way, without a receipt for it."""
    file = repository.file(name)
    data = json.loads(file.read_text())
    edit(data)
    file.write_text(json.dumps(data))


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<body>") :]))


def signatures(html):
    receipts = html.partition("<h2>Receipts</h2>")[2].partition("</table>")[0]
    return sorted(re.findall(r">(Verified|Not verified)<", receipts))


# What it says


def test_a_whole_dossier_is_reported(repository, ask):
    repository.branch()
    repository.bring()

    ran, html = ask()

    said = text_of(html)
    assert ran.code == 0
    assert "A reviewer: everything is there. Since " in said
    assert "Nothing is missing." in said
    assert "Nothing was submitted twice." in said
    assert signatures(html) == ["Verified"] * 4


def test_it_is_written_where_the_verdict_is_no_pass(repository, ask):
    repository.branch()
    repository.bring()
    change(repository, "UV21578.tags.json", lambda data: data["learners"].pop())

    ran, html = ask()

    assert ran.code == 0
    assert "The Head of Centre: the grades changed after they were declared." in text_of(html)
    assert "R001" in html


def test_each_commit_of_the_branch_is_an_amendment_with_its_time(repository, ask):
    repository.branch()
    repository.bring()
    whole = repository.file("UV21578.tags.json").read_bytes()
    change(repository, "UV21578.tags.json", lambda data: data["learners"].pop())
    repository.commit()
    repository.file("UV21578.tags.json").write_bytes(whole)

    _, html = ask()

    said = text_of(html).partition("Amendments")[2].partition("Declaration")[0]
    assert re.search(r"UV21578\.tags\.json, \d\d:\d\d on \w+ \d+ May 2021", said)
    assert "Learner " in said


def test_what_no_receipt_tells_of_is_said_to_be_without_one(repository, ask):
    repository.branch()
    repository.bring()
    repository.commit()
    change(repository, "UV21578.tags.json", lambda data: data["learners"].pop())

    _, html = ask()

    assert "UV21578.tags.json, without a receipt" in text_of(html)


def test_what_main_has_is_what_was_before(repository, ask):
    repository.bring()
    repository.commit()
    repository.branch()
    change(repository, "UV21578.tags.json", lambda data: data["learners"].pop())

    _, html = ask()

    assert "Learner " in text_of(html).partition("Amendments")[2].partition("Declaration")[0]


def test_grades_are_compared_with_those_on_main(repository, ask):
    other = repository.path / MERGED.folder.replace("10234", "10235") / "UV21578.tags.json"
    other.parent.mkdir(parents=True)
    graded = [{"candidate_number": "0001", "outcome": "graded", "grade": "fail"}]
    other.write_text(json.dumps({"form": "tags", "learners": graded}))
    repository.commit()
    repository.branch()
    repository.bring()

    _, html = ask()

    assert re.search(r'<th scope="col">This dossier</th><th scope="col">1 other centre</th>', html)
    assert re.search(r'<th scope="row">Fail</th><td>\d+ %</td><td>100 %</td>', html)


def test_decisions_on_main_are_told(repository, ask):
    folder = repository.path / MERGED.reviews
    folder.mkdir(parents=True, exist_ok=True)
    kept = {
        "by": "r-osei",
        "verdict": "rejected",
        "head": "0" * 40,
        "at": "2021-05-20T09:00:00.000Z",
        "reason": "Of <two> kinds.",
    }
    record = {"pull": 3, "head": "0" * 40, "merged_as": "1" * 40, "reviews": [kept]}
    (folder / "000000000003.json").write_text(json.dumps(record))
    (folder / "000000000003.something-else.json").write_text("{}")
    repository.commit()
    repository.branch()
    repository.bring()

    _, html = ask()

    assert re.search(r"Rejected r-osei 10:00 on Thursday 20 May 2021, UK time Of &lt;two&gt; kinds", text_of(html))


# What it is


def test_the_file_needs_nothing_beside_it(repository, ask):
    repository.branch()
    repository.bring()

    _, html = ask()

    assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in html
    assert not re.search(r"<(script|link|img|iframe|object|form|base)\b|\sstyle=|\son\w+=|url\(|@import", html)
    assert set(re.findall(r'\shref="([^"#]*)', html)) <= set(re.findall(r'href="(https?://[^"]*/rules/)', html))
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert len(ids) == len(set(ids))


def test_the_file_is_its_owners_alone_and_nothing_of_it_is_printed(repository, ask, tmp_path):
    repository.branch()
    repository.bring()

    ran, _ = ask()

    assert stat.S_IMODE(os.stat(tmp_path / "report.html").st_mode) == 0o600
    assert ran.out == f"The report on {MERGED.title} is written.\n"
    assert ran.err == ""


def test_the_same_commits_make_the_same_file(repository, gradepost, tmp_path):
    repository.branch()
    repository.bring()
    repository.commit()
    named = ("--base", "main", "--head", MERGED.branch, "--ledger", repository.path)
    files = [tmp_path / "one.html", tmp_path / "other.html"]

    codes = [gradepost("report", *named, "--out", file).code for file in files]

    assert codes == [0, 0]
    assert files[0].read_bytes() == files[1].read_bytes()


# Where there is nothing to report


@pytest.mark.parametrize("branch", ["tidy-up", "dossier/2021-summer/10234/centre"])
def test_a_pull_request_without_grades_has_no_report(repository, ask, branch):
    repository.branch(branch)
    (repository.path / "README.md").write_text("# Ledger\n")

    ran, html = ask("--branch", branch)

    assert (ran.code, html) == (0, None)
    assert "no report" in ran.out


def test_a_commit_that_is_not_there_ends_with_2(repository, gradepost, tmp_path):
    ran = gradepost(
        "report", "--base", "main", "--head", "nowhere", "--ledger", repository.path, "--out", tmp_path / "report.html"
    )

    assert ran.code == 2
    assert not (tmp_path / "report.html").exists()


def test_a_file_that_cannot_be_written_ends_with_3(repository, gradepost, tmp_path):
    repository.branch()
    repository.bring()
    repository.commit()

    ran = gradepost(
        "report", "--base", "main", "--head", MERGED.branch, "--ledger", repository.path,
        "--out", tmp_path / "no-such-folder/report.html",
    )  # fmt: skip

    assert ran.code == 3


# Hostile


EVIL = '<script>alert(1)</script><img src=x onerror=alert(2)> " onload="x and <style>*{}</style>'


def test_markup_in_a_submission_is_text_in_the_report(repository, ask):
    def plant(data):
        data["learners"][0] |= {"grade": "fail", "rationale": EVIL}
        data["decision_record"] = EVIL
        data["sign_off"][0]["name"] = EVIL

    repository.branch()
    repository.bring()
    repository.commit()
    change(repository, "UV21578.tags.json", plant)
    change(repository, "declaration.json", lambda data: data["signatory"].update(name=EVIL))

    _, html = ask()

    assert "&lt;script&gt;alert(1)" in html
    assert not re.search(r"<(script|img)\b|<style>\*", html)
    assert html.count("<style>") == 1


NO_DOCUMENTS = [
    b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"form": "tags"}', b'{"form": "<b>"}', b"[" * 100_000, b'{"form": []}',
]  # fmt: skip


def test_documents_that_are_none_are_named_and_not_shown(repository, ask):
    repository.branch()
    repository.bring()
    repository.commit()
    names = ["UV21578.tags.json", *(f"UV{n}.tags.json" for n in range(10000, 10000 + len(NO_DOCUMENTS) - 1))]
    for name, raw in zip(names, NO_DOCUMENTS, strict=True):
        repository.file(name).write_bytes(raw)

    ran, html = ask()

    assert ran.code == 0, ran.err
    told = html.partition("What is not shown here")[2].partition("</ul>")[0]
    assert re.findall(r"<li>(.*?)</li>", told) == [f"{MERGED.folder}/{name}" for name in sorted(names)]
    assert "UV21578: grades." in text_of(html)
    assert "<h3>Grades</h3>" not in html


ODD = [
    lambda data: data.update(learners="all"),
    lambda data: data["learners"].append({}),
    lambda data: data["learners"][0].pop("outcome"),
    lambda data: data.update(component="../../x"),
    lambda data: data.update(component="UV99999"),
    lambda data: data.update(qualification="NONE"),
    lambda data: data.update(form="declaration"),
    lambda data: data.update(form="question"),
    lambda data: data["learners"][0].update(grade="<i>starred</i>"),
    lambda data: data["learners"][0].update(evidence=[{"source": "a" * 40}]),
    lambda data: data.update(extra=EVIL),
]


def test_odd_contents_do_not_stop_the_report(repository, ask):
    repository.branch()
    repository.bring()
    whole = repository.file("UV21578.tags.json").read_bytes()

    for edit in ODD:
        repository.file("UV21578.tags.json").write_bytes(whole)
        change(repository, "UV21578.tags.json", edit)
        ran, html = ask()

        assert ran.code == 0, ran.err
        assert "<i>starred" not in html and "<script" not in html


def test_a_dossier_of_no_qualification_of_the_book_is_reported(repository, ask):
    branch = MERGED.branch.replace("AM20530", "ZZ99999")
    repository.branch(branch)
    folder = repository.path / MERGED.folder.replace("AM20530", "ZZ99999")
    folder.mkdir(parents=True)
    (folder / "UV21578.tags.json").write_text("{}")

    ran, html = ask("--branch", branch)

    assert ran.code == 0, ran.err
    assert "ZZ99999" in html


def test_a_file_with_a_name_of_markup_is_not_repeated(repository, ask):
    repository.branch()
    repository.bring()
    repository.file("<b>x.tags.json").write_text("{}")

    _, html = ask()

    assert "a path with unusual characters" in html
    assert "x.tags.json" not in html


def test_receipts_that_do_not_hold_are_told_so(repository, ask):
    repository.branch()
    repository.bring()
    receipt = max(repository.file("receipts").glob("*-UV21578.tags.json"))
    receipt.write_text(
        re.sub(r'"received_at": "[^"]*"', '"received_at": "2021-05-18T09:99:00.000Z"', receipt.read_text())
    )
    broken = next(repository.file("receipts").glob("*-UV21578.schedule.json"))
    broken.write_text(broken.read_text().replace('"on_time": true', '"on_time": false'))

    ran, html = ask()

    assert ran.code == 0, ran.err
    assert signatures(html) == ["Not verified"] * 2 + ["Verified"] * 2


def test_a_key_that_the_pull_request_brings_vouches_for_nothing(repository, ask):
    repository.branch()
    repository.bring()
    toml = repository.path / "ledger.toml"
    toml.write_text(
        re.sub(
            r"\[\[keys\]\](.|\n)*?not_before",
            '[[keys]]\nid = "k0"\npublic = "oxpo4er0Oh9ErlanTb9r/Hmb9VNVo9OwyoeUguDaRok="\nnot_before',
            toml.read_text(),
            count=1,
        )
    )

    _, html = ask()

    assert signatures(html) == ["Verified"] * 4


def test_another_dossiers_branch_shows_its_own_dossier_alone(repository, ask):
    repository.branch(SCHEDULED.branch)
    repository.bring()

    ran, html = ask("--branch", SCHEDULED.branch)

    assert ran.code == 0
    assert "R004" in html
    assert "UV21578 " not in text_of(html).partition("What is missing")[2].partition("What the rules")[0]


# Where reviewers are told of it


@pytest.mark.parametrize(("dossier", "told"), [(MERGED, True), (Dossier("2021-summer", "10234"), False)])
def test_the_comment_says_where_the_report_is(dossier, told):
    standing = Standing(
        dossier.series, dossier.centre, dossier.qualification, dossier.kind, state=State.IN_REVIEW, documents=()
    )

    comment = projected(dossier, standing, [], {}, "https://site.example/").comment

    assert ("*Judge submissions*, under *Artifacts*, for seven days" in comment) is told
