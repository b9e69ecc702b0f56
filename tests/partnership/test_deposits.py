"""F5: a deposit on the vendor's pages: a part of what is reserved, never all of it before the proofs are there."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import ActivityStatus
from tests.models.plans import TODAY, D, Stage, _noon, approved, completed, money, stage
from tests.partnership.test_activities import again

__all__ = ["_noon", "stage"]
SignIn = Callable[[str], FlaskClient]
HOME = "/partnership/activities"


def test_a_deposit_is_typed_and_is_never_all_of_it(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5: nothing is prefilled, and what would empty the reservation is refused in words."""
    activity = approved(stage)
    session.commit()
    mona, address = sign_in("mona"), f"{HOME}/{activity.id}/settlement"
    page = mona.get(address).text
    assert re.search(r'name="amount"[^>]*value="[^"]+"', page) is None
    assert "only a part of that is paid" in page

    all_of_it = mona.post(address, data={"amount": "400", "paid_on": "2026-06-15"})
    a_part = mona.post(address, data={"amount": "100", "paid_on": "2026-06-15"})

    assert (all_of_it.status_code, a_part.status_code) == (422, 303)
    assert "Complete it with its proofs first" in all_of_it.text
    assert money(stage.fund) == (60_000, 30_000, 10_000)


def test_releasing_the_rest_before_completion_cancels_it_and_shows_what_was_paid(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F5: it is never called settled without its proofs."""
    activity = approved(stage)
    activity.settle(D(100), by=stage.cast.mona, paid_on=TODAY, is_final=False)
    session.commit()
    mona, address = sign_in("mona"), f"{HOME}/{activity.id}"
    assert "cancelled; what was paid stays paid" in mona.get(f"{address}/release").text

    mona.post(f"{address}/release", data={"reason": "The hall burnt down"})

    page = mona.get(address).text
    assert again(session, activity).status is ActivityStatus.CANCELLED
    assert "Cancelled: The hall burnt down" in page
    assert "100.00" in page
    assert "Take it back" in page
    assert "Settled</" not in page


def test_nothing_is_released_where_nothing_is_reserved(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F5: what was paid to the last cent is settled with a last payment of nothing."""
    activity = completed(stage)
    activity.settle(D(400), by=stage.cast.mona, paid_on=TODAY, is_final=False)
    session.commit()
    mona, address = sign_in("mona"), f"{HOME}/{activity.id}"

    page = mona.get(address).text
    refused = mona.post(f"{address}/release", data={"reason": "Done"})
    last = mona.post(f"{address}/settlement", data={"amount": "0", "paid_on": "2026-06-15", "is_final": "y"})

    assert "/release" not in page
    assert (refused.status_code, last.status_code) == (422, 303)
    assert again(session, activity).status is ActivityStatus.SETTLED


def test_who_asks_for_more_reads_who_decides(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5: the steps of the new total, which need not be those who approved it before."""
    activity = approved(stage)
    session.commit()

    page = sign_in("carl").get(f"{HOME}/{activity.id}/raise").text

    assert "by the steps that the new budget takes in all" in page
    assert "same people" not in page
