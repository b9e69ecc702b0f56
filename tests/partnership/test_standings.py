"""The vendor's pages of verdicts: one partner live on any day, and everybody by the latest stored assessment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Assessment, Category, Cause, Tier, TierPeriod, Upgrades
from app.models.assessing import store
from tests import factories
from tests.cast import Cast
from tests.models.stories import Story, told

SignIn = Callable[[str], FlaskClient]
TODAY = date(2026, 6, 30)


def ordered(session: Session, cast: Cast, story: Story, amount: str) -> None:
    factories.order(session, cast.acme, f"SO{amount}", TODAY, (story.bike, amount))
    session.commit()


def test_a_channel_manager_reads_a_partners_verdict(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """P5"""
    ordered(session, cast, told(session, cast), "37600")

    page = sign_in("carl").get(f"/partnership/partners/{cast.acme.id}/standing?on=2026-06-30")

    assert page.status_code == 200
    assert "Bronze is met." in page.text
    assert "12,400.00 USD" in page.text
    assert "Sum of the amount of order lines, per calendar year" in page.text


def test_every_number_opens_the_records_that_make_it(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """P5"""
    ordered(session, cast, told(session, cast), "37600")
    carl = sign_in("carl")
    page = carl.get(f"/partnership/partners/{cast.acme.id}/standing?on=2026-06-30")
    address = page.text.split(f'href="/partnership/partners/{cast.acme.id}/standing/')[1].split('"')[0]

    counted = carl.get(f"/partnership/partners/{cast.acme.id}/standing/{address}".replace("&amp;", "&"))
    left_out = carl.get(f"/partnership/partners/{cast.acme.id}/standing/{address}&show=left-out")

    assert "SO37600, line 1, BIKE" in counted.text
    assert "Every record counts" in left_out.text


def test_a_missing_rate_is_said_on_the_page(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """M3"""
    story = told(session, cast)
    factories.order(session, cast.acme, "SO1", TODAY, (story.bike, "1"), currency="EUR")
    session.commit()

    page = sign_in("carl").get(f"/partnership/partners/{cast.acme.id}/standing?on=2026-06-30")

    assert page.status_code == 200
    assert "No exchange rate for EUR on 2026-06-30" in page.text


def test_assessing_now_keeps_the_verdict_and_moves_the_tier(
    session: Session, cast: Cast, sign_in: SignIn, time_machine: object
) -> None:
    """P9, P10"""
    time_machine.move_to("2026-06-30T12:00:00Z")  # type: ignore[attr-defined]
    ordered(session, cast, told(session, cast), "6000")

    answer = sign_in("carl").post(f"/partnership/partners/{cast.acme.id}/assessments")

    assert answer.status_code == 303
    session.expire_all()
    assert session.scalars(select(Assessment.cause)).all() == [Cause.STAFF]
    assert "Bronze" in set(session.scalars(select(Tier.name).join(TierPeriod, TierPeriod.tier_id == Tier.id)))


def test_an_upgrade_that_waits_is_approved(
    session: Session, cast: Cast, sign_in: SignIn, time_machine: object
) -> None:
    """P9, P4"""
    time_machine.move_to("2026-06-30T12:00:00Z")  # type: ignore[attr-defined]
    ordered(session, cast, told(session, cast, upgrades=Upgrades.WITH_APPROVAL), "6000")
    carl = sign_in("carl")

    assert "Approve Bronze" in carl.get(f"/partnership/partners/{cast.acme.id}/standing").text
    assert carl.post(f"/partnership/partners/{cast.acme.id}/upgrade").status_code == 303

    session.expire_all()
    assert "Approve Bronze" not in carl.get(f"/partnership/partners/{cast.acme.id}/standing").text


def test_an_auditor_reads_but_does_not_assess(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """A2"""
    told(session, cast)
    session.commit()
    audrey = sign_in("audrey")

    assert audrey.get(f"/partnership/partners/{cast.acme.id}/standing").status_code == 200
    assert audrey.post(f"/partnership/partners/{cast.acme.id}/assessments").status_code == 403
    assert audrey.post("/partnership/assessments").status_code == 403


def test_a_partners_person_may_not_read_the_vendors_pages(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    """A6"""
    told(session, cast)
    session.commit()
    alice = sign_in("alice")

    assert alice.get(f"/partnership/partners/{cast.acme.id}/standing").status_code == 403
    assert alice.get("/partnership/assessments").status_code == 403


def test_who_rises_next_is_listed_from_what_is_stored(
    session: Session, cast: Cast, sign_in: SignIn, time_machine: object, queries: list[str]
) -> None:
    """P5"""
    time_machine.move_to("2026-06-30T12:00:00Z")  # type: ignore[attr-defined]
    story = told(session, cast, upgrades=Upgrades.AT_REVIEW)
    ordered(session, cast, story, "6000")
    store(session, TODAY, cause=Cause.COMMAND)
    session.commit()
    carl = sign_in("carl")
    queries.clear()

    page = carl.get("/partnership/assessments?outlook=rise")

    assert "Acme Systems" in page.text
    assert "rises next" in page.text
    assert len(queries) <= 8
    assert "Acme Systems" not in carl.get("/partnership/assessments?outlook=fall").text
    assert "Acme Systems" in carl.get("/partnership/assessments.csv").text


def test_assessing_everybody_is_asked_of_the_worker(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """P10"""
    told(session, cast)
    session.commit()

    answer = sign_in("carl").post("/partnership/assessments")

    assert answer.status_code == 303
    assert session.scalars(select(Assessment.id)).all() == []


def test_the_records_behind_a_number_are_exported(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """P5"""
    story = told(session, cast)
    ordered(session, cast, story, "37600")
    category_id = session.scalars(select(Category.id)).one()

    file = sign_in("carl").get(
        f"/partnership/partners/{cast.acme.id}/standing/{category_id}.csv?on=2026-06-30"
    )

    assert file.mimetype == "text/csv"
    assert '"SO37600, line 1, BIKE",order lines,2026-06-30,37600' in file.text
