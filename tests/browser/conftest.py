"""A real server and a real browser: the pages as people meet them.

`site` is an application on a database of its own, served over HTTP with every protection on. `browse(width)` opens a
page in the system's Chromium; a policy violation, an error in the console or a script that fails breaks the test.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from app import Accord, scope
from app.extensions import db
from app.models import Credential, SignIn
from config import Settings
from tests.browser.story import told
from tests.cast import Cast, tell
from tests.conftest import app_on, clone, drop

PASSWORD = "correct horse battery staple"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(
  `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@dataclass
class Site:
    """Where the program is, and who plays in it."""

    url: str
    app: Accord
    cast: Cast
    with_password: set[str] = field(default_factory=set)

    def let_in(self, name: str) -> None:
        """Give a member of the cast a password, once: hashing takes its time."""
        if name not in self.with_password:
            with self.staff_session() as session:
                Credential.set(session, getattr(self.cast, name).id, PASSWORD)
            self.with_password.add(name)

    @contextmanager
    def staff_session(self) -> Iterator[Session]:
        """A session that may do everything, for building a story; what it did is committed at the end."""
        with self.app.app_context(), scope.every_partner():
            session = db.session()
            yield session
            session.commit()
            db.session.remove()

    def cookie(self, name: str) -> Any:
        """The cookie of a session of this member of the cast, made without the form."""
        person = getattr(self.cast, name)
        with self.staff_session() as session:
            secret = SignIn.begin(session, person, address="127.0.0.1", agent="a browser test")
        client = self.app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"] = secret
            kept["_fresh"] = True
        cookie = client.get_cookie("accord")
        assert cookie is not None
        return {"name": cookie.key, "value": cookie.value, "url": self.url}


@dataclass
class Visit:
    """One page of a browser, with what went wrong in it."""

    page: Page
    site: Site
    trouble: list[str] = field(default_factory=list)

    def go(self, address: str) -> Page:
        """Open an address of the site and wait until it is drawn."""
        self.page.goto(self.site.url + address)
        self.page.wait_for_load_state("load")
        return self.page

    def sign_in(self, name: str) -> Page:
        """Sign in as a member of the cast, with the form."""
        self.site.let_in(name)
        person = getattr(self.site.cast, name)
        host = "northwind.example" if person.partner_id is None else self._host(person.partner_id)
        page = self.go("/accounts/sign-in")
        page.get_by_label("E-mail").fill(f"{name}@{host}")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state("load")
        return page

    def _host(self, partner_id: int) -> str:
        cast = self.site.cast
        partner = next(one for one in (cast.acme, cast.bolt, cast.crane) if one.id == partner_id)
        return f"{partner.code.lower()}.example"

    def check(self) -> None:
        """Raise when anything went wrong so far: a violation, a console error, a page wider than the screen."""
        self.trouble += self.page.evaluate("window.violations ?? []")
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            self.trouble.append(f"{self.page.url} is {wide} px wider than the screen")
        assert self.trouble == []


@contextmanager
def served(settings: Settings) -> Iterator[Site]:
    """Serve the program on a free port, with the cast who can sign in."""
    app = app_on(settings)
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context(), scope.every_partner():
        session = db.session()
        session.expire_on_commit = False
        cast = tell(session)
        session.expunge_all()
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", app, cast)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


class Quiet(WSGIRequestHandler):
    """A server that does not tell of every request, and keeps a connection open for the next one."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def site(fresh_database: Settings) -> Iterator[Site]:
    """The program on a database of this test's own, for tests that change something."""
    with served(fresh_database) as site:
        yield site


@pytest.fixture(scope="session")
def library(server: Any, template: str, worker_name: str) -> Iterator[Site]:
    """The program with a story, shared by all tests that only read."""
    name = f"accord_test_{worker_name}_library"
    with served(clone(server, template, name)) as site:
        with site.staff_session() as session:
            told(session, site.cast)
        yield site
    drop(server, name)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; without one the browser tests are skipped, which `make test` says loudly."""
    path = next(
        (found for name in (os.environ.get("CHROMIUM"), *NAMES) if name and (found := shutil.which(name))),
        None,
    )
    if path is None:
        pytest.skip("There is no Chromium here.")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: Browser, site: Site) -> Iterator[Callable[..., Visit]]:
    """Open a window of so many pixels on the test's own site: `browse(360, dark=True)`."""
    with windows(chromium, site) as opened:
        yield opened


@pytest.fixture
def read(chromium: Browser, library: Site) -> Iterator[Callable[..., Visit]]:
    """Open a window on the shared site: `read(360, by="alice")` is signed in already."""
    with windows(chromium, library) as opened:
        yield opened


@contextmanager
def windows(chromium: Browser, site: Site) -> Iterator[Callable[..., Visit]]:
    """Give a way to open windows, and close them all at the end."""
    visits: list[Visit] = []

    def opened(
        width: int = 1440, *, by: str | None = None, dark: bool = False, javascript: bool = True
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="en-GB",
        )
        if by is not None:
            context.add_cookies([site.cookie(by)])
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH)
        page = context.new_page()
        visit = Visit(page, site)
        page.on("pageerror", lambda error: visit.trouble.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                visit.trouble.append(f"{page.url}: {message.text}") if message.type == "error" else None
            ),
        )
        visits.append(visit)
        return visit

    yield opened
    for visit in visits:
        visit.page.context.close()
