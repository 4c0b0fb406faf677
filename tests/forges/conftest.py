"""The forges, each by name with how an empty one is made. A new forge is a line here and keeps the whole contract."""

from datetime import UTC, datetime

import pytest

from gradepost.forge.local import LocalForge

AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)


def local(tmp_path):
    forge = LocalForge.create(tmp_path / "ledger.git")
    yield forge
    forge.close()


FORGES = {"local": local}


@pytest.fixture
def at():
    return AT


@pytest.fixture(params=FORGES)
def forge(request, tmp_path):
    """An open forge with one commit on main."""
    made = FORGES[request.param](tmp_path)
    forge = next(made)
    forge.commit("main", {"ledger.toml": b"series\n", "centres/10/10234.json": b"{}\n"}, "Start", AT, expected=None)
    yield forge
    next(made, None)
