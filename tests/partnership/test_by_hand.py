"""The pages on which marketing posts by hand, decides requests, and describes funds (F1, F4, A2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import (
    AccountKind,
    Entry,
    EntryKind,
    Fund,
    FundType,
    Overdraft,
    PostingRequest,
    RequestState,
    Role,
    Vendor,
)
from tests import factories, funds
from tests.cast import Cast
from tests.models.fund_stories import FACTS

SignIn = Callable[[str], FlaskClient]
BEGINS, ENDS = date(2026, 1, 1), date(2090, 12, 31)


@pytest.fixture
def fund(session: Session, cast: Cast) -> Fund:
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    made = funds.fund(session, cast.acme)
    funds.credited(made, 100_00, by=cast.mona)
    session.commit()
    return made


def typed(**more: str) -> dict[str, str]:
    return {"amount": "40", "meant_on": "2026-02-01", "reason": "A fair"} | more


def available(session: Session, fund: Fund) -> int:
    session.expire_all()
    return fund.balances()[AccountKind.AVAILABLE]


def entries(session: Session) -> int:
    return session.scalars(select(func.count(Entry.id))).one()


@pytest.mark.parametrize(("act", "left"), [("credit", 140_00), ("debit", 60_00)])
def test_marketing_posts_and_sees_what_will_be_left(
    session: Session, sign_in: SignIn, fund: Fund, act: str, left: int
) -> None:
    """F4: a look first posts nothing; then it is posted."""
    mona, path = sign_in("mona"), f"/partnership/funds/{fund.id}/{act}"
    assert "100.00" in mona.get(path).text

    look = mona.post(path, data=typed(look="yes"))
    assert look.status_code == 200
    assert f"{left // 100}.00 USD" in look.text
    assert entries(session) == 1
    done = mona.post(path, data=typed())

    assert (done.status_code, done.location) == (303, f"/partnership/funds/{fund.id}")
    assert available(session, fund) == left


def test_a_form_sent_twice_posts_once(session: Session, sign_in: SignIn, fund: Fund) -> None:
    """F4: a double click."""
    mona = sign_in("mona")
    data = typed(one_time_key="a key that is long enough")

    answers = [mona.post(f"/partnership/funds/{fund.id}/debit", data=data) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {303}
    assert available(session, fund) == 60_00


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount": "100.01"}, "Only 100.00 USD is available"),
        ({"amount": "1.001"}, "at most 2 places"),
        ({"amount": "-1"}, "greater than zero"),
        ({"amount": "0"}, "greater than zero"),
        ({"amount": "NaN"}, "is not an amount"),
        ({"amount": "1e9"}, "is not an amount"),
        ({"amount": "１２"}, "is not an amount"),
        ({"amount": "1,000.00"}, "is not an amount"),
        ({"amount": ""}, "Write the amount"),
        ({"meant_on": "2025-12-31"}, "The fund begins on 2026-01-01"),
        ({"meant_on": "2089-01-01"}, "has not come yet"),
        ({"meant_on": "yesterday"}, "Not a valid date"),
        ({"reason": " "}, "Say why"),
        ({"reason": "x" * 10_000}, "at most 2,000 characters"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, sign_in: SignIn, fund: Fund, wrong: dict[str, str], words: str
) -> None:
    """F4, M1: and what was typed stays."""
    answer = sign_in("mona").post(f"/partnership/funds/{fund.id}/debit", data=typed(**wrong))

    assert answer.status_code == 422
    assert words in answer.text
    assert entries(session) == 1


def test_a_transfer_offers_the_partners_other_funds_of_the_currency(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund
) -> None:
    """F4"""
    mona, path = sign_in("mona"), f"/partnership/funds/{fund.id}/transfer"
    assert "No other fund to move money to" in mona.get(path).text
    exams = funds.fund(session, cast.acme, funds.fund_type(session, "Exams"))
    euros = funds.fund(session, cast.acme, funds.fund_type(session, "Euros"), currency="EUR")
    factories.partnership(session, cast.bolt, BEGINS, ENDS)
    theirs = funds.fund(session, cast.bolt)
    session.commit()

    page = mona.get(path).text
    refused = [mona.post(path, data=typed(to_fund=str(one.id))) for one in (euros, theirs, fund)]
    done = mona.post(path, data=typed(to_fund=str(exams.id)))

    assert "Exams, 0.00 USD available" in page
    assert "Euros" not in page
    assert {one.status_code for one in refused} == {422}
    assert done.status_code == 303
    assert (available(session, fund), available(session, exams)) == (60_00, 40_00)


def test_an_entry_is_taken_back_once(session: Session, sign_in: SignIn, fund: Fund) -> None:
    """F2, F4: a reversal, and an entry reversed before, are not."""
    mona = sign_in("mona")
    number = session.scalars(select(Entry.id)).one()
    path = f"/partnership/fund-entries/{number}/reversal"
    assert "A new entry takes the same amount back" in mona.get(path).text

    assert mona.post(path, data={"reason": ""}).status_code == 422
    assert mona.post(path, data={"reason": "A slip"}).status_code == 303
    again = mona.post(path, data={"reason": "A slip"})
    reversal = session.scalars(select(Entry.id).where(Entry.kind == EntryKind.REVERSAL)).one()
    back = mona.post(f"/partnership/fund-entries/{reversal}/reversal", data={"reason": "Back"})

    assert (again.status_code, back.status_code) == (422, 422)
    assert "reversed already" in again.text
    assert "A reversal is not reversed" in back.text
    assert available(session, fund) == 0


@pytest.mark.parametrize("kind", [EntryKind.ACCRUAL, EntryKind.RESERVE])
def test_what_a_deal_or_an_activity_posted_is_corrected_there(
    session: Session, sign_in: SignIn, fund: Fund, kind: EntryKind
) -> None:
    """F3, F5"""
    number = fund.post(kind, 5, cause="deal/1/1", by=None, meant_on=fund.starts_on, facts=FACTS)
    session.commit()

    mona, path = sign_in("mona"), f"/partnership/fund-entries/{number}/reversal"
    answer = mona.post(path, data={"reason": "A slip"})

    assert answer.status_code == 422
    assert "the fund follows by itself" in answer.text
    assert "<textarea" not in mona.get(path).text


@pytest.mark.parametrize("who", ["anna", "sam"])
def test_who_has_no_business_with_funds_gets_403(sign_in: SignIn, fund: Fund, who: str) -> None:
    """A2: the vendor's administrator and sales."""
    client = sign_in(who)
    paths = (f"/partnership/funds/{fund.id}/credit", "/partnership/fund-requests", "/partnership/funds/new")

    assert {client.get(path).status_code for path in paths} == {403}


