"""Statements kept by how they are built are asked with the values of now, whoever asks and whatever was asked before."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Select, cast, literal, select
from sqlalchemy.orm import Session

from app.listing.kept import TODAY, ask
from app.models import Partner
from tests.cast import Cast


def _with(query: Select[Any], conditions: Any, *_others: Any) -> Select[Any]:
    return query.where(*conditions)


def _codes(session: Session, *conditions: Any) -> list[str]:
    return sorted(ask(session, _with, select(Partner.code), conditions).scalars())


def test_the_same_question_with_other_values_finds_other_rows(session: Session, cast: Cast) -> None:
    assert _codes(session, Partner.code == "ACME") == ["ACME"]
    assert _codes(session, Partner.code == "BOLT") == ["BOLT"]
    assert _codes(session, Partner.code.in_(["ACME", "CRANE", "BOLT"])) == ["ACME", "BOLT", "CRANE"]
    assert _codes(session, Partner.code.in_(["CRANE"])) == ["CRANE"]
    assert _codes(session, Partner.code.in_([])) == []


def test_a_condition_asked_before_keeps_its_own_value(session: Session, cast: Cast) -> None:
    acme = Partner.code == "ACME"

    assert _codes(session, acme) == ["ACME"]
    assert _codes(session, Partner.code == "BOLT") == ["BOLT"]
    assert _codes(session, acme) == ["ACME"]
    assert list(session.scalars(select(Partner.code).where(acme))) == ["ACME"]


def test_a_question_of_another_shape_is_another(session: Session, cast: Cast) -> None:
    assert _codes(session, Partner.code == "ACME", Partner.code != "BOLT") == ["ACME"]
    assert _codes(session, Partner.code != "ACME", Partner.code != "BOLT") == ["CRANE"]
    assert _codes(session) == ["ACME", "BOLT", "CRANE"]


def test_the_day_is_that_of_the_asking(session: Session, time_machine: Any) -> None:
    today = select(_day())

    for day in ("2026-11-20", "2027-01-01"):
        time_machine.move_to(f"{day}T12:00:00+00:00")
        assert str(ask(session, _with, today, [literal(value=True)]).scalar()) == day


def _day() -> Any:
    """Return the day as the database is told it."""
    return cast(TODAY, Date)
