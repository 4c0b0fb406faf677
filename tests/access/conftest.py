"""The gateway of `tests/web`, for campaigns against it; and the browser of `tests/browser`."""

import importlib.util
import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(_TESTS / "browser"))


def _loaded(name):
    specification = importlib.util.spec_from_file_location(f"fixtures_of_{name}", _TESTS / name / "conftest.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


_web, _browser = _loaded("web"), _loaded("browser")
settings, seeded, site, opened, house, fresh = (
    _web.settings,
    _web.seeded,
    _web.site,
    _web.opened,
    _web.house,
    _web.fresh,
)
page_of, fields_for, form_of, at_once = _web.page_of, _web.fields_for, _web.form_of, _web.at_once
chromium, demo, fresh_demo, visit = _browser.chromium, _browser.demo, _browser.fresh_demo, _browser.visit
