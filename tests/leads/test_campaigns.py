"""L1: a campaign's public form makes leads of people, and nothing of robots."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import jobs
from app.models import Campaign, Event, Lead, LeadStage, Notification, Step, Throttle
from app.rules.refusals import RuleBroken
from tests.cast import Cast
from tests.conftest import Queries
from tests.test_pages import Drawn

SignIn = Callable[[str], FlaskClient]
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
HIDDEN = re.compile(r'name="(begun|one_time_key)"[^>]*value="([^"]*)"')
ADDRESS = "/campaigns/solar-spring"


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


@pytest.fixture
def campaign(session: Session, cast: Cast) -> Campaign:
    made = Campaign.plan(
        session,
        by=cast.carl,
        name="Solar spring",
        source="Spring campaign",
        heading="A roof full of sun",
        text="We **plan** it. <script>alert(1)</script>",
        thanks="Somebody calls you within a day.",
        consent_text="You may call me about this.",
        country="DE",
    )
    session.commit()
    return made


Filled = Callable[..., Any]


@pytest.fixture
def fill_in(client: FlaskClient, campaign: Campaign, clock_stands: time_machine.Traveller) -> Filled:
    """Open the page, read it for a while, fill in the form, and send it."""

    def filled(reading: int = 30, again: dict[str, str] | None = None, **more: str) -> Any:
        hidden = again if again is not None else dict(HIDDEN.findall(client.get(ADDRESS).text))
        clock_stands.shift(timedelta(seconds=reading))
        typed = {
            "company": "Kraft GmbH",
            "contact": "Rosa Kraft",
            "email": "rosa@kraft.example",
            "consent": "y",
        }
        sent = {name: value for name, value in {**hidden, **typed, **more}.items() if value}
        return client.post(ADDRESS, data=sent)

    return filled


def leads(session: Session) -> list[Lead]:
    return list(session.scalars(select(Lead)))


# ---------------------------------------------------------------- asking


def test_anybody_may_ask_and_becomes_a_lead(
    session: Session, cast: Cast, campaign: Campaign, fill_in: Filled, client: FlaskClient
) -> None:
    """L1: it waits in the vendor's queue with the campaign's source, and those who pass leads are told."""
    answer = fill_in(phone="0661 12345", country="DE", website="kraft.example", need="A new roof")

    assert (answer.status_code, answer.location) == (303, f"{ADDRESS}/thanks")
    assert "Somebody calls you within a day." in client.get(answer.location).text
    lead = leads(session)[0]
    assert (lead.company, lead.contact, lead.source, lead.campaign_id, lead.partner_id, lead.stage) == (
        "Kraft GmbH",
        "Rosa Kraft",
        "Spring campaign",
        campaign.id,
        None,
        LeadStage.NEW,
    )
    assert lead.created_on == date(2026, 5, 4)
    step = Step.path(session, lead)[0]
    assert step.words == "Came in through the campaign Solar spring"
    assert step.facts["consent"] == "You may call me about this."
    told = set(session.scalars(select(Notification.person_id)))
    assert told == {cast.anna.id, cast.carl.id, cast.sam.id}


def test_the_page_is_for_anybody(client: FlaskClient, campaign: Campaign) -> None:
    """WCAG, and the content security policy; no frame of the application, what was written made harmless."""
    answer = client.get(ADDRESS)

    assert Drawn(answer.text).wrong == []
    assert "A roof full of sun" in answer.text
    assert "<strong>plan</strong>" in answer.text
    assert "alert(1)</script>" not in answer.text
    assert 'value="DE" selected' in answer.text or 'selected value="DE"' in answer.text
    assert "Sign in" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    session: Session, fill_in: Filled
) -> None:
    for field, typed, sentence in (
        ("company", "", "Write the name of your company."),
        ("company", "x" * 10_000, "Use at most 200 letters."),
        ("email", "rosa", "not an e-mail address"),
        ("phone", "call me", "not a phone number"),
        ("website", "kraft", "not a website"),
        ("consent", "", "Agree to this"),
    ):
        answer = fill_in(**{"need": "A new roof", field: typed})

        assert answer.status_code == 422
        assert sentence in answer.text
        assert "A new roof" in answer.text
        assert Drawn(answer.text).wrong == []
    assert leads(session) == []


def test_whatever_a_company_is_called_it_is_kept_as_written(session: Session, fill_in: Filled) -> None:
    names = ["'; DROP TABLE lead; --", "=1+1", "<b>Kraft</b>", "شركة الشمس"]
    for name in names:
        assert fill_in(company=name).status_code == 303

    assert [lead.company for lead in leads(session)] == names


def test_a_double_click_makes_one_lead(
    session: Session, fill_in: Filled, client: FlaskClient, campaign: Campaign
) -> None:
    hidden = dict(HIDDEN.findall(client.get(ADDRESS).text))

    first, second = fill_in(again=hidden), fill_in(again=hidden)

    assert (first.location, second.location) == (f"{ADDRESS}/thanks", f"{ADDRESS}/thanks")
    assert len(leads(session)) == 1


# ---------------------------------------------------------------- robots


def test_a_robot_gets_the_same_thanks_and_nothing_is_kept(session: Session, fill_in: Filled) -> None:
    """L1: by the field nobody sees, by its haste, by a stamp that is not ours."""
    events = session.scalar(select(func.count(Event.id)))
    robots: tuple[dict[str, Any], ...] = (
        {"topic": "https://pills.example"},
        {"reading": 2},
        {"begun": "1777885200.forged"},
        {"begun": ""},
        {"topic": "x", "company": ""},
    )
    for robot in robots:
        answer = fill_in(**robot)

        assert (answer.status_code, answer.location) == (303, f"{ADDRESS}/thanks"), robot
    assert leads(session) == []
    assert session.scalar(select(func.count(Event.id))) == events


def test_one_address_sends_so_many_and_then_waits(
    session: Session, fill_in: Filled, clock_stands: time_machine.Traveller, app: Any
) -> None:
    """L1: counted in the database, so for all processes; what was typed stays, and after ten minutes it goes on."""
    answers = [fill_in(reading=3, company=f"Farm {number}").status_code for number in range(10)]
    refused = fill_in(reading=3, company="One more farm")
    clock_stands.shift(timedelta(minutes=10))

    assert answers == [303] * 10
    assert refused.status_code == 422
    assert "Wait ten minutes" in refused.text
    assert "One more farm" in refused.text
    assert fill_in(company="One more farm").status_code == 303
    assert len(leads(session)) == 11
    clock_stands.shift(timedelta(days=3))
    with app.app_context():
        jobs.forget_tries()
    assert session.scalars(select(Throttle.name)).all() == []


# ---------------------------------------------------------------- when it is open


def test_a_closed_campaign_says_so_kindly_and_takes_nothing(
    session: Session, cast: Cast, campaign: Campaign, client: FlaskClient, fill_in: Filled
) -> None:
    hidden = dict(HIDDEN.findall(client.get(ADDRESS).text))
    campaign.close(by=cast.carl)
    session.commit()

    page = client.get(ADDRESS).text
    late = fill_in(again=hidden)

    assert "This campaign is over" in page
    assert "<form" not in page
    assert "This campaign is over" in late.text
    assert leads(session) == []


def test_a_campaign_is_open_from_its_first_to_its_last_day(
    session: Session, cast: Cast, campaign: Campaign, client: FlaskClient
) -> None:
    """M4: days of the vendor's time zone."""
    for opens, closes, shown in (
        (date(2026, 5, 5), None, "opens on"),
        (date(2026, 5, 4), date(2026, 5, 4), "<form"),
        (None, date(2026, 5, 3), "is over"),
    ):
        campaign.change(by=cast.carl, opens_on=opens, closes_on=closes)
        session.commit()

        assert shown in client.get(ADDRESS).text


