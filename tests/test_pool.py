"""A connection the server ended while nobody used it is replaced, and nobody notices."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import create_engine, text

from app import database
from config import Settings


def test_a_connection_that_was_ended_is_not_handed_out_again(settings: Settings) -> None:
    engine = create_engine(database.driver_url(database.owner_url(settings)), **database.ENGINE_OPTIONS)
    pid = text("select pg_backend_pid()")
    with engine.connect() as connection:
        ended = connection.scalar(pid)
    with engine.connect() as connection:
        assert connection.scalar(pid) == ended

    other = create_engine(database.driver_url(database.owner_url(settings)))
    with other.begin() as connection:
        connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": ended})
    other.dispose()

    with engine.connect() as connection:
        assert connection.scalar(pid) != ended
    engine.dispose()


def test_one_that_lay_long_is_asked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine(database.driver_url(database.owner_url(settings)), **database.ENGINE_OPTIONS)
    pid = text("select pg_backend_pid()")
    with engine.connect() as connection:
        first = connection.scalar(pid)
    later = time.monotonic() + database.IDLE + 1

    monkeypatch.setattr(database, "monotonic", lambda: later)
    with engine.connect() as connection:
        assert connection.scalar(pid) == first
    engine.dispose()
