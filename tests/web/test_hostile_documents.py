"""D001 at the gateway: what is not strict is told, never stored, and never an accident of ours."""

import pytest
from hostile import sampled
from hostile.texts import LIMIT, TEXTS

JSON = {"Content-Type": "application/json"}
NOT_STRICT = [name for name, (_, strict) in TEXTS.items() if not strict][::6]
LARGE = [name for name in TEXTS if len(TEXTS[name][0]) > LIMIT]


@pytest.fixture(scope="module")
def officer(house):
    return house.client("p-10234-officer")


@pytest.mark.parametrize("name", sampled([name for name in NOT_STRICT if name not in LARGE], 10))
def test_a_text_that_is_not_strict_is_told_and_not_stored(name, house, officer):
    before = house.stored()

    checked = officer.post("/check/tags", content=TEXTS[name][0], headers=JSON)
    submitted = officer.post("/submit/tags", content=TEXTS[name][0], headers=JSON)

    assert (checked.status_code, submitted.status_code) == (200, 422)
    assert [f["rule"] for f in checked.json()["findings"]] == ["D001"]
    assert submitted.json()["findings"] == checked.json()["findings"]
    assert house.stored() == before


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("act", ["check", "submit"])
def test_a_text_over_the_limit_is_not_read(name, act, officer):
    answer = officer.post(f"/{act}/tags", content=TEXTS[name][0], headers=JSON)

    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["", "text/json", "application/xml", "application/json5", "multipart/form-data"])
@pytest.mark.parametrize("act", ["check", "submit"])
def test_another_type_is_not_looked_into(kind, act, officer):
    answer = officer.post(f"/{act}/tags", content=b"[" * 100_000, headers={"Content-Type": kind})

    assert answer.status_code == 415
