"""F5: joint activities on the vendor's pages: a part is changed by itself, all of them from a page that is not old."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Activity, ActivityStatus, Fund, JointActivity, Partnership
from app.models.activities.joint_planning import Share
from tests import funds
from tests.cast import Cast
from tests.models.plans import D, Stage, _noon, fund_of, plan, second_step, stage
from tests.partnership.test_activities import hidden

__all__ = ["_noon", "stage"]
SignIn = Callable[[str], FlaskClient]
HOME = "/partnership/activities"


@pytest.fixture
def bolts(session: Session, stage: Stage, cast: Cast) -> Fund:
    """Bolt's fund of 300.00 euros."""
    return fund_of(session, cast.bolt, 30_000, currency="EUR")


@pytest.fixture
def joint(session: Session, stage: Stage, bolts: Fund) -> JointActivity:
    """A stand of Acme (400 dollars) and Bolt (half of 200 euros), planned by Mona."""
    facts = {name: value for name, value in plan(stage).items() if name != "budget"}
    made = JointActivity.begin(
        session, by=stage.cast.mona, shares=[(stage.fund, D(400)), Share(bolts, D(200), D(50))], **facts
    )
    session.commit()
    return made


def page_of(joint: JointActivity, act: str = "") -> str:
    return f"/partnership/joint-activities/{joint.id}{act}"


def test_a_parts_budget_percent_fund_and_owner_are_changed_on_its_page(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast, joint: JointActivity
) -> None:
    """F5: what all parts share stands there as text."""
    part, carl = joint.parts()[0], sign_in("carl")
    other = funds.fund(session, cast.acme, funds.fund_type(session, "Gifts"))
    session.commit()
    address = f"{HOME}/{part.id}/edit"
    page = carl.get(address).text
    assert 'name="title"' not in page
    assert "A stand for two days" in page
    sent = {"budget": "350", "vendor_percent": "60", "fund_id": other.id, "owner_id": cast.alice.id}

    answer = carl.post(address, data={**sent, "version": hidden(page, "version"), "place": "Hall 3"})

    session.expire_all()
    part = session.get_one(Activity, part.id)
    assert answer.status_code == 303
    assert (part.budget, part.vendor_percent, part.fund_id, part.owner_id, part.title) == (
        D(350),
        D(60),
        other.id,
        cast.alice.id,
        "Spring fair",
    )


@pytest.mark.parametrize(
    ("act", "sent"),
    [
        ("/approval", {"words": "Fine"}),
        ("/question", {"question": "Which hall?"}),
        ("/refusal", {"reason": "Not this year"}),
    ],
)
def test_who_decides_from_an_older_page_is_told_what_changed(
    sign_in: SignIn, session: Session, cast: Cast, joint: JointActivity, act: str, sent: dict[str, str]
) -> None:
    """F5: a part was withdrawn while Carl read; he looks again, and then his answer counts."""
    joint.submit(by=cast.mona)
    session.commit()
    carl, address = sign_in("carl"), page_of(joint, act)
    read = hidden(carl.get(address).text, "version")
    joint.parts()[0].withdraw("We have a fair of our own.", by=cast.alice)
    session.commit()

    stale = carl.post(address, data={**sent, "version": read})

    assert stale.status_code == 422
    assert "Somebody changed this meanwhile (Alice" in stale.text
    session.expire_all()
    assert joint.parts()[1].status is ActivityStatus.SUBMITTED
    assert carl.post(address, data={**sent, "version": hidden(stale.text, "version")}).status_code == 303


def test_a_joint_plan_from_an_older_page_is_kept_from_overwriting(
    sign_in: SignIn, session: Session, joint: JointActivity
) -> None:
    """F5: two people edit the plan; the second reads whose words stand, and keeps what was typed."""
    carl, mona, address = sign_in("carl"), sign_in("mona"), page_of(joint, "/edit")
    read = hidden(carl.get(address).text, "version")
    sent = {
        "title": "Spring fair",
        "activity_type_id": joint.activity_type_id,
        "starts_on": "2026-06-15",
        "ends_on": "2026-06-16",
        "version": read,
    }
    first = mona.post(address, data={**sent, "plan": "Mona's words", "starts_on": "2026-06-16"})

    second = carl.post(address, data={**sent, "plan": "Carl's words"})

    assert (first.status_code, second.status_code) == (303, 422)
    assert "Somebody changed this meanwhile (Mona" in second.text
    assert "plan, first day" in second.text
    assert "Carl&#39;s words" in second.text
    session.expire_all()
    assert session.get_one(JointActivity, joint.id).plan == "Mona's words"


def test_a_joint_plan_is_submitted_as_it_was_read(
    sign_in: SignIn, session: Session, cast: Cast, joint: JointActivity
) -> None:
    """F5: a part became dearer while Carl read."""
    carl = sign_in("carl")
    read = hidden(carl.get(page_of(joint)).text, "version")
    joint.parts()[1].edit(by=cast.mona, budget=D(250))
    session.commit()

    stale = carl.post(page_of(joint, "/submission"), data={"version": read}, follow_redirects=True)
    session.expire_all()
    assert joint.parts()[0].status is ActivityStatus.DRAFT
    assert "Somebody changed this meanwhile (Mona" in stale.text

    read = hidden(carl.get(page_of(joint)).text, "version")
    assert carl.post(page_of(joint, "/submission"), data={"version": read}).status_code == 303


def test_who_approves_reads_what_every_fund_would_reserve(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast, joint: JointActivity
) -> None:
    """M1, F5: by partner, and in all by currency; whose partnership is off stands there before anybody presses."""
    joint.submit(by=cast.mona)
    session.commit()
    carl, address = sign_in("carl"), page_of(joint, "/approval")

    rows = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip()
        for row in re.findall(r"<tr>(.*?)</tr>", carl.get(address).text, re.DOTALL)
    ]
    assert rows[1:] == [
        "Acme Systems 400.00 USD 1,000.00 USD 600.00 USD",
        "Bolt Trading 100.00 EUR 300.00 EUR 200.00 EUR",
    ]
    assert "In all 400.00 USD, 100.00 EUR would be reserved." in carl.get(address).text
    assert "cannot be approved" not in carl.get(address).text

    session.scalars(select(Partnership).where(Partnership.partner_id == cast.bolt.id)).one().deactivate(
        by=cast.carl
    )
    session.commit()
    assert "cannot be approved: the partnership of Bolt Trading is not active" in carl.get(address).text


def test_the_steps_are_those_of_the_parts_that_are_still_together(
    sign_in: SignIn, session: Session, cast: Cast, joint: JointActivity
) -> None:
    """F5: the first part was withdrawn; the others were approved by Carl and wait for marketing."""
    second_step(session)
    joint.submit(by=cast.mona)
    joint.parts()[0].withdraw("We have a fair of our own.", by=cast.alice)
    joint.approve(by=cast.carl)
    session.commit()

    page = sign_in("mona").get(page_of(joint)).text

    assert "Not reached" not in page
    assert 'aria-current="step"' in page
