"""L1: the pages of distribution: rules in their order, weights, who would get a lead, and a log to recompute."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs
from app.models import Decision, DistributionRule, Lead, LeadOffer, LeadStage, OfferState, PinnedAccount
from app.models.leads.distribution import distribute
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.test_pages import Drawn

SignIn = Callable[[str], FlaskClient]
TODAY = date(2026, 5, 4)
RULE = {
    "name": "DACH",
    "countries": "DE, at",
    "needs": "roof, heat pump",
    "hours": "24",
    "afterwards": "next",
}
NOTHING = {"campaign_id": "", "partner_type_id": "", "tier_id": ""}


@pytest.fixture
def rule(session: Session, cast: Cast) -> DistributionRule:
    """A rule for Germany: Acme by 5, Bolt by 3, and Crane, whose portal is closed, by 1."""
    for partner in (cast.acme, cast.bolt, cast.crane):
        factories.partnership(session, partner, date(2020, 1, 1), date(2040, 12, 31))
    cast.crane.portal_access = False
    made = DistributionRule.draw_up(session, by=cast.carl, name="Germany", countries=["DE"], hours=48)
    for partner, weight in ((cast.acme, 5), (cast.bolt, 3), (cast.crane, 1)):
        made.weigh(partner, weight, by=cast.carl)
    session.commit()
    return made


def lead(session: Session, company: str = "Sunny Farm", **facts: Any) -> Lead:
    return factories.lead(
        session, None, company, TODAY, stage=LeadStage.QUALIFIED, **{"country": "DE", **facts}
    )


def sent(session: Session, cast: Cast, *companies: str) -> list[LeadOffer | None]:
    offers = [distribute(session, lead(session, company), by=cast.carl) for company in companies]
    session.commit()
    return offers


# ---------------------------------------------------------------- rules


def test_a_rule_is_drawn_up_gets_partners_and_is_changed(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    carl = sign_in("carl")

    drawn = carl.post("/leads/rules/new", data={**RULE, **NOTHING, "by_itself": "y"})
    rule = session.scalars(select(DistributionRule)).one()
    address = f"/leads/rules/{rule.id}"
    assert drawn.location == address
    assert (rule.countries, rule.needs, rule.hours, rule.by_itself) == (
        ["DE", "AT"],
        ["roof", "heat pump"],
        24,
        True,
    )

    assert carl.post(f"{address}/partners", data={"partner": "acme", "weight": "5"}).location == address
    assert (
        carl.post(f"{address}/partners", data={"partner": "Bolt Trading", "weight": "3"}).status_code == 303
    )
    page = carl.get(address).text
    assert "Acme Systems" in page
    assert "Leads from DE or AT, that need roof or heat pump" in page

    form = carl.get(f"{address}/edit").text
    version = dict(re.findall(r'name="(version)"[^>]*value="([^"]*)"', form))
    assert 'value="DE, AT"' in form
    assert (
        carl.post(f"{address}/edit", data={**RULE, **NOTHING, **version, "name": "DACH, solar"}).location
        == address
    )
    stale = carl.post(f"{address}/edit", data={**RULE, **NOTHING, **version, "name": "Stale"})
    assert stale.status_code == 422
    assert "Somebody changed this meanwhile" in stale.text
    session.refresh(rule)
    assert rule.name == "DACH, solar"


def test_a_rule_that_cannot_be_is_refused_at_its_field_and_keeps_what_was_typed(
    sign_in: SignIn, rule: DistributionRule
) -> None:
    carl = sign_in("carl")
    for typed, sentence in (
        ({"name": ""}, "Name the rule."),
        ({"name": "Germany"}, "There is a rule “Germany” already"),
        ({"countries": "Narnia"}, "is not a country"),
        ({"hours": "0"}, "between 1 and 8760"),
        ({"hours": "1e9"}, "is not a whole number"),
        ({"capacity": "99999999999999999999"}, "Write a whole number"),
        ({"campaign_id": "999999999999999999999"}, "Invalid Choice"),
    ):
        answer = carl.post("/leads/rules/new", data={**RULE, **NOTHING, "regions": "Hessen", **typed})

        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'value="Hessen"' in answer.text
        assert Drawn(answer.text).wrong == []


def test_rules_are_moved_switched_off_and_deleted(
    session: Session, cast: Cast, sign_in: SignIn, rule: DistributionRule
) -> None:
    """L1: deleting asks first, and one that decided stays."""
    second = DistributionRule.draw_up(session, by=cast.carl, name="Everybody", hours=1)
    session.commit()
    sent(session, cast, "Sunny Farm")
    carl = sign_in("carl")

    carl.post(f"/leads/rules/{second.id}/place", data={"to": "up"})
    carl.post(f"/leads/rules/{rule.id}/state", data={"to": "off"})
    page = carl.get("/leads/rules").text.split("<tbody")[1]
    assert page.index("Everybody") < page.index("Germany")
    assert "Off" in page
    assert "gone for good" in carl.get(f"/leads/rules/{second.id}").text
    assert "gone for good" not in carl.get(f"/leads/rules/{rule.id}").text

    assert carl.post(f"/leads/rules/{second.id}/removal").location == "/leads/rules"
    kept = carl.post(f"/leads/rules/{rule.id}/removal", headers={"Referer": "http://localhost/leads/rules"})
    assert "Switch it off instead" in carl.get(kept.location).text
    assert session.scalars(select(DistributionRule.name)).all() == ["Germany"]


def test_a_partner_is_left_out_and_its_name_is_asked_for_until_it_is_one(
    session: Session, cast: Cast, sign_in: SignIn, rule: DistributionRule
) -> None:
    carl, address = sign_in("carl"), f"/leads/rules/{rule.id}"

    for typed, sentence in (
        ({"partner": "Nobody Ltd", "weight": "1"}, "There is no partner “Nobody Ltd”"),
        ({"partner": "ACME", "weight": "1001"}, "A whole number from 1 to 1000."),
        ({"partner": "ACME", "weight": ""}, "Write a weight."),
    ):
        refused = carl.post(f"{address}/partners", data=typed)
        assert (refused.status_code, sentence in refused.text) == (422, True), refused.text[-2000:]
        assert Drawn(refused.text).wrong == []
    carl.post(f"{address}/partners/{cast.bolt.id}/removal")
    assert "Bolt Trading" not in carl.get(address).text.split("Add a partner")[0].split("<table")[1]


# ---------------------------------------------------------------- who would get it


def test_who_would_get_a_lead_is_shown_with_the_reckoning_and_writes_nothing(
    session: Session, cast: Cast, sign_in: SignIn, rule: DistributionRule
) -> None:
    one = lead(session, "Kraft GmbH")
    PinnedAccount.pin(session, "pinned.example", cast.bolt, by=cast.carl)
    session.commit()
    sam = sign_in("sam")

    by_rule = sam.get("/leads/rules/try?country=DE").text
    of_lead = sam.get(f"/leads/rules/try?lead={one.id}").text
    nobody = sam.get("/leads/rules/try?country=FR&company=").text
    pinned = sam.get("/leads/rules/try?website=www.pinned.example").text

    assert "Acme Systems would get it" in by_rule
    assert "Its portal is closed" in by_rule
    assert "Acme Systems would get it" in of_lead
    assert "Kraft GmbH" in of_lead
    assert "Nobody would get it" in nobody
    assert "its country is FR, and the rule is for DE" in nobody
    assert "the account pinned.example is pinned to it" in pinned
    assert session.scalars(select(Decision)).all() == []
    for question in ("?lead=99999999999999999999", "?campaign_id=x", "?country=XX", "?need=" + "x" * 3000):
        assert sam.get(f"/leads/rules/try{question}").status_code == 200


# ---------------------------------------------------------------- decisions


def test_the_log_can_be_recomputed_by_a_person(
    session: Session, cast: Cast, sign_in: SignIn, rule: DistributionRule
) -> None:
    """L1: every turn with weight, value before, value after, who was chosen, and who did not take part."""
    sent(session, cast, "Farm 1", "Farm 2", "Farm 3")
    carl = sign_in("carl")
    second = session.scalars(select(Decision).where(Decision.sequence == 2)).one()

    log = carl.get("/leads/decisions").text
    page = carl.get(f"/leads/decisions/{second.id}").text
    again = carl.get(f"/leads/decisions/of/{rule.id}").text

    assert "ACME × 5: 0 → -3; BOLT × 3: 0 → 3" in log
    assert "CRANE its portal is closed" in log
    assert ">Turn before<" in page
    assert ">Turn after<" in page
    assert "Its portal is closed" in page
    assert "All 3 decisions follow from those before them." in again
    for one in (log, page, again):
        assert Drawn(one).wrong == []


def test_a_log_that_does_not_follow_is_found_out(
    session: Session, cast: Cast, sign_in: SignIn, rule: DistributionRule
) -> None:
    """L1: by its turn, and in words."""
    (offer,) = sent(session, cast, "Farm 1")
    assert offer is not None
    forged = {"partner_id": cast.bolt.id, "weight": 3, "before": 7, "after": 4}
    rests = [
        {"partner_id": one.id, "weight": w, "stands": 0, "why": ""}
        for one, w in ((cast.acme, 5), (cast.crane, 1))
    ]
    session.add(
        Decision(
            rule_id=rule.id,
            sequence=2,
            at=offer.offered_at,
            lead_id=offer.lead_id,
            candidates=[forged],
            excluded=rests,
            chosen_partner_id=cast.bolt.id,
            why="A forgery.",
        )
    )
    session.commit()

    page = sign_in("audrey").get(f"/leads/decisions/of/{rule.id}").text

    assert "Turn 2 does not follow from those before it: Bolt Trading stood at 3, not at 7." in page


def test_the_log_is_exported_for_whoever_wants_to_check_it(
    session: Session, cast: Cast, sign_in: SignIn, rule: DistributionRule
) -> None:
    sent(session, cast, "Farm 1", "=Farm 2")

    rows = list(csv.DictReader(io.StringIO(sign_in("audrey").get("/leads/decisions.csv?sort=at").text)))

    assert [row["Turn"] for row in rows] == ["1", "2"]
    assert rows[1]["Goes to"] == "Bolt Trading"
    assert rows[1]["Lead"] == "'=Farm 2"
    assert rows[1]["Weight, before → after"] == "ACME × 5: -3 → 2; BOLT × 3: 3 → -2"


def test_the_log_is_filtered_by_rule_partner_and_words(
    session: Session, cast: Cast, sign_in: SignIn, rule: DistributionRule
) -> None:
    PinnedAccount.pin(session, "Pinned Farm", cast.acme, by=cast.carl)
    sent(session, cast, "First", "Second", "Pinned Farm")
    carl = sign_in("carl")

    for question, shown, hidden in (
        (f"rule={rule.id}", "First", "Pinned Farm"),
        ("rule=0", "Pinned Farm", "First"),
        ("partner=BOLT", "Second", "First"),
        ("q=secon", "Second", "First"),
    ):
        page = carl.get(f"/leads/decisions?{question}").text.split("<tbody")[1]
        assert (shown in page, hidden in page) == (True, False), question


# ---------------------------------------------------------------- pinned accounts


def test_accounts_are_pinned_filtered_and_removed(
    session: Session, cast: Cast, sign_in: SignIn, rule: DistributionRule
) -> None:
    carl = sign_in("carl")

    carl.post("/leads/pinned/new", data={"account": "https://www.kraft.example/", "partner": "BOLT"})
    carl.post("/leads/pinned/new", data={"account": "Müller & Söhne GmbH", "partner": "acme"})
    taken = carl.post("/leads/pinned/new", data={"account": "kraft.example", "partner": "acme"})

    assert taken.status_code == 422
    assert "pinned to Bolt Trading already" in taken.text
    assert "kraft.example" in carl.get("/leads/pinned?partner=BOLT").text
    assert "Söhne" not in carl.get("/leads/pinned?partner=BOLT").text.split("<tbody")[1]
    pinned = session.scalars(select(PinnedAccount).where(PinnedAccount.shown == "kraft.example")).one()
    page = carl.get(f"/leads/pinned/{pinned.id}").text
    assert "go by the rules from now on" in page
    assert Drawn(page).wrong == []
    carl.post(f"/leads/pinned/{pinned.id}/removal")
    assert session.scalars(select(PinnedAccount.shown)).all() == ["Müller & Söhne GmbH"]


# ---------------------------------------------------------------- every page


def test_every_page_is_read_in_a_handful_of_questions(
    session: Session, cast: Cast, sign_in: SignIn, rule: DistributionRule, queries: Queries
) -> None:
    sent(session, cast, "Farm 1", "Farm 2")
    decision = session.scalars(select(Decision).limit(1)).one()
    carl = sign_in("carl")
    for address, most in (
        ("/leads/rules", 3),
        (f"/leads/rules/{rule.id}", 5),
        (f"/leads/rules/{rule.id}/edit", 5),
        ("/leads/rules/try?country=DE", 10),
        ("/leads/decisions", 5),
        (f"/leads/decisions/{decision.id}", 7),
        ("/leads/pinned", 3),
    ):
        carl.get(address)
        queries.clear()

        page = carl.get(address)

        assert page.status_code == 200
        assert Drawn(page.text).wrong == [], address
        assert len(queries) <= most, (address, queries)


@pytest.mark.usefixtures("rule")
def test_who_may_read_and_change_rules(sign_in: SignIn) -> None:
    """A2: administrator and channel manager change them; all staff read; a partner does not know of them."""
    for name, reads, writes in (
        ("anna", 200, 200),
        ("sam", 200, 403),
        ("audrey", 200, 403),
        ("alice", 403, 403),
    ):
        client = sign_in(name)
        for page in ("/leads/rules", "/leads/decisions", "/leads/pinned", "/leads/rules/try"):
            assert client.get(page).status_code == reads
        for page in ("/leads/rules/new", "/leads/pinned/new"):
            assert client.get(page).status_code == writes


# ---------------------------------------------------------------- jobs


def test_the_jobs_move_leads_on_and_send_what_a_rule_sends_by_itself(
    session: Session, cast: Cast, rule: DistributionRule, app: Any, worker: Callable[..., Any]
) -> None:
    """L1: every minute what nobody answered goes on, once; a qualified lead goes out by itself where a rule says so."""
    (offer,) = sent(session, cast, "Old Farm")
    assert offer is not None
    offer.answer_by = offer.offered_at
    rule.by_itself = True
    fresh = lead(session, "New Farm")
    session.commit()

    with app.app_context():
        jobs.lapse()
        jobs.lapse()
        jobs.distribute(subject_id=fresh.id)
        jobs.distribute(subject_id=fresh.id)

    offers = session.scalars(
        select(LeadOffer).order_by(LeadOffer.id).execution_options(populate_existing=True)
    )
    assert [(one.lead_id == fresh.id, one.partner_id, one.state) for one in offers] == [
        (False, cast.acme.id, OfferState.LAPSED),
        (False, cast.bolt.id, OfferState.OPEN),
        (True, cast.bolt.id, OfferState.OPEN),
    ]
    assert jobs.FOLLOWS["lead.qualified"] == jobs.FOLLOWS["lead.came_in"] == "leads.distribute"
