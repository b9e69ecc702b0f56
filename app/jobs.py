"""Deferred work: which task follows which event, in the transaction of the event itself.

A verb never defers a job; it records an event. What follows is deferred with the session's own connection
just before the commit, so a job never exists for a change that was rolled back (recipe C6).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import procrastinate
import psycopg
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.models.event import PENDING, Happened
from config import Settings

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())

FOLLOWS: dict[str, str] = {
    "import.asked": "importing.run",
}

_flask: list[Flask] = []


def task(name: str, *, cron: str | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a task under its name; it runs inside the application, periodic ones by `cron`."""

    def register(work: Callable[..., None]) -> Callable[..., None]:
        @wraps(work)
        def inside(**arguments: Any) -> None:
            with _flask[0].app_context():
                work(**arguments)

        registered = queue.task(name=name)(inside)
        if cron is not None:
            queue.periodic(cron=cron)(registered)
        return work

    return register


def work(app: Flask, settings: Settings, *, wait: bool = True) -> None:
    """Do jobs: for ever, or with `wait` False until none is left."""
    _flask[:] = [app]
    address = (settings.direct_database_url or settings.database_url or "").replace("+psycopg", "", 1)
    connector = procrastinate.PsycopgConnector(
        conninfo=address,
        kwargs={"options": "-c search_path=public,jobs -c role=accord_worker -c statement_timeout=0"},
    )
    with queue.replace_connector(connector) as opened:
        opened.run_worker(wait=wait, install_signal_handlers=wait, listen_notify=wait)


@event.listens_for(Session, "before_commit")
def _defer_what_follows(session: Session) -> None:
    session.flush()
    happened: list[Happened] = session.info.pop(PENDING, [])
    for each in happened:
        name = FOLLOWS.get(each.kind)
        if name is not None:
            driver = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
            queue.configure_task(name, connection=driver).defer(subject_id=each.subject_id)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: Any) -> None:
    session.info.pop(PENDING, None)