def test_an_address_of_no_campaign_is_404(client: FlaskClient, campaign: Campaign) -> None:
    for slug in ("nothing", "x" * 5000, "a%2Fb", "solar-spring%00"):
        assert client.get(f"/campaigns/{slug}").status_code in {404, 400}
        assert client.get(f"/campaigns/{slug}/thanks").status_code in {404, 400}


# ---------------------------------------------------------------- the vendor's pages


def test_a_campaign_is_planned_looked_at_changed_and_closed(
    session: Session, sign_in: SignIn, cast: Cast
) -> None:
    carl = sign_in("carl")

    planned = carl.post(
        "/leads/campaigns/new",
        data={"name": "Autumn Wärme!", "source": "Web", "heading": "Warm rooms", "country": ""},
    )
    campaign = session.scalars(select(Campaign)).one()
    address = f"/leads/campaigns/{campaign.id}"

    assert planned.location == address
    assert campaign.slug == "autumn-warme"
    preview = carl.get(f"{address}/preview").text
    assert "This is a preview" in preview
    assert "inert" in preview
    version = dict(re.findall(r'name="(version)"[^>]*value="([^"]*)"', carl.get(f"{address}/edit").text))
    changed = carl.post(
        f"{address}/edit",
        data={
            **version,
            "name": "Autumn",
            "slug": "autumn",
            "source": "Web",
            "heading": "Warm rooms",
            "country": "",
        },
    )
    assert changed.status_code == 303
    carl.post(f"{address}/state", data={"to": "closed"})
    session.refresh(campaign)
    assert (campaign.slug, campaign.active) == ("autumn", False)
    assert "Closed" in carl.get("/leads/campaigns?state=closed").text


