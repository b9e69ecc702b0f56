"""The portal's program page: the tier held, what is missing, rewards, and the records behind every number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app import clock
from app.models import ActivePeriod, ParameterChange, TypeDocument
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.portal.conftest import Story

SignIn = Callable[[str], FlaskClient]
PROGRAM_QUERIES = 12
HOME_QUERIES = 10


def test_a_partner_reads_its_tier_and_what_is_missing_to_the_next(sign_in: SignIn, story: Story) -> None:
    """P11"""
    page = sign_in("alice").get("/portal/program").text

    assert "1 converted lead and 2,500.00 USD to Gold" in page
    assert "Everything Silver asks for is met" in page
    assert "Since 1 Jan 2026" in page


def test_rewards_come_from_the_tier_held(sign_in: SignIn, story: Story) -> None:
    """P11"""
    page = sign_in("oscar").get("/portal/program").text

    assert '<span class="reward-value">10 %</span><span class="reward-name">Discount</span>' in page
    assert "Gold would give: Discount <strong>15 %</strong>" in page


def test_the_at_risk_day_is_said(sign_in: SignIn, story: Story, session: Session) -> None:
    """P9"""
    story.partnership.at_risk_until = date(2026, 3, 14)
    session.commit()

    assert "in 12 days (14 Mar 2026)" in sign_in("sue").get("/portal/program").text


def test_every_number_opens_the_records_that_make_it(sign_in: SignIn, story: Story) -> None:
    """P5"""
    alice = sign_in("alice")
    address = f"/portal/program/parameters/{story.leads.id}"

    assert f'href="{address}"' in alice.get("/portal/program").text
    counted = alice.get(address).text
    assert "Harbour" in counted
    assert "Orchard" in counted
    assert "Old Mill" not in counted


def test_what_was_not_counted_is_listed_with_its_reason(sign_in: SignIn, story: Story) -> None:
    """P5"""
    alice = sign_in("alice")
    leads = alice.get(f"/portal/program/parameters/{story.leads.id}?show=left-out").text
    won = alice.get(f"/portal/program/parameters/{story.won.id}?show=left-out").text

    assert "Old Mill" in leads
    assert "Harbour" not in leads
    assert "Harbour wall" in won
    assert "Harbour roof" not in won


def test_an_address_that_cannot_be_read_begins_at_the_start(sign_in: SignIn, story: Story) -> None:
    """P5"""
    alice = sign_in("alice")
    for question in (
        "?after=yesterday.7",
        "?after=2026-01-01.99999999999999999999",
        "?part=%E0%A5%A7",
        "?part=9",
        "?after=.1",
    ):
        assert alice.get(f"/portal/program/parameters/{story.leads.id}{question}").status_code == 200


def test_a_category_of_another_type_is_not_there(sign_in: SignIn, story: Story, session: Session) -> None:
    """R1"""
    secret = factories.category(session, "Secret")
    session.commit()

    assert sign_in("alice").get(f"/portal/program/parameters/{secret.id}").status_code == 404


def test_nothing_of_another_types_program_is_shown(sign_in: SignIn, story: Story) -> None:
    """R1"""
    page = sign_in("alice").get("/portal/program").text

    assert "Expert" not in page
    assert "777" not in page


def test_without_an_active_partnership_the_program_is_gone(
    sign_in: SignIn, story: Story, session: Session
) -> None:
    """P3"""
    session.execute(delete(ActivePeriod))
    session.commit()
    alice = sign_in("alice")

    for address in ("/portal/program", f"/portal/program/parameters/{story.leads.id}"):
        page = alice.get(address)
        assert page.status_code == 200
        assert "not active today" in page.text
        assert "Gold" not in page.text


def test_a_period_that_begins_tomorrow_is_not_yet_there(
    sign_in: SignIn, story: Story, session: Session
) -> None:
    """P1"""
    period = session.scalars(select(ActivePeriod)).one()
    period.during = Range(date(2026, 3, 3), None)
    session.commit()

    assert "not active today" in sign_in("alice").get("/portal/program").text


def test_a_missing_rate_is_said_instead_of_a_wrong_number(
    sign_in: SignIn, story: Story, cast: Cast, session: Session
) -> None:
    """M3"""
    factories.opportunity(
        session, cast.acme, "Quai", "10", "Won", created_on=date(2026, 2, 9), currency="EUR"
    )
    session.commit()

    page = sign_in("alice").get("/portal/program").text

    assert ("EUR" in page and "9 Feb 2026" in page) or "2026-02-09" in page
    assert "cannot be computed" in page


def test_the_type_tells_more_and_offers_files(
    sign_in: SignIn, story: Story, cast: Cast, session: Session
) -> None:
    """P12: Markdown is shown, markup of one's own is not."""
    cast.reseller.information = "## Welcome\n\nRead **this**. <script>alert(1)</script>"
    file = factories.added(
        session,
        TypeDocument(
            partner_type_id=cast.reseller.id, name="guide.pdf", content_type="application/pdf", size=1,
            sha256="0" * 64, stored_as="guide", uploaded_at=clock.now(),
        ),
    )  # fmt: skip
    session.commit()
    page = sign_in("alice").get("/portal/program").text

    assert "<strong>this</strong>" in page
    assert "<script>alert" not in page
    assert f'href="/portal/program/files/{file.id}"' in page
    assert sign_in("charlie").get(f"/portal/program/files/{file.id}").status_code == 404


def test_what_changed_is_listed_with_its_why(
    sign_in: SignIn, story: Story, cast: Cast, session: Session
) -> None:
    """P10"""
    for number in range(8):
        factories.added(
            session,
            ParameterChange(
                partner_id=cast.acme.id, partnership_id=story.partnership.id, category_id=story.leads.id,
                day=date(2026, 2, number + 1), at=clock.now(), what="current", old=str(number), new=str(number + 1),
                why=f"Lead {number} was converted.",
            ),
        )  # fmt: skip
    session.commit()
    alice = sign_in("alice")

    assert "Lead 7 was converted." in alice.get("/portal/program").text
    assert "Lead 0 was converted." in alice.get("/portal/program/history").text
    assert "Lead 0 was converted." in alice.get("/portal/program/history.csv").text


def test_charts_have_a_table_of_the_same_figures(sign_in: SignIn, story: Story) -> None:
    """P8: Acme won 1,500.00 in February."""
    page = sign_in("alice").get("/portal/program").text

    assert "What did we win and lose, in USD?" in page
    assert (
        '<th scope="row">Feb 2026</th><td class="num"><a href="/opportunities?closed_from=2026-02-01&amp;closed_to=2026-02-28&amp;state=won">1,500.00</a></td>'
        in page
    )
    assert '"y": ["0"' in page


def test_the_program_page_asks_little_of_the_database(
    sign_in: SignIn, story: Story, queries: Queries
) -> None:
    """A budget, whatever the number of records."""
    alice = sign_in("alice")
    queries.clear()

    alice.get("/portal/program")

    assert len(queries) <= PROGRAM_QUERIES, "\n\n".join(queries)


def test_the_main_page_asks_little_of_the_database(sign_in: SignIn, story: Story, queries: Queries) -> None:
    """A budget, whatever the number of records."""
    alice = sign_in("alice")
    queries.clear()

    alice.get("/portal")

    assert len(queries) <= HOME_QUERIES, "\n\n".join(queries)


def test_reading_writes_nothing(sign_in: SignIn, story: Story, session: Session) -> None:
    """P10: looking is no assessment."""
    sign_in("alice").get("/portal/program")

    assert session.scalar(select(func.count()).select_from(ParameterChange)) == 0
