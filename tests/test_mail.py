"""Letters about news: through a real mail server, after the commit, once, as each person wants them."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from sqlalchemy import select, text

from app import Accord, clock, database, jobs, letters, mail, scope
from app.extensions import db
from app.models import Comment, Digest, Lead, Notification, Partner, Person, Step, Vendor
from config import Environment, Settings
from tests import factories
from tests.cast import Cast, tell
from tests.conftest import app_on, clone, drop

NIGHT = datetime(2026, 6, 1, 4, 30, tzinfo=UTC)


class Server:
    """A mail server that keeps what it takes, and refuses what it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.to: list[str] = []
        self.refusals: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - its name there
        if self.refusals:
            return self.refusals.pop(0)
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        self.to += envelope.rcpt_tos
        return "250 taken"


@pytest.fixture(scope="module")
def house(server: Any, template: str, worker_name: str) -> Iterator[tuple[Accord, Cast]]:
    """An application with real commits and its cast, for all stories of this file."""
    name = f"accord_test_{worker_name}_mail"
    app = app_on(clone(server, template, name))
    with app.app_context():
        with scope.opened(scope.Scope(scope.Role.STAFF)), database.new_session() as opened:
            everybody = tell(opened)
        yield app, everybody
        db.session.remove()
        db.engine.dispose()
    drop(server, name)


@pytest.fixture
def app_here(house: tuple[Accord, Cast]) -> Iterator[Accord]:
    """The application, with nothing left to tell from the story before."""
    app, settings = house[0], house[0].config["ACCORD"]
    with database.unit_of_work() as books:
        for statement in (
            "delete from notification",
            "delete from jobs.procrastinate_jobs",
            "update person set digest = 'at once', digested_on = null, active = true, locale = null, time_zone = null",
            "update partner set portal_access = true",
        ):
            books.execute(text(statement))
    with app.app_context():
        yield app
    app.config["ACCORD"] = settings


@pytest.fixture
def cast(house: tuple[Accord, Cast]) -> Cast:
    return house[1]


@pytest.fixture(scope="module")
def mail_server() -> Iterator[tuple[Server, int]]:
    kept = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, port
    controller.stop()


@pytest.fixture
def post(app_here: Accord, mail_server: tuple[Server, int]) -> Server:
    """A mail server with an empty box, and an application that sends through it."""
    kept, port = mail_server
    kept.taken, kept.to, kept.refusals = [], [], []
    app_here.config["ACCORD"] = replace(
        app_here.config["ACCORD"], mail_url=f"smtp://127.0.0.1:{port}", base_url="https://partners.example"
    )
    return kept


@pytest.fixture
def lead(app_here: Accord, cast: Cast) -> int:
    with staff() as session:
        made = factories.lead(session, session.get_one(Partner, cast.acme.id), "Bäckerei", date(2026, 1, 15))
        made.owner_id = cast.oscar.id
        return made.id


def staff() -> Any:
    return database.unit_of_work(scope.Scope(scope.Role.STAFF))


def happen(lead_id: int, by: Person | None, *to: Person) -> None:
    with staff() as session:
        Step.take(session.get_one(Lead, lead_id), "lead.qualified", by=by, to=[one.id for one in to])


def prefer(person: Person, digest: Digest, **more: Any) -> None:
    with database.unit_of_work() as books:
        known = books.get_one(Person, person.id)
        known.digest = digest
        for name, value in more.items():
            setattr(known, name, value)


def work(app: Accord) -> None:
    jobs.work(app, app.config["ACCORD"], wait=False)