@pytest.mark.parametrize("who", ["carl", "audrey"])
def test_who_reads_funds_posts_nothing(sign_in: SignIn, fund: Fund, who: str) -> None:
    """A2"""
    client = sign_in(who)

    assert client.get("/partnership/fund-requests").status_code == 200
    assert client.post(f"/partnership/funds/{fund.id}/credit", data=typed()).status_code == 403


# ---------------------------------------------------------------- requests


@pytest.fixture
def mike(session: Session, cast: Cast) -> Any:
    """A colleague of Mona."""
    return factories.person(session, "Mike Marketing", Role.MARKETING)


@pytest.fixture
def waiting(session: Session, cast: Cast, fund: Fund, mike: Any) -> PostingRequest:
    """Mike asks for 30.00."""
    version = factories.draft(session)
    factories.ladder(session, version, cast.reseller, "Silver")
    factories.published(session, version, BEGINS)
    Vendor.here(session).ask_two_people_above(Decimal(20), by=cast.anna)
    request = fund.debit(Decimal(30), "A fair", by=mike, meant_on=fund.today()).request
    session.commit()
    assert request is not None
    return request


def test_a_large_posting_waits_for_a_second_person(
    session: Session, sign_in: SignIn, fund: Fund, waiting: PostingRequest
) -> None:
    """A2: the form says so, and who asked cannot decide."""
    mona = sign_in("mona")
    path = f"/partnership/funds/{fund.id}/debit"
    assert "Above 20.00 USD a second person decides" in mona.get(path).text

    asked = mona.post(path, data=typed())

    assert entries(session) == 1
    page = mona.get(asked.location).text
    assert "Asked for: above 20.00 USD" in page
    assert "Above 20.00 USD" in page
    assert "You asked for this, so somebody else decides" in page
    own = asked.location
    assert mona.post(f"{own}/approval").status_code == 303
    assert mona.post(f"{own}/refusal", data={"words": "No"}).status_code == 422
    assert entries(session) == 1
    assert mona.post(f"{own}/withdrawal").location == "/partnership/fund-requests"
    assert "2" in mona.get("/partnership/fund-requests").text


