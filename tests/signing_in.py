"""A gateway without the demo's ways in, and browsers that sign in at it by the letters that it sends."""

import re
from dataclasses import dataclass, field, replace

import pyotp
from starlette.testclient import TestClient

from gradepost.doors.clock import system_now
from gradepost.doors.sign_ins import Doorkeeper
from gradepost.doors.web import build_app
from gradepost.doors.web.gateway import Gateway
from gradepost.people.throttle import Limits

ADDRESS = "http://127.0.0.1:8000"
HTTPS = "https://gradepost.example"
OFFICER = "officer@centre-10234.example"
NOBODY = "nobody@centre-10234.example"
MANY = Limits(*[10**6] * 8)
PLAIN = {"Accept": "text/html"}


@dataclass
class Gate:
    """A gateway that people sign in to. `opened` is a house of the web tests."""

    house: object
    limits: Limits = MANY
    site: str = ADDRESS
    series: dict = field(default_factory=dict)

    def __post_init__(self):
        settings = replace(self.house.gateway.settings, limits=self.limits, site_url=f"{self.site}/")
        state = self.house.state
        if self.series:
            book = replace(state.book, series=replace(state.book.series, **self.series))
            state = replace(state, book=book)
        self.gateway = Gateway(state, self.house.gateway.site, settings, None)
        self.doorkeeper = Doorkeeper(state, settings.site_url)
        self.app = build_app(self.gateway)

    @property
    def inbox(self):
        return self.gateway.state.inbox

    def browser(self, host="198.51.100.7", **headers):
        """A browser of its own, at an address on the network."""
        client = TestClient(
            self.app,
            base_url=self.site,
            follow_redirects=False,
            raise_server_exceptions=False,
            client=(host, 50000),
        )
        client.headers.update({"Origin": self.site, **PLAIN, **headers})
        return client

    def ask(self, browser, email=OFFICER, next_url="/status"):
        """Ask for a link; the answer."""
        return browser.post("/sign-in", data={"email": email, "next": next_url})

    def letters(self):
        """Every letter that was written, oldest first; wishes are answered first."""
        self.doorkeeper.answer_due()
        return [letter for letter in self.inbox.messages() if "/sign-in/link/" in letter.body]

    def link(self):
        """The path of the link in the last letter."""
        return re.search(rf"{re.escape(self.site)}(/sign-in/link/\S+)", self.letters()[-1].body)[1]

    def asked(self, browser, email=OFFICER, next_url="/status"):
        """Ask for a link and read the letter."""
        assert self.ask(browser, email, next_url).status_code == 303
        return self.link()

    def code_shown(self, browser):
        """The code on the first screen."""
        return re.search(r'id="gp-code"><strong>([0-9 ]+)<', browser.get("/sign-in/sent").text)[1]

    def open(self, browser, link):
        """Open a link as a browser does: there, and on to where it leads."""
        moved = browser.get(link)
        assert moved.status_code == 303
        return browser.get(moved.headers["location"])

    def confirm(self, browser, **fields):
        """Press the button."""
        return browser.post("/sign-in/confirm", data={"who": "0", **fields})

    def signed_in(self, email=OFFICER, host="198.51.100.7"):
        """A browser in which somebody has signed in."""
        browser = self.browser(host)
        self.open(browser, self.asked(browser, email))
        assert self.confirm(browser).status_code == 303
        return browser

    def is_in(self, browser):
        """Whether a browser is signed in."""
        return browser.get("/session").status_code == 200

    def happened(self):
        """What the audit trail tells."""
        return [event.what for event in self.inbox.audit_trail()]


def set_up(browser, path="/sign-in/second", **fields):
    """Set a second factor up on its page; the app, and the page with the recovery codes."""
    page = browser.get(path)
    key = re.search(r'id="gp-key">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")
    sealed = re.search(r'name="key" value="([^"]+)"', page.text)[1]
    app = pyotp.TOTP(key)
    return app, browser.post(path, data={"key": sealed, "code": app.at(system_now()), **fields})


def recovery_codes(page):
    """The recovery codes on their page."""
    return re.findall(r"<li><code>([a-z2-7-]+)</code></li>", page.text)
