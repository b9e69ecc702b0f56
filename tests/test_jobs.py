"""Jobs follow events, in the transaction of the event itself (recipe C6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from app import Accord, database, jobs, scope
from app.models import Event, Partner, Vendor
from config import Settings
from tests import factories

done: list[int | None] = []


def note(subject_id: int | None) -> None:
    done.append(subject_id)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a task of this test follow an event of this test."""
    done.clear()
    monkeypatch.setitem(jobs.FOLLOWS, "test.happened", "tests.note")
    jobs.task("tests.note")(note)
    yield
    jobs.queue.tasks.pop("tests.note")


def waiting() -> int:
    with database.unit_of_work() as books:
        return (
            books.scalar(
                text(
                    "select count(*) from jobs.procrastinate_jobs where status = 'todo' and task_name = 'tests.note'"
                )
            )
            or 0
        )


@pytest.mark.usefixtures("followed")
def test_what_was_committed_is_done_and_what_was_rolled_back_is_not(
    fresh_app: Accord, fresh_database: Settings
) -> None:
    with database.unit_of_work() as books:
        Event.record(books, "test.happened", Vendor.here(books), by=None)
    with pytest.raises(ZeroDivisionError), database.unit_of_work() as books:  # noqa: PT012 - the whole unit fails
        Event.record(books, "test.happened", Vendor.here(books), by=None)
        raise ZeroDivisionError
    left = waiting()
    jobs.work(fresh_app, fresh_database, wait=False)

    assert left == 1
    assert done == [1]
    assert waiting() == 0


@pytest.mark.usefixtures("followed")
def test_a_partners_act_defers_a_job_that_the_partner_cannot_read(fresh_app: Accord) -> None:
    """A6"""
    with scope.opened(scope.Scope(scope.Role.STAFF)), database.new_session() as staff:
        reseller = factories.partner_type(staff, "Reseller")
        acme = factories.partner(staff, "ACME", "Acme", reseller)
        staff.commit()
    with database.unit_of_work(scope.Scope(scope.Role.PARTNER, acme.id)) as own:
        Event.record(own, "test.happened", own.scalars(select(Partner)).one(), by=None)
        readable = own.scalar(text("select has_table_privilege('jobs.procrastinate_jobs', 'select')"))

    assert waiting() == 1
    assert readable is False


def test_nothing_follows_an_event_that_nobody_waits_for(fresh_app: Accord) -> None:
    with database.unit_of_work() as books:
        Event.record(books, "vendor.blinked", None, by=None)

    assert waiting() == 0
