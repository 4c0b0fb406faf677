"""Houses for tests of signing: the register changed on main, and series that ask for more than an e-mail link."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

from gradepost.doors.clock import DemoClock
from gradepost.doors.demo import people
from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.doors.state import clock_file, open_state
from gradepost.doors.web.gateway import Gateway
from gradepost.forge.base import MAIN
from gradepost.forge.local import LocalForge

ROOT = Path(__file__).resolve().parents[1]
ASKED = {"series": "2021-summer", "qualification": "AM20530", "kind": "external-exam"}
BRANCH = "dossier/2021-summer/10234/AM20530/external-exam"


def person(short, role, *rights, centre="10234", name="Robin Hale"):
    """Somebody for the register."""
    return {
        "ref": f"p-{centre}-{short}",
        "role": role,
        "rights": list(rights),
        "name": name,
        "email": f"{short}@centre-{centre}.example",
    }


def change_register(house, change, centre="10234"):
    """Change a centre's file on main: `change` is given its contents."""
    forge, path = house.state.forge, f"centres/{centre[:2]}/{centre}.json"
    head = forge.head(MAIN)
    value = json.loads(forge.read(head, path))
    change(value)
    forge.commit(
        MAIN, {path: json.dumps(value, indent=2).encode() + b"\n"}, "Change it\n", house.state.now(), expected=head
    )


def add(house, *persons, centre="10234"):
    """Put people into a centre's register."""
    change_register(house, lambda value: value["people"].extend(persons), centre)


def find(value, ref):
    """A person within a centre's file."""
    return next(person for person in value["people"] if person["ref"] == ref)


def house_of_series(kind, folder, site, settings, series):
    """A house (`kind` is its class) over a ledger without submissions, of the series with more lines in its file."""
    root = folder / "root"
    for name in ("schemas", "forms"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    with (root / "forms/2021-summer/series.yaml").open("a") as file:
        file.write(f"\n{series}\n")
    settings, state = replace(settings, root=root), folder / "state"
    make_demo_ledger(LocalForge.create(state / "ledger.git"), state, settings)
    clock = DemoClock.start(clock_file(state), people.STARTS_AT)
    return kind(Gateway(open_state(state, settings, clock.now), site, settings, clock))


def graded(house):
    """The centre's schedule and grades, received."""
    client = house.software()
    for document in (house.schedule(), house.tags()):
        assert house.submit(client, document).status_code == 201


def ask(house, officer="p-10234-officer", **more):
    """Ask for the declaration."""
    return house.client(officer).post("/ask-declaration", data=ASKED | more)


def links(house, to, what="declare"):
    """The paths of the links in the letters to somebody, oldest first."""
    letters = [letter.body for letter in house.letters() if letter.to == to]
    return [path for body in letters for path in re.findall(rf"https?://[^/]+(/{what}/\S+)", body)]


def code_in(answer):
    """The code that the exams officer is shown."""
    return re.search(r"[0-9]{4} [0-9]{4}", answer.text)[0]


def declarations(house, branch=BRANCH):
    """The declarations that were received for a dossier."""
    return [stored for stored in house.state.inbox.of_branch(branch) if stored.form == "declaration"]
