"""F5: marketing activities on the vendor's pages, each act once, twice, from yesterday's page, by the wrong person."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import (
    Activity,
    ActivitySettlement,
    ActivityStatus,
    ActivityType,
    ApprovalRule,
    Entry,
    JointActivity,
)
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.models.plans import (
    D,
    Stage,
    _noon,
    approved,
    completed,
    drafted,
    fund_of,
    money,
    second_step,
    settled,
    stage,
    submitted,
)

__all__ = ["_noon", "stage"]
SignIn = Callable[[str], FlaskClient]
BUDGET = 30
HOME = "/partnership/activities"


def hidden(page: str, name: str) -> str:
    """What a hidden field of a page holds."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None
    return found[1]


def again(session: Session, activity: Activity) -> Activity:
    """The activity as the database has it now."""
    session.expire_all()
    return session.get_one(Activity, activity.id)


def planned(stage: Stage, **more: Any) -> dict[str, Any]:
    """What somebody types into the form."""
    return {
        "title": "Open day",
        "activity_type_id": stage.event.id,
        "plan": "We open the doors.",
        "starts_on": "2026-06-20",
        "ends_on": "2026-06-21",
        "fund_id": stage.fund.id,
        "budget": "200",
        "vendor_percent": "50",
        **more,
    }


# ---------------------------------------------------------------- reading