def test_a_campaigns_page_shows_its_leads_and_how_many(
    session: Session, sign_in: SignIn, campaign: Campaign, fill_in: Filled, queries: Queries
) -> None:
    for number in range(3):
        fill_in(company=f"Farm {number}")
    sam = sign_in("sam")
    sam.get(f"/leads/campaigns/{campaign.id}")
    queries.clear()

    page = sam.get(f"/leads/campaigns/{campaign.id}").text

    assert len(queries) <= 4
    assert all(f"Farm {number}" in page for number in range(3))
    assert f"/leads?campaign={campaign.id}" in page
    assert "Edit" not in page
    assert Drawn(page).wrong == []
    assert "Solar spring" in sam.get("/leads/campaigns").text


def test_who_may_change_campaigns(sign_in: SignIn, campaign: Campaign) -> None:
    """A2: administrator and channel manager; all staff read them, partners do not know of them."""
    for name, reads, writes in (
        ("anna", 200, 200),
        ("mona", 200, 403),
        ("audrey", 200, 403),
        ("alice", 403, 403),
    ):
        client = sign_in(name)

        assert client.get(f"/leads/campaigns/{campaign.id}").status_code == reads
        assert client.get("/leads/campaigns/new").status_code == writes


def test_a_campaign_that_cannot_be_is_refused_at_its_field(
    session: Session, cast: Cast, campaign: Campaign
) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"name": "Solar spring"}, "name"),
        ({"slug": "solar-spring"}, "slug"),
        ({"slug": "Ünder score"}, "slug"),
        ({"heading": "x" * 201}, "heading"),
        ({"source": " "}, "source"),
        ({"name": "!!!"}, "slug"),
        ({"opens_on": date(2026, 2, 2), "closes_on": date(2026, 2, 1)}, "closes_on"),
    )
    for terms, field in wrong:
        with pytest.raises(RuleBroken) as refusal:
            Campaign.plan(
                session, by=cast.carl, **{"name": "Other", "source": "Web", "heading": "Heading", **terms}
            )

        assert refusal.value.field == field