def test_another_holder_of_the_right_approves(
    session: Session, sign_in: SignIn, fund: Fund, waiting: PostingRequest
) -> None:
    """A2"""
    mona, path = sign_in("mona"), f"/partnership/fund-requests/{waiting.id}"
    page = mona.get(path).text
    assert "Mike Marketing" in page
    assert "70.00 USD" in page

    assert mona.post(f"{path}/approval").location == f"/partnership/funds/{fund.id}"
    again = mona.post(f"{path}/approval")

    assert again.status_code == 303
    assert available(session, fund) == 70_00
    session.refresh(waiting)
    assert waiting.state is RequestState.APPROVED
    assert "Approved by" in mona.get(path).text


def test_another_holder_of_the_right_declines_in_words(
    session: Session, sign_in: SignIn, waiting: PostingRequest
) -> None:
    """A2"""
    mona, path = sign_in("mona"), f"/partnership/fund-requests/{waiting.id}"
    assert mona.get(f"{path}/refusal").status_code == 200

    assert mona.post(f"{path}/refusal", data={"words": " "}).status_code == 422
    assert mona.post(f"{path}/refusal", data={"words": "Next year"}).status_code == 303

    session.refresh(waiting)
    assert (waiting.state, waiting.words) == (RequestState.DECLINED, "Next year")
    assert "Next year" in mona.get(path).text


def test_what_the_fund_does_not_hold_any_more_leaves_the_request_waiting(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund, waiting: PostingRequest
) -> None:
    """F4, A2"""
    fund.debit(Decimal(20), "A", by=cast.mona, meant_on=BEGINS)
    fund.post(EntryKind.DEBIT, 60_00, cause="x", by=None, meant_on=BEGINS)
    session.commit()
    mona, path = sign_in("mona"), f"/partnership/fund-requests/{waiting.id}"

    mona.post(f"{path}/approval")

    session.refresh(waiting)
    assert waiting.state is RequestState.WAITING
    assert available(session, fund) == 20_00
    assert "Only 20.00 USD is available" in mona.get(path).text


def test_the_portal_never_sees_a_request(as_partner: Any, cast: Cast, waiting: PostingRequest) -> None:
    """A6"""
    with as_partner(cast.acme, cast.alice) as own, pytest.raises(Exception, match="permission denied"):
        own.scalars(select(PostingRequest)).all()


# ---------------------------------------------------------------- types and terms


def described(**more: str) -> dict[str, str]:
    return {
        "name": "Certification fund",
        "description": "For exams",
        "percent_category": "",
        "overdraft": "none",
        "overdraft_limit": "",
        "use_within": "ever",
        "grace_days": "0",
        "active": "y",
    } | more


def test_a_type_is_added_changed_and_listed(session: Session, sign_in: SignIn, fund: Fund) -> None:
    """F1: with how many funds there are of it, and what they hold."""
    mona = sign_in("mona")

    made = mona.post("/partnership/fund-types/new", data=described())
    kind = session.scalars(select(FundType).where(FundType.name == "Certification fund")).one()
    edit = f"/partnership/fund-types/{kind.id}/edit"
    saved = mona.post(
        edit, data=described(overdraft="limit", overdraft_limit="50", use_within="half-year", version="1")
    )
    stale = mona.post(edit, data=described(name="Else", version="1"))

    assert (made.status_code, saved.status_code, stale.status_code) == (303, 303, 422)
    assert "Somebody changed this meanwhile" in stale.text
    session.refresh(kind)
    assert (kind.overdraft, kind.overdraft_limit) == (Overdraft.LIMIT, Decimal(50))
    page = mona.get("/partnership/fund-types").text
    assert "100.00 USD" in page
    assert "Below zero by 50" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "marketing FUND"},
        {"overdraft": "limit"},
        {"overdraft": "limit", "overdraft_limit": "0"},
        {"overdraft": "some"},
        {"grace_days": "367"},
        {"grace_days": "-1"},
        {"percent_category": "Nothing"},
        {"use_within": "month"},
    ],
)
def test_a_type_that_cannot_be_is_refused(session: Session, sign_in: SignIn, wrong: dict[str, str]) -> None:
    """F1"""
    answer = sign_in("mona").post("/partnership/fund-types/new", data=described(**wrong))

    assert answer.status_code == 422
    assert session.scalars(select(func.count(FundType.id))).one() == 1


