"""A demo in a process of its own, as people start it, and the browser that looks at it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 60
SECONDS_TO_END = 15
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True)
class Demo:
    """A demo that is running: where it is reached, and where it keeps its state."""

    url: str
    state: Path

    @property
    def ledger(self):
        return self.state / "ledger.git"

    def run(self, *arguments):
        """One command of gradepost, from the repository's root. Gives its exit code and what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "gradepost", *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@contextmanager
def running_demo(folder, **settings):
    """A demo with fresh state in `folder`, on a free port, until the block ends; `settings` as in the environment."""
    port = _free_port() if "GRADEPOST_ROOT" in settings else _fresh_state(folder)
    with _running(folder, port, settings) as demo:
        yield demo


_fresh = {}


def _fresh_state(folder):
    """Put the state of a demo that was just made into `folder`; the port to serve it on. Seeding it and building
    its site takes seconds: so once for this process. The site is of one address, so that is used again where free."""
    if not _fresh:
        kept = tempfile.TemporaryDirectory()
        port = _free_port()
        with _running(Path(kept.name), port, {}):
            pass
        _fresh.update(kept=kept, port=port)
    shutil.copytree(Path(_fresh["kept"].name) / "state", folder / "state")
    return _fresh["port"] if _is_free(_fresh["port"]) else _free_port()


@contextmanager
def _running(folder, port, settings):
    demo = Demo(f"http://127.0.0.1:{port}", folder / "state")
    log = folder / "serve.log"
    command = [sys.executable, "-m", "gradepost", "serve", "--demo", "--port", str(port), "--state", str(demo.state)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRADEPOST_")} | settings
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait_until_ready(demo, process, log)
            yield demo
        finally:
            process.terminate()
            try:
                process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def browser_path():
    """The browser to use: None is Playwright's own."""
    system = (shutil.which(name) for name in ("chromium-headless-shell", "chromium"))
    return os.environ.get("GRADEPOST_TEST_BROWSER") or next(filter(None, system), None)


def launch(playwright):
    """Chromium. Raises `playwright.sync_api.Error` where there is none."""
    return playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)


_shared = {"holders": 0}


@contextmanager
def shared_browser():
    """The one browser of this process, whoever asks: Playwright cannot be started twice in it."""
    from playwright.sync_api import sync_playwright

    if _shared["holders"] == 0:
        _shared["playwright"] = sync_playwright().start()
        try:
            _shared["browser"] = launch(_shared["playwright"])
        except BaseException:
            _shared["playwright"].stop()
            raise
    _shared["holders"] += 1
    try:
        yield _shared["browser"]
    finally:
        _shared["holders"] -= 1
        if _shared["holders"] == 0:
            _shared["browser"].close()
            _shared["playwright"].stop()


def _is_free(port):
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait_until_ready(demo, process, log):
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{demo.url}/readyz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"The demo did not start:\n{log.read_text()}")
