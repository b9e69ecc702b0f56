"""The stage: a real PostgreSQL, one database per test process, and ways to be somebody.

Most tests run inside one outer transaction that is rolled back. What such a transaction does not see
(deferred constraints, other connections, NOTIFY) takes `fresh_database`, a clone of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import before_render_template, template_rendered
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.orm import Session

from app import Accord, create_app, database, embedded, migrating, scope
from app.extensions import db
from app.models import Partner, Person, SignIn
from config import HERE, Environment, Settings
from tests.cast import Cast, tell

INSTANCE = Path(os.environ.get("INSTANCE") or HERE / "instance") / "test"
SECRET = "a secret that only tests keep, 32 letters"


def base_settings() -> Settings:
    return Settings(
        environment=Environment.TESTING, instance=INSTANCE, secret_key=SECRET, uploads=INSTANCE / "uploads"
    )


def migrations_digest() -> str:
    files = sorted((HERE / "migrations").rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Keep pytest-flask from holding a request open: what `g` keeps must end with each request."""


@pytest.fixture(scope="session")
def server() -> Any:
    """One server for all test processes; what it holds need not outlive a power cut."""
    running = embedded.start(INSTANCE / "pg")
    with embedded.superuser(running) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(setting)))
        connection.execute("select pg_reload_conf()")
    return running


@pytest.fixture(scope="session")
def template(server: Any) -> str:
    """A migrated, empty database that every other one is a copy of; made once for these migrations."""
    name = f"accord_template_{migrations_digest()}"
    with (INSTANCE / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with embedded.superuser(server) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
        if known is None:
            _make_template(server, name)
    return name


def _make_template(server: Any, name: str) -> None:
    with embedded.superuser(server) as connection:
        old = connection.execute("select datname from pg_database where datname like 'accord_t%'").fetchall()
        for (stale,) in old:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(stale))
            )
    fresh = f"{name}_new"
    embedded.prepare(server, fresh)
    migrating.upgrade(database.on_server(base_settings(), server, fresh))
    with embedded.superuser(server) as connection:
        rename = sql.SQL("alter database {} rename to {}")
        connection.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))


def clone(server: Any, template: str, name: str) -> Settings:
    with embedded.superuser(server) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        copy = sql.SQL("create database {} template {} owner accord_owner")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
    return database.on_server(base_settings(), server, name)


def drop(server: Any, name: str) -> None:
    with embedded.superuser(server) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def settings(server: Any, template: str, worker_name: str) -> Iterator[Settings]:
    name = f"accord_test_{worker_name}"
    yield clone(server, template, name)
    drop(server, name)


@pytest.fixture(scope="session")
def worker_name() -> str:
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"


@pytest.fixture
def fresh_database(server: Any, template: str, worker_name: str) -> Iterator[Settings]:
    """A database of this test's own, for what only real commits show."""
    name = f"accord_test_{worker_name}_fresh"
    yield clone(server, template, name)
    drop(server, name)


@pytest.fixture
def fresh_app(fresh_database: Settings) -> Iterator[Accord]:
    """An application on a database of its own, with real commits."""
    app = app_on(fresh_database)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def app_on(settings: Settings) -> Accord:
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture(scope="session")
def one_app(settings: Settings) -> Iterator[Accord]:
    app = app_on(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def connection(one_app: Accord) -> Iterator[Connection]:
    """The one connection of a test; everything it does is undone at the end."""
    with one_app.app_context():
        engine = db.engine
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        if transaction.is_active:
            transaction.rollback()


@pytest.fixture
def app(one_app: Accord, connection: Connection) -> Iterator[Accord]:
    """The application, whose every session joins the test's transaction.

    No application context is held open: what Flask keeps in `g` must end with each request.
    """
    engines = db._app_engines[one_app]
    real = engines[None]
    engines[None] = connection  # type: ignore[assignment]
    with no_query_in_a_template(one_app, connection):
        yield one_app
    engines[None] = real


@contextmanager
def no_query_in_a_template(app: Accord, connection: Connection) -> Iterator[None]:
    """A template says what was read; one that asks the database itself fails its test."""
    drawing: list[str] = []

    def begin(_app: Accord, template: Any, **_: Any) -> None:
        drawing.append(template.name)

    def end(_app: Accord, **_: Any) -> None:
        drawing.clear()

    def forbid(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        assert not drawing, f"{drawing[-1]} asked the database: {statement[:200]}"

    event.listen(connection, "before_cursor_execute", forbid)
    with before_render_template.connected_to(begin, app), template_rendered.connected_to(end, app):
        yield
    event.remove(connection, "before_cursor_execute", forbid)


@pytest.fixture
def session(app: Accord, connection: Connection) -> Iterator[Session]:
    """The vendor's staff at the database: what factories build with. Commit before a client asks."""
    with scope.opened(scope.Scope(scope.Role.STAFF)), joined(connection) as opened:
        yield opened


@event.listens_for(Session, "after_begin")
def _open_the_door(_session: Session, transaction: Any, connection: Connection) -> None:
    """A transaction of its own begins as nobody; inside a test's one transaction that has to be said."""
    if scope.current() is scope.DOOR and not transaction.nested:
        connection.exec_driver_sql(scope.OPEN, scope.DOOR.settings())


def joined(connection: Connection) -> Session:
    return Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)


@pytest.fixture
def worker(session: Session, connection: Connection) -> Callable[[], AbstractContextManager[Session]]:
    """A session that may do everything the program itself may: credentials, sign-ins."""

    @contextmanager
    def opened() -> Iterator[Session]:
        session.commit()
        with scope.every_partner(), joined(connection) as books:
            yield books
            books.commit()

    return opened


@pytest.fixture
def as_partner(session: Session, connection: Connection) -> Callable[..., AbstractContextManager[Session]]:
    """Let a story look at the database with a partner's eyes."""

    @contextmanager
    def opened(partner: Partner, person: Person | None = None) -> Iterator[Session]:
        session.commit()
        mine = scope.Scope(scope.Role.PARTNER, partner.id, None if person is None else person.id)
        with scope.opened(mine), joined(connection) as own:
            yield own

    return opened


@pytest.fixture
def cast(session: Session) -> Cast:
    """Everybody who plays in these tests."""
    return tell(session)


@pytest.fixture
def sign_in(
    app: Accord, cast: Cast, session: Session, worker: Callable[[], AbstractContextManager[Session]]
) -> Callable[[str], FlaskClient]:
    """Return a client in which a member of the cast is signed in."""

    def signed_in(name: str) -> FlaskClient:
        person: Person = getattr(cast, name)
        with worker() as books:
            secret = SignIn.begin(books, person, address="127.0.0.1", agent="tests")
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = secret
            cookie["_fresh"] = True
        return client

    return signed_in


@pytest.fixture
def client(app: Accord) -> FlaskClient:
    """Somebody nobody knows."""
    return app.test_client()


class Queries(list[str]):
    """The statements a page sent, without the ones that open a scope or a savepoint."""


@pytest.fixture
def queries(connection: Connection) -> Iterator[Queries]:
    """Count what is asked of the database: `queries.clear()`, act, `len(queries)`."""
    seen = Queries()

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        plumbing = (
            "SAVEPOINT",
            "RELEASE",
            "ROLLBACK",
            "select set_config",
            "set constraints",
            "select * from accord_",
        )
        if not statement.startswith(plumbing):
            seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def owner_engine(settings: Settings) -> Iterator[Any]:
    """The owner of the schema, for looking at the catalogue."""
    engine = create_engine(database.driver_url(database.owner_url(settings)))
    yield engine
    engine.dispose()
