"""What the reviewer's pages and `status` cost with a whole season in the store.

    PYTHONPATH=tests python tests/benchmarks/dashboards.py [--dossiers 2000]

CPU seconds of the bench, of what is outstanding, and of where every dossier stands; and again with half as many.
"""

import argparse
import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from back_office import AT, EXTERNAL, SETTINGS, Office

from gradepost.doors.building import build_site
from gradepost.doors.demo.seeding import make_demo_ledger
from gradepost.doors.web.site_files import SiteFiles
from gradepost.forge.base import MAIN
from gradepost.forge.local import LocalForge
from gradepost.inbox.store import text_of

FIRST = 20000
_SUBMISSIONS = "INSERT INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def season(folder: Path, dossiers: int) -> Office:
    """A state with so many whole dossiers, one to a centre: filed, judged clean, waiting for a reviewer."""
    make_demo_ledger(LocalForge.create(folder / "ledger.git"), folder, SETTINGS)
    office = Office(folder)
    office.whole_dossier()
    numbers = [str(FIRST + n) for n in range(dossiers - 1)]
    _register(office, numbers)
    _receive(office, numbers)
    _open(office, numbers)
    return office


def _register(office: Office, numbers: list[str]) -> None:
    forge = office.state.forge
    one = forge.read(MAIN, "centres/10/10234.json")
    files = {f"centres/{n[:2]}/{n}.json": one.replace(b"10234", n.encode()) for n in numbers}
    forge.commit(MAIN, files, "Register", AT, expected=forge.head(MAIN))


def _receive(office: Office, numbers: list[str]) -> None:
    kept = office.inbox._rows("SELECT * FROM submissions ORDER BY seq")
    seq, rows = kept[-1][0], []
    for number in numbers:
        for row in kept:
            seq += 1
            texts = [v.replace("10234", number) if isinstance(v, str) else v for v in row]
            document = row[7].replace(b"10234", number.encode())
            texts[0], texts[6], texts[7] = seq, f"{seq:020d}", document
            texts[13] = int(number) - FIRST + 2
            rows.append(tuple(texts))
    current = [(row[5], row[3], row[2], row[0]) for row in rows]
    with office.inbox._transaction() as connection:
        connection.executemany(_SUBMISSIONS, rows)
        connection.executemany("INSERT INTO current VALUES (?, ?, ?, ?)", current)


def _open(office: Office, numbers: list[str]) -> None:
    store = office.state.forge._store
    pull = office.forge.pull_of(EXTERNAL)
    check = office.forge.check(pull.head)
    with store.acting():
        for number in numbers:
            head = number.rjust(40, "0")
            branch = EXTERNAL.replace("10234", number)
            store.insert_pull(branch, branch, "", head, AT + timedelta(seconds=1))
            values = (head, check.state, check.report, text_of(AT))
            store._rows("INSERT INTO checks (head, state, report, at) VALUES (?, ?, ?, ?)", *values)


def cpu(act) -> float:
    """CPU seconds of one act, the least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return min(found)


def measured(office: Office, site: SiteFiles) -> dict[str, float]:
    """Seconds of each page and command."""
    from starlette.testclient import TestClient

    from gradepost.doors.cli.ledgers import standing_rows
    from gradepost.doors.clock import DemoClock
    from gradepost.doors.state import clock_file
    from gradepost.doors.web import build_app
    from gradepost.doors.web.gateway import Gateway

    folder = office.state.folder
    gateway = Gateway(office.state, site, SETTINGS, DemoClock.start(clock_file(folder), AT))
    client = TestClient(build_app(gateway), base_url="http://127.0.0.1:8000", follow_redirects=False)
    assert client.post("/sign-in", data={"ref": "r-osei", "next": "/"}).status_code == 303

    def page(path: str) -> None:
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text[-400:]

    return {
        "bench": cpu(lambda: page("/reviews/10234/AM20530/external-exam")),
        "outstanding": cpu(lambda: page("/reviews/outstanding")),
        "reviews": cpu(lambda: page("/reviews")),
        "status": cpu(lambda: list(standing_rows(office.state))),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dossiers", type=int, default=2000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build_site(SETTINGS, SETTINGS.site_url, Path(folder) / "site")
        site = SiteFiles(Path(folder) / "site")
        for many in (asked.dossiers // 2, asked.dossiers):
            print(json.dumps({"dossiers": many, **measured(season(Path(folder) / f"{many}", many), site)}))


if __name__ == "__main__":
    main()
