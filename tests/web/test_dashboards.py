"""A season on the reviewer's pages: they stay within their time, and nothing is looked for row by row."""

import pytest
from dashboards import measured, season

CPU_SECONDS = {"bench": 0.3, "outstanding": 0.5, "status": 2.0}


def test_the_pages_and_the_command_work_over_many_dossiers(tmp_path, site):
    found = measured(season(tmp_path / "state", 20), site)

    assert {name: found[name] < most for name, most in CPU_SECONDS.items()} == dict.fromkeys(CPU_SECONDS, True)


@pytest.mark.campaign
def test_a_season_of_2000_dossiers_stays_within_its_time_and_grows_no_faster_than_itself(tmp_path, site):
    half, whole = (measured(season(tmp_path / f"{many}", many), site) for many in (1000, 2000))

    assert {name: whole[name] < most for name, most in CPU_SECONDS.items()} == dict.fromkeys(CPU_SECONDS, True)
    # A part of each page costs the same whatever the season; half again allows for a busy machine.
    assert all(whole[name] < 3 * half[name] for name in CPU_SECONDS)


def test_what_stands_of_a_dossier_is_found_without_looking_at_every_row(fresh):
    statements = []
    connection = fresh.state.inbox._connection
    connection.set_trace_callback(statements.append)
    fresh.state.inbox.standing_of_branch("dossier/2021-summer/10235/AM20530/external-exam")
    connection.set_trace_callback(None)

    plan = connection.execute(f"EXPLAIN QUERY PLAN {statements[0]}").fetchall()

    assert not [step for *_, step in plan if step.startswith("SCAN")]


def test_status_tells_what_is_outstanding_where_it_is_asked_for(gradepost, fresh, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    state = ("status", "--state", fresh.state.folder, "--centre", "10234")

    plain, asked = gradepost(*state), gradepost(*state, "--outstanding")

    assert "internal-assignment" not in plain.out
    assert "internal-assignment │ 0 of 5    │ 0 of 5 │ no" in asked.out
