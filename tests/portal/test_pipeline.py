"""The program page shows how a partner's own leads and deals stand, each number with the list behind it (P5, A6)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import clock
from app.models import LeadOffer, LeadStage, OfferState
from tests import factories
from tests.cast import Cast
from tests.portal.conftest import Story

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def pipeline(session: Session, cast: Cast, story: Story) -> None:
    """Leads of Acme's and Bolt's at several stages, offers it accepted after two and four hours, open deals."""
    today = clock.today()
    for number, stage in enumerate([LeadStage.CONVERTED, LeadStage.ACCEPTED, LeadStage.ACCEPTED]):
        lead = factories.lead(session, cast.acme, f"Inn {number}", today, stage=stage, closed_on=None)
        offered = datetime.combine(today, datetime.min.time(), UTC)
        factories.added(
            session,
            LeadOffer(
                lead_id=lead.id,
                partner_id=cast.acme.id,
                state=OfferState.ACCEPTED if number else OfferState.DECLINED,
                offered_at=offered,
                answer_by=offered + timedelta(days=2),
                answered_at=offered + timedelta(hours=2 * number),
                card={},
            ),
        )
    factories.lead(session, cast.acme, "Long ago", today - timedelta(days=800))
    factories.lead(session, cast.bolt, "Secret", today, stage=LeadStage.ACCEPTED)
    factories.opportunity(session, cast.acme, "Roof", "1000", probability="0.5")
    factories.opportunity(session, cast.acme, "Wall", "500.50", currency="EUR", probability="0.1")
    factories.opportunity(session, cast.bolt, "Secret roof", "77777")
    session.commit()


def rows(page: str, caption: str) -> dict[str, str]:
    """Return the address behind the number of each row of a table, by the words of the row."""
    table = re.search(rf'<caption class="visually-hidden">{caption}</caption>(.*?)</table>', page, re.DOTALL)
    assert table is not None
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)[1:]:
        words = " ".join(re.sub(r"<[^>]+>", " ", row).split())
        link = re.search(r'href="([^"]+)"', row)
        found[words] = html.unescape(link[1]) if link else ""
    return found


@pytest.mark.usefixtures("pipeline")
class TestPipeline:
    """What a partner sees of it."""

    def test_every_number_opens_a_list_of_so_many(self, sign_in: SignIn) -> None:
        alice = sign_in("alice")
        stages = rows(alice.get("/portal/program").text, "Leads by stage")

        for words, address in stages.items():
            leads = int(words.split()[-1])
            assert f"<span>{leads} leads</span>" in alice.get(address).text
        assert "Accepted 2" in stages

    def test_open_deals_are_summed_by_currency_and_weighted_by_their_chance(self, sign_in: SignIn) -> None:
        """L5, M1"""
        deals = rows(sign_in("alice").get("/portal/program").text, "Open deals by stage")

        assert any("500.50 EUR 50.05 EUR" in words for words in deals)
        assert not any("77,777" in words for words in deals)

    def test_the_time_to_accept_is_the_mean_of_the_offers_accepted(self, sign_in: SignIn) -> None:
        page = sign_in("alice").get("/portal/program").text

        assert "3.0 hours" in page
        assert "on average, of 2 accepted offers" in page
        assert 'href="/leads/offers?state=accepted"' in page


def test_a_partner_that_accepted_no_offer_yet_is_told_so(sign_in: SignIn, story: Story) -> None:
    assert "no offer accepted yet" in sign_in("alice").get("/portal/program").text
