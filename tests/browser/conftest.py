"""A real browser at a real server. Every test here is marked `browser`; modules beside this one can be imported."""

import contextlib
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parent))
HERE = Path(__file__).parent

# What Chromium itself reports of an answer such as 422. What the answer was is asked elsewhere.
ANSWERED = "Failed to load resource: the server responded with a status of 4"


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """The browser; without one these tests are skipped, and in CI they fail."""
    try:
        from demonstration import shared_browser
        from playwright.sync_api import Error
    except ImportError as error:
        _without(error)
    with contextlib.ExitStack() as stack:
        try:
            browser = stack.enter_context(shared_browser())
        except Error as error:
            _without(error)
        yield browser


def _without(error):
    if os.environ.get("CI") == "true":
        pytest.fail(f"There is no browser: {error}")
    pytest.skip(f"There is no browser: {error}")


@pytest.fixture(scope="session")
def demo(chromium, tmp_path_factory):
    """A demo to look at. What changes it belongs to a test with a demo of its own."""
    from demonstration import running_demo

    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def fresh_demo(chromium, tmp_path):
    """A demo of the test's own."""
    from demonstration import running_demo

    with running_demo(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def scheduled(chromium, tmp_path_factory):
    """A demo whose learners are scheduled, a thousand of them for one component."""
    from demonstration import running_demo
    from form_states import prepare

    with running_demo(tmp_path_factory.mktemp("scheduled")) as demo:
        context = chromium.new_context(base_url=demo.url)
        prepare(context.new_page())
        context.close()
        yield demo


@pytest.fixture
def visit(chromium):
    """Opens a tab of somebody's own at a demo. In the end no tab may have complained or asked another host."""
    contexts, troubles = [], []

    def open_tab(demo, **options):
        context = chromium.new_context(base_url=demo.url, locale="en-GB", reduced_motion="reduce", **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: troubles.append(said.text) if _is_trouble(said) else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: troubles.append(request.url) if _leaves(request, demo) else None)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert troubles == []


def _is_trouble(said):
    return said.type in ("error", "warning") and not said.text.startswith(ANSWERED)


def _leaves(request, demo):
    address = urlsplit(request.url)
    return address.scheme not in ("data", "blob") and address.netloc != urlsplit(demo.url).netloc
