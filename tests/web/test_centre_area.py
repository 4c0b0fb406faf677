"""The area for centres: no byte of it without the session of somebody of a centre, and no half of a build."""

import re
from dataclasses import replace

import pytest

from gradepost.doors.web.centre_builds import CentreArea
from gradepost.forge.base import MAIN

PAGE = "/centre/webinar-recordings/"


@pytest.fixture(scope="module")
def area(opened, tmp_path_factory):
    """A gateway whose main holds the example page and a picture."""
    house = opened(tmp_path_factory.mktemp("area") / "state")
    commit(house, {"centre-pages/room.png": b"\x89PNG not really"})
    gateway = house.gateway
    kept = CentreArea(house.state, gateway.settings, gateway.site.folder)
    kept.show()
    house.gateway = replace(gateway, centre_area=kept)
    return house


def commit(house, files):
    forge = house.state.forge
    forge.commit(MAIN, files, "Change pages for centres\n", house.state.now(), expected=forge.head(MAIN))


@pytest.fixture(scope="module")
def addresses(area):
    """Every file of the build, by its address."""
    folder = area.gateway.centre_area.shown.folder
    return [f"/centre/{path.relative_to(folder)}" for path in folder.rglob("*") if path.is_file()]


def test_the_build_holds_pages_pictures_and_a_search_of_its_own(addresses):
    wanted = {f"{PAGE}index.html", "/centre/room.png", "/centre/search/search_index.json", "/centre/sitemap.xml"}

    assert wanted <= set(addresses)


@pytest.mark.parametrize("who", [None, "r-osei"])
def test_nobody_reads_a_byte_of_it_without_being_of_a_centre(area, addresses, who):
    client = area.client(who)

    answers = {address: client.get(address) for address in [*addresses, PAGE, "/centre", "/centre/"]}

    assert {answer.status_code for answer in answers.values()} == {303}
    assert all(answer.headers["location"].startswith("/sign-in?next=") for answer in answers.values())
    assert all(answer.content == b"" for answer in answers.values())


def test_what_is_not_there_answers_as_what_is(area):
    there, not_there = (area.client().get(address) for address in (PAGE, "/centre/nothing/"))

    assert (there.status_code, there.headers.keys()) == (not_there.status_code, not_there.headers.keys())


def test_a_token_is_no_session(area):
    assert area.software().get(PAGE, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("ref", ["p-10234-officer", "p-10234-teacher-1", "p-10234-head"])
def test_people_of_a_centre_read_all_of_it(area, addresses, ref):
    client = area.client(ref)

    answers = {address: client.get(address) for address in [*addresses, PAGE, "/centre/"]}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert {answer.headers["cache-control"] for answer in answers.values()} == {"private, no-store"}
    assert {answer.headers["x-robots-tag"] for answer in answers.values()} == {"noindex"}
    assert "An invented example of a page" in answers[PAGE].text


def test_its_policy_lets_its_own_scripts_run_and_no_other(area):
    answer = area.client("p-10234-officer").get(PAGE)

    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert scripts
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].count("sha256-") >= len(set(scripts))


def test_signing_in_leads_back_to_the_page(area):
    answer = area.client().post("/sign-in", data={"ref": "p-10234-officer", "next": PAGE})

    assert answer.headers["location"] == PAGE


@pytest.mark.parametrize("path", ["/centre/../ledger.toml", "/centre/%2e%2e/keys/receipt.pem", "/centre/room.png/"])
def test_no_path_leads_out_of_it(area, path):
    assert area.client("p-10234-officer").get(path).status_code == 404


def test_another_page_on_main_is_shown_once_it_is_whole_and_a_broken_one_never(opened, tmp_path):
    house = opened(tmp_path / "state")
    kept = CentreArea(house.state, house.gateway.settings, house.gateway.site.folder)
    kept.show()
    first = kept.shown

    commit(house, {"centre-pages/b.md": b"---\naccess: everybody\n---\n# B\n"})
    kept.follow()
    assert kept.shown is first

    commit(house, {"centre-pages/b.md": b"# B\n"})
    kept.follow()
    assert kept.shown.page("/b/")
    assert first.folder.exists()
    assert not list(kept.shown.folder.parent.glob("*.new"))