def test_a_letter_leaves_after_the_commit_with_words_and_links(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    """A7: to who is told, in both forms, and with the way to have none."""
    with staff() as session:
        Comment.say(session.get_one(Lead, lead), "Call <b>them</b>, @Alice Acme", by=cast.sam)
    before = list(post.taken)
    work(app_here)

    letter = next(one for one in post.taken if "alice" in one["To"])
    plain = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert before == []
    assert sorted(post.to) == ["alice@acme.example", "oscar@acme.example"]
    assert letter["Subject"] == "Bäckerei: Sam Sales named you in a comment"
    assert f"https://partners.example/leads/{lead}" in plain
    assert "Call <b>them</b>" in plain
    assert "Call &lt;b&gt;them&lt;/b&gt;" in html
    assert letter["List-Unsubscribe"] == "<https://partners.example/notifications/preferences>"
    assert letter["Auto-Submitted"] == "auto-generated"


def test_what_a_job_does_is_told_too(
    app_here: Accord, post: Server, cast: Cast, lead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lead that lapses by itself is no less news."""
    monkeypatch.setitem(jobs.FOLLOWS, "lead.qualified", "tests.go_on")
    jobs.task("tests.go_on")(_go_on)
    with staff() as session:
        session.get_one(Lead, lead).track("lead.qualified", by=None)
    work(app_here)
    jobs.queue.tasks.pop("tests.go_on")

    assert [one["Subject"] for one in post.taken] == ["Bäckerei: Reopened"]


def _go_on(subject_id: int) -> None:
    with database.unit_of_work() as books:
        Step.take(books.get_one(Lead, subject_id), "lead.reopened", by=None)


def test_nothing_is_sent_for_what_was_rolled_back(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    with pytest.raises(ZeroDivisionError), staff() as session:  # noqa: PT012 - the whole unit fails
        Step.take(session.get_one(Lead, lead), "lead.qualified", by=cast.sam)
        raise ZeroDivisionError
    work(app_here)

    assert post.taken == []
    with database.unit_of_work() as books:
        assert (
            books.scalar(
                text("select count(*) from jobs.procrastinate_jobs where task_name = 'notifications.mail'")
            )
            == 0
        )


def test_many_news_are_one_letter_and_none_is_told_twice(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    for _ in range(3):
        happen(lead, cast.sam)
    work(app_here)
    letters.deliver(cast.oscar.id, Digest.AT_ONCE)

    assert [one["Subject"] for one in post.taken] == ["3 news from Your company"]


def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    happen(lead, cast.sam)
    post.refusals = ["451 later"]
    with pytest.raises(mail.NotSent):
        letters.deliver(cast.oscar.id, Digest.AT_ONCE)
    letters.deliver(cast.oscar.id, Digest.AT_ONCE)
    happen(lead, cast.sam)
    post.refusals = ["550 never"]
    letters.deliver(cast.oscar.id, Digest.AT_ONCE)
    letters.deliver(cast.oscar.id, Digest.AT_ONCE)

    assert len(post.taken) == 1


def test_a_job_whose_server_is_away_is_tried_again_by_the_queue(
    app_here: Accord, cast: Cast, lead: int
) -> None:
    app_here.config["ACCORD"] = replace(app_here.config["ACCORD"], mail_url="smtp://127.0.0.1:9")
    happen(lead, cast.sam)
    work(app_here)

    with database.unit_of_work() as books:
        waiting = books.execute(
            text(
                "select status, attempts, scheduled_at > now() as later from jobs.procrastinate_jobs"
                " where task_name = 'notifications.mail'"
            )
        ).one()
        unmailed = books.scalars(select(Notification.mailed_at)).all()
    assert (waiting.status, waiting.attempts, waiting.later) == ("todo", 1, True)
    assert unmailed == [None]


def test_what_was_read_meanwhile_is_not_written_about(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    happen(lead, cast.sam)
    with database.unit_of_work() as books:
        Notification.read(books, by=cast.oscar)
    work(app_here)

    assert post.taken == []


def test_nobody_is_written_to_who_left_wants_none_or_cannot_enter(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    prefer(cast.sam, Digest.NONE)
    happen(lead, None, cast.sam, cast.alice, cast.carl)
    prefer(cast.carl, Digest.AT_ONCE, active=False)
    with database.unit_of_work() as books:
        books.get_one(Partner, cast.acme.id).portal_access = False
    work(app_here)

    assert post.taken == []


def test_a_letter_holds_nothing_its_reader_may_no_longer_see(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    """A6: it is written in the reader's scope."""
    with staff() as session:
        Comment.say(session.get_one(Lead, lead), "A secret, @Alice Acme", by=cast.sam)
    with staff() as session:
        session.execute(
            text("update lead set partner_id = :bolt where id = :lead"), {"bolt": cast.bolt.id, "lead": lead}
        )
        session.execute(text("update comment set vendor_only = true"))
    work(app_here)

    assert "Bäckerei" not in "".join(str(one) for one in post.taken)
    assert "secret" not in "".join(str(one) for one in post.taken)


def test_days_are_written_as_the_reader_writes_them(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    prefer(cast.oscar, Digest.AT_ONCE, locale="de", time_zone="Europe/Berlin")
    with clock.told(datetime(2026, 12, 6, 23, 30, tzinfo=UTC)):
        happen(lead, cast.sam)
        letters.deliver(cast.oscar.id, Digest.AT_ONCE)

    assert "7 Dez. 2026 00:30" in post.taken[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_who_wants_one_letter_a_day_gets_it_in_its_own_morning(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    prefer(cast.oscar, Digest.DAILY, time_zone="Europe/Berlin")
    with clock.told(NIGHT):
        happen(lead, cast.sam)
        happen(lead, cast.sam)
        work(app_here)
        letters.digest()
    before_seven = len(post.taken)
    for hours in (1, 2, 3, 24, 25):
        with clock.told(NIGHT + timedelta(hours=hours)):
            letters.digest()
            if hours == 2:
                happen(lead, cast.sam)

    assert before_seven == 0
    assert [one["Subject"] for one in post.taken] == ["2 news from Your company", "Bäckerei: Qualified"]


def test_a_digest_that_could_not_be_sent_goes_out_an_hour_later(
    app_here: Accord, post: Server, cast: Cast, lead: int
) -> None:
    prefer(cast.oscar, Digest.DAILY)
    with clock.told(NIGHT + timedelta(hours=4)):
        happen(lead, cast.sam)
        post.refusals = ["421 gone"]
        letters.digest()
        letters.digest()

    assert len(post.taken) == 1


def test_the_digest_is_a_job_of_every_hour() -> None:
    assert "notifications.digest" in {
        one.task.name for one in jobs.queue.periodic_registry.periodic_tasks.values()
    }


def test_without_a_server_letters_are_kept_and_read_in_development(
    app_here: Accord, cast: Cast, lead: int, tmp_path: Any
) -> None:
    settings: Settings = replace(
        app_here.config["ACCORD"], mail_url=None, instance=tmp_path, environment=Environment.DEVELOPMENT
    )
    app_here.config["ACCORD"] = settings
    happen(lead, cast.sam)
    work(app_here)

    kept = mail.outbox(settings)

    assert [one.subject for one in kept] == ["Bäckerei: Qualified"]
    assert "Oscar Acme" in kept[0].recipient
    assert re.search(r"/leads/\d+", kept[0].body)


@pytest.mark.parametrize("name", ["Bcc: all@x.example", "A\r\nBcc: all@x.example", "Zoë ❤ “Q”"])
def test_no_header_comes_from_a_name(name: str) -> None:
    letter = mail.Letter("a@b.example", name, f"{name}: \r\nX-Bad: 1", "text", "<p>html</p>", "key-1")

    written = mail.message(letter, Settings())

    assert written["Bcc"] is None
    assert written["X-Bad"] is None
    assert written["Message-ID"] == "<key-1@127.0.0.1>"


def test_a_password_is_told_to_nobody_without_encryption(app_here: Accord, post: Server) -> None:
    letter = mail.Letter("a@b.example", "A", "S", "text", "<p>html</p>", "key-1")
    settings = app_here.config["ACCORD"]
    open_server = settings.mail_url.replace("127.0.0.1", "user:pass@mail.invalid")

    with pytest.raises(mail.NotSent):
        mail.send(letter, replace(settings, mail_url=open_server))
    assert post.taken == []


def test_the_vendor_has_a_name_in_letters(app_here: Accord, post: Server, cast: Cast, lead: int) -> None:
    with staff() as session:
        Vendor.here(session).name = "Northwind"
    for _ in range(2):
        happen(lead, cast.sam)
    work(app_here)

    with staff() as session:
        Vendor.here(session).name = "Your company"

    assert post.taken[0]["Subject"] == "2 news from Northwind"
