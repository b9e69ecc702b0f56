"""The last weeks of the pipeline, as people acted: leads passed, customers registered, deals talked about, orders drafted.

Everything before is written down at once (`pipeline.py`, `orders.py`); this part goes through the verbs themselves, so
that time lines, notifications and the log of the rotation are what the program makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.demo.partners import INSTALLER
from app.models import (
    Campaign,
    Comment,
    Customer,
    DistributionRule,
    Lead,
    LeadOffer,
    LeadStage,
    Opportunity,
    Order,
    Partner,
    Person,
    PinnedAccount,
    Product,
    Registration,
    Role,
    SavedView,
    Tier,
)
from app.models.leads.distribution import distribute

RULE = {"BRIGHTROOF": 5, "DACHWERK": 3, "VOLTERA": 1}
"""Who takes turns at leads from Germany and the Netherlands, by weight."""
WAITING = (
    ("Molkerei Tannhof GmbH", "DE", "Celle", "Storage for a dairy that starts at four in the morning"),
    ("Gasthof Weidenbruch", "DE", "Goslar", "A quote for a roof and thirty kilowatt hours"),
    ("Schreinerei Holunder", "DE", "Fulda", "Lower peaks for a workshop"),
    ("Kwekerij De Overtuin BV", "NL", "Assen", "Backup for a greenhouse"),
    ("Kita Sonnenuhr e.V.", "DE", "Lüneburg", "Charging for a small car park"),
    ("Weingut Rabenstein", "DE", "Fulda", "Cooling a cellar through the night"),
)
"""Company, country, city and need of leads the campaign brought; the first is the oldest."""


@dataclass
class Passing:
    """What people did with leads, deals and orders in the last three weeks."""

    session: Session
    partners: dict[str, Partner]
    staff: dict[str, Person]
    today: date
    leads: list[Lead] = field(default_factory=list)
    deals: dict[str, Opportunity] = field(default_factory=dict)

    def days(self) -> Iterator[tuple[int, Callable[[], object]]]:
        """Yield what happens how many days ago."""
        cabin = ("Storage for a mountain cabin", "Berghütte Krähenstein GmbH", "kraehenstein.example", 48_000)
        yield 85, partial(self.register, "BRIGHTROOF", *cabin)
        yield 21, self.open_the_campaign
        yield 18, partial(self.write_in, 0)
        yield 17, partial(self.answer, 0)
        yield 14, partial(self.write_in, 1)
        yield 13, partial(self.answer, 1)
        yield (
            12,
            partial(
                self.register, "VOLTERA", "Ovens by night", "Bakkerij Zonneveld", "zonneveld.example", 31_000
            ),
        )
        yield (
            10,
            partial(
                self.register, "DACHWERK", "Cabin roof", "Berghütte Krähenstein", "huette.example", 45_000
            ),
        )
        yield 9, partial(self.write_in, 2)
        yield 8, partial(self.answer, 2, "Our fitters are booked until spring.")
        yield 6, partial(self.write_in, 3)
        yield 4, self.let_lapse
        yield 3, self.talk
        yield 3, partial(self.answer, 3)
        yield 2, self.ask_for_longer
        yield 2, self.pass_on
        yield 2, self.order
        yield 1, self.let_lapse
        yield 1, partial(self.write_in, 4)
        yield 1, partial(self.write_in, 5)
        yield 0, self.save_views

    # -- three weeks ago

    def open_the_campaign(self) -> None:
        """Put a form on the web, and rules behind it."""
        self.campaign = Campaign.plan(
            self.session,
            by=self.staff["tobias"],
            name="Winter storage",
            slug="winter-storage",
            heading="Keep this winter's sun",
            text="Tell us what you need. A partner near you calls within two days.",
            thanks="Thank you. A partner near you calls within two days.",
            consent_text="You may pass what I wrote to one of your partners, so that it can call me.",
            source="Campaign",
        )
        bronze = self.session.scalars(
            select(Tier).where(
                Tier.partner_type_id == self.partners["BRIGHTROOF"].partner_type_id, Tier.name == "Bronze"
            )
        ).one()
        rule = DistributionRule.draw_up(
            self.session,
            by=self.staff["tobias"],
            name=f"{INSTALLER}s near the customer",
            countries=["DE", "NL"],
            partner_type_id=bronze.partner_type_id,
            tier_id=bronze.id,
            capacity=40,
            hours=48,
            hides_personal=True,
        )
        for code, weight in RULE.items():
            rule.weigh(self.partners[code], weight, by=self.staff["tobias"])
        PinnedAccount.pin(self.session, "tannhof.example", self.partners["DACHWERK"], by=self.staff["tobias"])

    def write_in(self, number: int) -> None:
        """Somebody fills the form in; inside sales looks at it and lets the rules decide."""
        company, country, city, need = WAITING[number]
        domain = "tannhof.example" if number == 0 else f"kunde-{number}.example"
        given = {
            "company": company,
            "contact": "Somebody at the desk",
            "email": f"info@{domain}",
            "country": country,
            "city": city,
            "need": need,
        }
        lead = self.campaign.take_in(given, consent=True)
        lead.qualify(by=self.staff["owen"])
        distribute(self.session, lead, by=self.staff["owen"])
        self.leads.append(lead)

    def answer(self, number: int, reason: str | None = None) -> None:
        """Let whoever has a lead on offer accept it, or decline it with a reason."""
        offer = self._open_offer(self.leads[number])
        seller = self._somebody(offer.partner_id, Role.OPERATIONS_AGENT)
        if reason is None:
            offer.accept(by=seller)
        else:
            offer.decline(reason, by=seller)

    def let_lapse(self) -> None:
        """Do what the worker does every minute: leads nobody answered for go on."""
        LeadOffer.lapse_due(self.session)

    def pass_on(self) -> None:
        """A partner asks to pass a lead to another one, and waits for consent."""
        lead = self._lead_of("HELIODOR")
        lead.pass_to(
            "Valcombe Chauffage", "Too far for us: the site is in Dijon.", by=self._agent("HELIODOR")
        )

    # -- deals

    def meet_customers(self) -> None:
        """Know the customers of every deal and lead again, as the worker does after an import."""
        for noun in (Opportunity, Lead):
            while Customer.attach(self.session, noun):
                pass

    def register(self, code: str, name: str, customer: str, domain: str, euro: int) -> None:
        """A partner opens a deal and registers it."""
        partner, seller = self.partners[code], self._agent(code)
        deal = Opportunity.open(
            self.session,
            partner,
            by=seller,
            name=name,
            customer=customer,
            website=f"https://{domain}",
            country=partner.country,
            amount=Decimal(euro),
            currency=partner.currency or "EUR",
            expected_on=clock.today() + timedelta(days=45),
            next_step="Visit the site",
            next_step_on=self.today + timedelta(days=3),
            competitors=["Sonnenkraftwerk Nord"],
        )
        Registration.register(self.session, deal, by=seller)
        self.deals[code] = deal

    def ask_for_longer(self) -> None:
        """A partner asks for a longer protection."""
        self._registration("BRIGHTROOF").ask_for_longer(
            "The owners decide after the harvest.", by=self._agent("BRIGHTROOF")
        )

    def talk(self) -> None:
        """Both sides speak about a deal; one remark stays with the vendor."""
        deal, agent = self.deals["BRIGHTROOF"], self._agent("BRIGHTROOF")
        tobias = self.staff["tobias"]
        Comment.say(
            deal, "The roof is surveyed: forty modules fit. @Tobias Renner can we show the cabin?", by=agent
        )
        Comment.say(deal, f"Yes, bring them on Thursday. Well done, @{agent.name}.", by=tobias)
        Comment.say(
            deal,
            "They asked for a price below list; keep it in mind at renewal.",
            by=tobias,
            vendor_only=True,
        )

    # -- orders

    def order(self) -> None:
        """A partner drafts an order, another one waits for confirmation."""
        products = {one.sku: one for one in self.session.scalars(select(Product))}
        draft = Order.draft(
            self.session, self.partners["BRIGHTROOF"], by=self._agent("BRIGHTROOF"), reference="PO 4711"
        )
        for sku, quantity in (("BAT-10", 12), ("INV-12", 4)):
            draft.add_line(products[sku], Decimal(quantity), by=self._agent("BRIGHTROOF"))
        agent = self._agent("KUROSHIO")
        waiting = Order.draft(self.session, self.partners["KUROSHIO"], by=agent, reference="K-2201")
        waiting.add_line(products["BAT-15"], Decimal(20), by=agent)
        waiting.submit(by=agent)

    def save_views(self) -> None:
        """Inside sales keeps what it looks at every morning."""
        owen = self.staff["owen"]
        for listing, name, query in (
            ("/leads", "To be passed on", "partner=nobody&stage=qualified"),
            ("/opportunities", "Wins to confirm", "state=reported"),
        ):
            SavedView.save(self.session, by=owen, listing=listing, name=name, query=query, shared=True)

    # -- who and what

    def _open_offer(self, lead: Lead) -> LeadOffer:
        offers = select(LeadOffer).where(LeadOffer.lead_id == lead.id).order_by(LeadOffer.id.desc()).limit(1)
        return self.session.scalars(offers).one()

    def _lead_of(self, code: str) -> Lead:
        leads = select(Lead).where(
            Lead.partner_id == self.partners[code].id, Lead.stage == LeadStage.ACCEPTED
        )
        return self.session.scalars(leads.order_by(Lead.id).limit(1)).one()

    def _registration(self, code: str) -> Registration:
        return self.session.scalars(
            select(Registration).where(Registration.opportunity_id == self.deals[code].id)
        ).one()

    def _agent(self, code: str) -> Person:
        return self._somebody(self.partners[code].id, Role.OPERATIONS_AGENT)

    def _somebody(self, partner_id: int, role: Role) -> Person:
        people = select(Person).where(Person.partner_id == partner_id, Person.roles.contains([role.value]))
        return self.session.scalars(people.order_by(Person.id).limit(1)).one()