def test_the_administrator_describes_types_but_reads_no_balances(sign_in: SignIn, fund: Fund) -> None:
    """A2"""
    anna = sign_in("anna")

    assert anna.post("/partnership/fund-types/new", data=described()).status_code == 303
    pages = (
        anna.get("/partnership/fund-types").text,
        anna.get("/partnership/fund-types.csv").text,
        anna.get(f"/partnership/fund-types/{fund.fund_type_id}").text,
    )

    assert all("100.00" not in page for page in pages)
    assert "100.00 USD" in sign_in("mona").get("/partnership/fund-types.csv").text


def test_marketing_gives_a_partnership_another_fund(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund
) -> None:
    """F1, F4"""
    mona = sign_in("mona")
    kind = funds.fund_type(session, "Exams")
    session.commit()
    assert mona.post("/partnership/funds/new", data={"partner": "NOBODY"}).status_code == 422
    assert "no partnership yet" in mona.post("/partnership/funds/new", data={"partner": "BOLT"}).text
    to = mona.post("/partnership/funds/new", data={"partner": "acme"}).location

    early = mona.post(to, data={"fund_type_id": str(kind.id), "starts_on": "2025-12-31"})
    done = mona.post(
        to, data={"fund_type_id": str(kind.id), "starts_on": "2026-02-01", "ends_on": "2026-12-31"}
    )

    assert "Marketing fund</option>" not in mona.get(to).text
    assert (early.status_code, done.status_code) == (422, 303)
    opened = session.scalars(select(Fund).where(Fund.fund_type_id == kind.id)).one()
    assert (opened.starts_on, opened.ends_on) == (date(2026, 2, 1), date(2026, 12, 31))


def test_a_funds_end_and_overdraft_change(session: Session, sign_in: SignIn, fund: Fund) -> None:
    """F4, F6: a stale page changes nothing, and no day gone by is an end."""
    mona, path = sign_in("mona"), f"/partnership/funds/{fund.id}/terms"
    today = fund.today()
    version = str(fund.version)
    assert mona.get(path).status_code == 200

    gone = mona.post(
        path, data={"ends_on": str(today - timedelta(1)), "overdraft": "none", "version": version}
    )
    bare = mona.post(path, data={"ends_on": "", "overdraft": "limit", "version": version})
    done = mona.post(
        path, data={"ends_on": str(today), "overdraft": "limit", "limit": "75.50", "version": version}
    )
    stale = mona.post(path, data={"ends_on": "", "overdraft": "none", "version": version})

    assert [one.status_code for one in (gone, bare, done, stale)] == [422, 422, 303, 422]
    session.refresh(fund)
    assert (fund.ends_on, fund.overdraft) == (today, 75_50)


def test_home_counts_what_others_asked_for(sign_in: SignIn, waiting: PostingRequest) -> None:
    """A2: for who may decide it."""
    assert "Postings for a second person" in sign_in("mona").get("/").text
    assert "Postings for a second person" not in sign_in("carl").get("/").text


def test_the_administrator_says_above_which_amount_two_people_decide(
    session: Session, sign_in: SignIn
) -> None:
    """A2: an amount, always, or never."""
    anna, path = sign_in("anna"), "/partnership/settings/edit"
    vendor = Vendor.here(session)
    shown = {}
    for given in ("5000", "0", ""):
        form = {"name": vendor.name, "time_zone": "UTC", "two_person_above": given}
        assert anna.post(path, data=form).status_code == 303
        session.refresh(vendor)
        shown[given] = (vendor.two_person_above, anna.get("/partnership/settings").text)

    assert [amount for amount, _ in shown.values()] == [Decimal(5000), Decimal(0), None]
    for words, (_, page) in zip(("Above 5,000.00", "Always", "Never"), shown.values(), strict=True):
        assert words in page
    for wrong in ("-1", "1e3", "much"):
        form = {"name": vendor.name, "time_zone": "UTC", "two_person_above": wrong}
        assert anna.post(path, data=form).status_code == 422