def test_everybody_of_the_vendor_reads_an_activity_whatever_its_status(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """A2, F5"""
    made = [
        drafted(stage),
        submitted(stage),
        approved(stage, budget=D("100")),
        settled(stage, "100", budget=D("100")),
    ]
    session.commit()

    for player in ("carl", "mona", "sam", "audrey", "anna"):
        reader = sign_in(player)
        pages = [reader.get(f"{HOME}/{one.id}") for one in made]

        assert [page.status_code for page in pages] == [200] * 4
        assert reader.get(HOME).text.count("Spring fair") >= 4


def test_only_channel_managers_and_marketing_find_anything_to_press(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """A2"""
    activity = submitted(stage)
    session.commit()

    assert "/approval" in sign_in("carl").get(f"{HOME}/{activity.id}").text
    for player in ("mona", "sam", "audrey", "anna"):
        assert "/approval" not in sign_in(player).get(f"{HOME}/{activity.id}").text
    for player in ("sam", "audrey", "anna"):
        assert sign_in(player).post(f"{HOME}/{activity.id}/approval").status_code == 403
        assert sign_in(player).get(f"{HOME}/new").status_code == 403


def test_a_page_and_the_list_ask_a_handful_of_questions(
    sign_in: SignIn, stage: Stage, session: Session, queries: Queries
) -> None:
    """Budget"""
    activity = settled(stage)
    for place in range(12):
        drafted(stage, title=f"Fair {place}", budget=D("10"))
    session.commit()
    reader = sign_in("carl")

    for address, budget in ((f"{HOME}/{activity.id}", BUDGET), (HOME, 12), (f"{HOME}/calendar", 6)):
        queries.clear()
        assert reader.get(address).status_code == 200
        assert len(queries) <= budget, (address, len(queries), queries)


def test_the_list_says_who_is_next_and_what_it_all_costs(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """M1: budgets and the funds' parts by currency, each part rounded by itself."""
    submitted(stage, budget=D("100.01"), vendor_percent=D("50"))
    drafted(stage, title="Later", budget=D("0.01"))
    euros = fund_of(session, cast.bolt, 10_000, currency="EUR")
    drafted(stage, by=cast.bob, fund=euros, title="Tag der offenen Tür", budget=D("30"))
    session.commit()

    page = sign_in("carl").get(HOME).text

    assert "30.00 EUR, 30.00 from funds · 100.02 USD, 50.02 from funds" in page
    assert "A channel manager decides until" in page


def test_the_filters_narrow_the_list_and_the_file_is_the_list(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """Every list exports what it shows."""
    submitted(stage, title="Waits")
    approved(stage, title="Over", starts_on=date(2026, 6, 15), ends_on=date(2026, 6, 15), budget=D("10"))
    drafted(stage, title="Idea", budget=D("10"), starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 2))
    session.commit()
    carl, mona = sign_in("carl"), sign_in("mona")

    def titles(reader: FlaskClient, question: str) -> list[str]:
        rows = csv.DictReader(io.StringIO(reader.get(f"{HOME}.csv?{question}").text))
        return sorted(row["Title"] for row in rows)

    assert titles(carl, "") == ["Idea", "Over", "Waits"]
    assert titles(carl, "waits=me") == ["Waits"]
    assert titles(mona, "waits=me") == []
    assert titles(carl, "waits=decision") == ["Waits"]
    assert titles(carl, "waits=submission") == ["Idea"]
    assert titles(carl, "waits=nonsense") == []
    assert titles(carl, "status=approved") == ["Over"]
    assert titles(carl, "from=2026-12-31") == ["Idea"]
    assert titles(carl, "to=2026-06-30") == ["Over", "Waits"]
    assert titles(carl, "partner=BOLT") == []
    assert titles(carl, f"type={stage.event.id}&fund_type={stage.fund.fund_type_id}") == [
        "Idea",
        "Over",
        "Waits",
    ]
    shown = carl.get(f"{HOME}?waits=me").text
    assert "Waits" in shown
    assert "Idea" not in shown


# ---------------------------------------------------------------- calendar


def test_the_calendar_shows_what_reaches_over_the_border_of_a_month(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """An activity stands on each of its days, in both months, and in no other."""
    drafted(stage, title="Over the border", starts_on=date(2026, 6, 29), ends_on=date(2026, 7, 2))
    session.commit()
    carl = sign_in("carl")

    june, july, august = (
        carl.get(f"{HOME}/calendar?month=2026-{month}").text for month in ("06", "07", "08")
    )

    assert june.count("Over the border</span>") == 2
    assert july.count("Over the border</span>") == 2
    assert "Over the border" not in august
    assert "Nothing takes place in August 2026" in august


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2026-02", "2024-02", "1999-12"])
def test_the_calendar_has_every_month_there_is(sign_in: SignIn, stage: Stage, month: str) -> None:
    """A year far away is drawn like any other."""
    page = sign_in("carl").get(f"{HOME}/calendar?month={month}")

    assert page.status_code == 200
    assert f'value="{month}"' in page.text
    assert ("Previous" in page.text) is (month != "0001-01")
    assert (">Next<" in page.text) is (month != "9999-12")


@pytest.mark.parametrize("month", ["", "nonsense", "2026-13", "0000-01", "٢٠٢٦-٠٦", "2026-6"])
def test_what_is_no_month_is_the_present_one(sign_in: SignIn, stage: Stage, month: str) -> None:
    """An old or mistyped link still leads somewhere."""
    assert 'value="2026-06"' in sign_in("carl").get(f"{HOME}/calendar?month={month}").text


def test_a_day_with_much_on_it_leads_to_the_list(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """The grid keeps its size; what has no room is one link away, and in the agenda it stands."""
    for place in range(7):
        drafted(
            stage,
            title=f"Crowd {place}",
            budget=D("10"),
            starts_on=date(2026, 6, 3),
            ends_on=date(2026, 6, 3),
        )
    session.commit()

    page = sign_in("carl").get(f"{HOME}/calendar?month=2026-06").text

    assert "3 more" in page
    assert "from=2026-06-03" in page
    assert len(set(re.findall(r"Crowd \d", page))) == 7


def test_what_was_called_off_is_not_on_the_calendar(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """F5"""
    drafted(stage, title="Called off").withdraw("", by=cast.oscar)
    session.commit()

    assert "Called off" not in sign_in("carl").get(f"{HOME}/calendar?month=2026-06").text


# ---------------------------------------------------------------- planning


def test_staff_propose_for_a_partner_they_look_up(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5: on behalf of a partner, out of the partner's fund."""
    carl = sign_in("carl")
    assert "For which partner?" in carl.get(f"{HOME}/new").text
    assert "Acme Systems" in carl.get(f"{HOME}/new?partner=Ac").text
    assert "No partner matches" in carl.get(f"{HOME}/new?partner=nobody").text

    answer = carl.post(f"{HOME}/new?partner=ACME", data=planned(stage, then="submit"))

    made = session.scalars(select(Activity)).one()
    assert answer.status_code == 303
    assert answer.location == f"{HOME}/{made.id}"
    assert (made.partner_id, made.status) == (stage.cast.acme.id, ActivityStatus.SUBMITTED)


def test_a_refused_plan_keeps_what_was_typed(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """M1: three decimals in a two-decimal currency; nothing is kept."""
    answer = sign_in("carl").post(
        f"{HOME}/new?partner=ACME", data=planned(stage, budget="10.005", title="<b>مرحبا 世界</b>")
    )

    assert answer.status_code == 422
    assert "USD has 2 places after the point" in answer.text
    assert "10.005" in answer.text
    assert "&lt;b&gt;مرحبا 世界&lt;/b&gt;" in answer.text
    assert session.scalar(select(func.count(Activity.id))) == 0


def test_a_fund_of_another_partner_is_not_offered_and_not_taken(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """A6"""
    other = fund_of(session, cast.bolt, 10_000)
    session.commit()

    answer = sign_in("carl").post(f"{HOME}/new?partner=ACME", data=planned(stage, fund_id=other.id))

    assert answer.status_code == 422
    assert session.scalar(select(func.count(Activity.id))) == 0


def test_titles_of_every_script_are_kept_and_never_run(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """Right-to-left and script titles."""
    activity = drafted(stage, title="<script>alert(1)</script> יום פתוח")
    session.commit()
    carl = sign_in("carl")

    for address in (
        HOME,
        f"{HOME}/{activity.id}",
        f"{HOME}/calendar?month=2026-06",
        f"{HOME}/{activity.id}/edit",
    ):
        page = carl.get(address).text
        assert "<script>alert" not in page
        assert "יום פתוח" in page


# ---------------------------------------------------------------- deciding


def test_approving_reserves_and_is_done_once(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5: sent twice it has one effect; sent anew it is refused in words."""
    activity = submitted(stage)
    session.commit()
    carl, address = sign_in("carl"), f"{HOME}/{activity.id}/approval"
    page = carl.get(address).text
    assert "400.00 USD would be reserved" in page
    sent = {"words": "Good", "version": hidden(page, "version"), "one_time_key": hidden(page, "one_time_key")}

    first, second = carl.post(address, data=sent), carl.post(address, data=sent)
    third = carl.post(address, data={"words": "Again"})

    assert (first.status_code, second.status_code, third.status_code) == (303, 303, 422)
    assert "is approved and cannot be approved" in third.text
    assert money(stage.fund) == (60_000, 40_000, 0)
    assert again(session, activity).status is ActivityStatus.APPROVED


def test_approving_from_yesterdays_page_is_refused_once(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """What was read is what is approved."""
    activity = submitted(stage)
    session.commit()
    carl = sign_in("carl")

    answer = carl.post(
        f"{HOME}/{activity.id}/approval", data={"version": str(activity.version - 1), "words": "Yes"}
    )

    assert answer.status_code == 422
    assert "Somebody changed this meanwhile" in answer.text
    assert "Yes" in answer.text
    assert (
        carl.post(
            f"{HOME}/{activity.id}/approval", data={"version": hidden(answer.text, "version")}
        ).status_code
        == 303
    )


def test_a_step_is_decided_by_the_role_it_asks(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """A2"""
    second_step(session)
    activity = submitted(stage)
    session.commit()

    early = sign_in("mona").post(f"{HOME}/{activity.id}/approval", data={})
    sign_in("carl").post(f"{HOME}/{activity.id}/approval", data={})
    page = sign_in("mona").get(f"{HOME}/{activity.id}").text
    last = sign_in("mona").post(f"{HOME}/{activity.id}/approval", data={})

    assert early.status_code == 422
    assert "decided by the role" in early.text
    assert "Approved" in page
    assert "Next" in page
    assert last.status_code == 303
    assert again(session, activity).status is ActivityStatus.APPROVED


def test_an_approval_the_fund_cannot_pay_changes_nothing(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F4"""
    activity = submitted(stage, budget=D("1000.01"))
    session.commit()

    answer = sign_in("carl").post(f"{HOME}/{activity.id}/approval", data={"words": "Go"})

    assert answer.status_code == 422
    assert "0.01 USD less than" in answer.text
    assert again(session, activity).status is ActivityStatus.SUBMITTED
    assert money(stage.fund) == (100_000, 0, 0)


@pytest.mark.parametrize(
    ("act", "field", "status"),
    [("question", "question", ActivityStatus.RETURNED), ("refusal", "reason", ActivityStatus.DECLINED)],
)
def test_returning_and_declining_need_words_and_are_done_once(
    sign_in: SignIn, stage: Stage, session: Session, act: str, field: str, status: ActivityStatus
) -> None:
    """F5"""
    activity = submitted(stage)
    session.commit()
    carl, address = sign_in("carl"), f"{HOME}/{activity.id}/{act}"

    empty = carl.post(address, data={field: "  "})
    done = carl.post(address, data={field: "Which hall?"})
    late = carl.post(address, data={field: "Which hall?"})

    assert (empty.status_code, done.status_code, late.status_code) == (422, 303, 422)
    assert again(session, activity).status is status
    assert "Which hall?" in carl.get(f"{HOME}/{activity.id}").text


def test_a_step_is_due_with_the_end_of_a_day(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5, M4: nobody reads of 23:59."""
    activity = submitted(stage)
    session.commit()

    page = sign_in("carl").get(f"{HOME}/{activity.id}").text

    assert re.search(r'<p class="quiet">until \d+ [A-Z][a-z]{2} 2026</p>', page)
    assert "23:59" not in page


# ---------------------------------------------------------------- paying


def test_the_settlement_is_prefilled_and_releases_the_rest(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F5: what is still reserved stands in the field."""
    activity = completed(stage)
    session.commit()
    mona, address = sign_in("mona"), f"{HOME}/{activity.id}/settlement"
    page = mona.get(address).text
    assert re.search(r'name="amount"[^>]*value="400"', page)
    sent = {
        "amount": "250.50",
        "paid_on": "2026-06-15",
        "is_final": "y",
        "one_time_key": hidden(page, "one_time_key"),
    }

    answers = [mona.post(address, data=sent).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert money(stage.fund) == (74_950, 0, 25_050)
    assert again(session, activity).status is ActivityStatus.SETTLED
    shown = mona.get(f"{HOME}/{activity.id}").text
    assert "Given back" in shown
    stage.cast.company.time_zone = "Asia/Kolkata"
    session.commit()
    there = mona.get(f"{HOME}/{activity.id}").text  # M4: of the fund's partner, whoever reads it
    hours = re.findall(r'latest-what">[^<]*<small>[^<]*(\d\d:\d\d)</small>', there)
    assert set(hours) == {"17:30"}
    assert shown.count("/partnership/fund-entries/") == session.scalar(
        select(func.count(Entry.id)).where(Entry.activity_id == activity.id)
    )


def test_more_than_is_reserved_is_never_paid(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5"""
    activity = completed(stage)
    session.commit()

    answer = sign_in("mona").post(
        f"{HOME}/{activity.id}/settlement",
        data={"amount": "400.01", "paid_on": "2026-06-15", "is_final": "y"},
    )

    assert answer.status_code == 422
    assert "Only 400.00 USD is still reserved" in answer.text
    assert 'value="400.01"' in answer.text
    assert session.scalar(select(func.count(ActivitySettlement.id))) == 0


def test_a_part_is_paid_the_rest_released_and_a_mistake_taken_back(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F2, F5"""
    activity = completed(stage)
    session.commit()
    mona, address = sign_in("mona"), f"{HOME}/{activity.id}"

    mona.post(f"{address}/settlement", data={"amount": "100", "paid_on": "2026-06-15", "note": "Invoice 1"})
    payment = session.scalars(select(ActivitySettlement)).one()
    assert "Take it back" in mona.get(address).text
    back = mona.post(f"{address}/settlements/{payment.id}/reversal", data={"reason": "Wrong invoice"})
    twice = mona.post(f"{address}/settlements/{payment.id}/reversal", data={"reason": "Wrong invoice"})
    assert (back.status_code, twice.status_code) == (303, 422)
    assert money(stage.fund) == (60_000, 40_000, 0)
    released = mona.post(f"{address}/release", data={"reason": "Nobody sent a bill"})

    assert released.status_code == 303
    assert money(stage.fund) == (100_000, 0, 0)
    assert again(session, activity).status is ActivityStatus.SETTLED


def test_what_a_payment_gave_back_is_not_given_back_once_it_is_taken_back(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F2: the bar says what the ledger holds."""
    activity = settled(stage, "100")
    session.commit()
    mona, address = sign_in("mona"), f"{HOME}/{activity.id}"
    assert "Given back" in mona.get(address).text
    payment = session.scalars(select(ActivitySettlement)).one()

    mona.post(f"{address}/settlements/{payment.id}/reversal", data={"reason": "Wrong amount"})

    page = mona.get(address).text
    assert "Given back" not in page
    assert "Still reserved" in page


def test_a_raise_asks_again_and_reserves_the_difference(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F5"""
    activity = approved(stage)
    session.commit()
    carl, address = sign_in("carl"), f"{HOME}/{activity.id}"

    smaller = carl.post(f"{address}/raise", data={"budget": "300", "reason": "Cheaper"})
    asked = carl.post(f"{address}/raise", data={"budget": "500", "reason": "A larger hall"})
    page = carl.get(address).text
    carl.post(f"{address}/approval", data={})

    assert (smaller.status_code, asked.status_code) == (422, 303)
    assert "More was asked for: 500.00 USD" in page
    assert money(stage.fund) == (50_000, 50_000, 0)


def test_what_was_promised_is_settled_after_the_partnership_ended(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """P3, F5: the page says so."""
    activity = completed(stage)
    from app.models import Partnership

    session.scalars(select(Partnership).where(Partnership.partner_id == cast.acme.id)).one().deactivate(
        why="It ended", by=cast.carl
    )
    session.commit()
    mona = sign_in("mona")

    assert "The partnership has ended" in mona.get(f"{HOME}/{activity.id}").text
    answer = mona.post(
        f"{HOME}/{activity.id}/settlement", data={"amount": "400", "paid_on": "2026-06-15", "is_final": "y"}
    )
    assert answer.status_code == 303


# ---------------------------------------------------------------- what came of it


def test_leads_and_deals_are_linked_found_and_unlinked(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """F5: the return is read beside the cost; another partner's records are not found."""
    activity = settled(stage, "100")
    factories.lead(session, cast.acme, "Bakery", date(2026, 6, 1))
    deal = factories.opportunity(session, cast.acme, "Ovens", "5000")
    theirs = factories.opportunity(session, cast.bolt, "Secret ovens", "9000")
    session.commit()
    carl, address = sign_in("carl"), f"{HOME}/{activity.id}/links"

    found = carl.get(f"{address}?q=oven").text
    first = carl.post(address, data={"opportunity_id": deal.id})
    twice = carl.post(
        address, data={"opportunity_id": deal.id}, headers={"Referer": f"http://localhost{address}"}
    )
    foreign = carl.post(address, data={"opportunity_id": theirs.id})
    page = carl.get(f"{HOME}/{activity.id}").text

    assert "Ovens" in found
    assert "Secret ovens" not in found
    assert "Bakery" not in found
    assert (first.status_code, twice.status_code, foreign.status_code) == (303, 303, 303)
    assert "5,000.00" in page
    assert page.count("Secret ovens") == 0
    unlink = re.search(r'action="([^"]+/links/\d+/removal)"', page)
    assert unlink is not None
    assert carl.post(unlink[1]).status_code == 303
    assert 'class="came"' not in carl.get(f"{HOME}/{activity.id}").text


# ---------------------------------------------------------------- joint


def test_several_partners_plan_together_and_are_approved_together(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """F5: one reservation in each fund, or none."""
    other = fund_of(session, cast.bolt, 5_000)
    session.commit()
    carl, new = sign_in("carl"), "/partnership/joint-activities/new"
    kind = str(stage.fund.fund_type_id)
    sent = {
        **{
            name: planned(stage)[name]
            for name in ("title", "activity_type_id", "plan", "starts_on", "ends_on")
        },
        "shares-0-partner": "ACME",
        "shares-0-fund_type_id": kind,
        "shares-0-budget": "300",
        "shares-1-partner": "BOLT",
        "shares-1-fund_type_id": kind,
        "shares-1-budget": "100",
        "shares-1-vendor_percent": "60",
    }
    grown = carl.post(new, data={**sent, "add": "1"})
    assert grown.status_code == 200
    assert "shares-2-partner" in grown.text
    assert 'value="BOLT"' in grown.text
    alone = carl.post(
        new, data={name: text for name, text in sent.items() if not name.startswith("shares-1")}
    )
    assert alone.status_code == 422

    made = carl.post(new, data=sent)
    joint = session.scalars(select(JointActivity)).one()
    address = f"/partnership/joint-activities/{joint.id}"
    assert made.location == address
    carl.post(f"{address}/submission")
    parts = joint.parts()
    shown = carl.get(f"{HOME}/{parts[0].id}").text
    assert "See all parts" in shown
    assert f"{HOME}/{parts[0].id}/approval" not in shown
    assert "your part of it" in sign_in("oscar").get(f"/portal/activities/{parts[0].id}").text
    short = carl.post(f"{address}/approval", data={})

    assert short.status_code == 422
    assert "Bolt Trading" in short.text
    assert money(stage.fund) == (100_000, 0, 0)
    assert "Bolt Trading" in carl.get(address).text
    other.credit(D("10"), "More", by=cast.mona, meant_on=date(2026, 6, 15))
    session.commit()
    assert carl.post(f"{address}/approval", data={}).status_code == 303
    assert (money(stage.fund), money(other)) == ((70_000, 30_000, 0), (0, 6_000, 0))


# ---------------------------------------------------------------- types and rules


def test_a_type_is_made_changed_and_retired(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5: by who configures the program or works with the funds; others read."""
    mona, home = sign_in("mona"), "/partnership/activity-types"
    made = mona.post(f"{home}/new", data={"name": "Podcast", "proofs": "Link\n\nInvoice\n"})
    again_ = mona.post(f"{home}/new", data={"name": "Podcast", "proofs": "Link"})
    kind = session.scalars(select(ActivityType).where(ActivityType.name == "Podcast")).one()
    stale = mona.post(f"{home}/{kind.id}/edit", data={"name": "Radio", "proofs": "Link", "version": "99"})

    assert (made.status_code, again_.status_code, stale.status_code) == (303, 422, 422)
    assert kind.proofs == ["Link", "Invoice"]
    assert 'value="Radio"' in stale.text
    assert mona.post(f"{home}/{kind.id}/retirement").status_code == 303
    assert "Retired" in mona.get(f"{home}/{kind.id}").text
    assert sign_in("sam").get(home).status_code == 200
    assert sign_in("sam").get(f"{home}/new").status_code == 403


def test_who_approves_is_a_table_and_a_sentence(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5"""
    carl, home = sign_in("carl"), "/partnership/approval-rules"
    lower = carl.post(f"{home}/new", data={"from_amount": "0", "role": "marketing", "days": "5"})
    added = carl.post(f"{home}/new", data={"from_amount": "5000", "role": "marketing", "days": "5"})

    assert (lower.status_code, added.status_code) == (422, 303)
    assert "then to marketing within 5 days." in carl.get(f"{home}?amount=50000").text
    assert "then to marketing" not in carl.get(f"{home}?amount=4999.99").text
    assert carl.get(f"{home}?amount=nonsense").status_code == 200
    assert (
        carl.post(
            f"{home}/2/edit", data={"from_amount": "9000", "role": "marketing", "days": "3"}
        ).status_code
        == 303
    )
    assert carl.post(f"{home}/2/removal").status_code == 303
    assert session.scalar(select(func.count(ApprovalRule.position))) == 1
    assert sign_in("sam").post(f"{home}/1/edit").status_code == 403


def test_home_tells_whose_decision_is_asked(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """What waits for me."""
    factories.ladder(session, factories.draft(session, "2027"), stage.cast.reseller, "Silver")
    second_step(session)
    submitted(stage)
    session.commit()

    assert "Marketing activities to decide" in sign_in("carl").get("/").text
    assert "Marketing activities to decide" not in sign_in("mona").get("/").text
    assert "Marketing activities to decide" not in sign_in("audrey").get("/").text


def test_one_address_leads_each_side_to_its_page(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """Letters and notifications name one address for both."""
    activity = submitted(stage)
    session.commit()

    assert sign_in("carl").get(f"/activities/{activity.id}").location == f"{HOME}/{activity.id}"
    assert sign_in("oscar").get(f"/activities/{activity.id}").location == f"/portal/activities/{activity.id}"
    assert sign_in("charlie").get(f"/activities/{activity.id}").status_code == 404
