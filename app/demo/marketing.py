"""What partners do with their funds: fairs and mailings proposed, approved, proved and paid; money given, moved and taken back.

Credits come of the deals by themselves; everything here goes through the verbs, so that the ledger is what the program
makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.models import (
    Activity,
    ActivityLink,
    ActivityType,
    ApprovalRule,
    Entry,
    EntryKind,
    Fund,
    FundType,
    JointActivity,
    Lead,
    LeadStage,
    Opportunity,
    Partner,
    Partnership,
    Person,
    Role,
    Vendor,
)
from app.models.funds import expiring

Kept = Callable[[str, list[str]], dict[str, Any]]
"""Keeps a sheet of paper with these lines under a name, and returns what a row remembers of the file."""

CERTIFICATION = "Certification fund"
ENDS_IN = 25
"""Days until the money for certificates expires."""
JOINT = ("DACHWERK", "HELIODOR", "VOLTERA")


@dataclass
class Marketing:
    """Funds and activities of the last seven months."""

    session: Session
    partners: dict[str, Partner]
    staff: dict[str, Person]
    today: date
    keep: Kept
    activities: dict[str, Activity] = field(default_factory=dict)

    def days(self) -> Iterator[tuple[int, Callable[[], object]]]:
        """Yield what happens how many days ago."""
        yield 215, self.set_rules
        yield 200, self.give_for_certificates
        yield 160, self.plan_the_open_day
        yield 155, partial(self.approve, "open day", "A good plan. Send us the photos for our site.")
        yield 120, self.prove_the_open_day
        yield 115, self.pay_the_open_day
        yield 95, self.plan_a_mailing
        yield 93, self.decline_the_mailing
        yield 80, self.pay_by_mistake
        yield 79, self.mend_the_mistake
        yield 70, self.move_for_certificates
        yield 60, self.plan_the_webinar
        yield 58, partial(self.approve, "webinar")
        yield 42, self.plan_together
        yield 38, self.approve_together
        yield 35, self.warn
        yield 30, self.count_what_came_of_it
        yield 20, self.prove_the_webinar
        yield 12, self.propose_a_fair_in_japan
        yield 10, self.ask_about_the_fair
        yield 6, self.propose_the_winter_fair
        yield 4, partial(self.approve, "winter fair", "Fits the winter campaign.")
        yield 3, self.draft_an_advert
        yield 1, self.ask_for_a_gift
        yield 0, self.warn

    # -- rules and gifts

    def set_rules(self) -> None:
        """Two steps from 3,000 EUR on, two people from 10,000 EUR on."""
        mirjam = self.staff["mirjam"]
        ApprovalRule.make(self.session, from_amount=Decimal(3000), role=Role.MARKETING, days=10, by=mirjam)
        Vendor.here(self.session).ask_two_people_above(Decimal(10_000), by=mirjam)

    def give_for_certificates(self) -> None:
        """A fund of another kind, by hand, with an end."""
        kind = FundType.make(
            self.session,
            name=CERTIFICATION,
            description="For trainings and exams; what is not used by its end expires",
            by=self.staff["mirjam"],
        )
        fund = Fund.open(
            self._partnership("FJORDLYS"),
            kind,
            starts_on=clock.today(),
            ends_on=self.today + timedelta(days=ENDS_IN),
            by=self.staff["lucia"],
        )
        fund.credit(Decimal(60_000), "Trainings for three new fitters", by=self.lucia, meant_on=clock.today())
        fund.debit(Decimal("18450.50"), "Exam fees, invoice 2231", by=self.lucia, meant_on=clock.today())

    def pay_by_mistake(self) -> None:
        """An invoice that was somebody else's."""
        self._fund("VOLTERA").debit(
            Decimal("640.00"), "Flyers, invoice 5120", by=self.lucia, meant_on=clock.today()
        )

    def mend_the_mistake(self) -> None:
        """F2: a mistake is reversed by a new entry."""
        fund = self._fund("VOLTERA")
        wrong = select(Entry.id).where(Entry.fund_id == fund.id, Entry.kind == EntryKind.DEBIT)
        number = self.session.scalars(wrong.order_by(Entry.id.desc()).limit(1)).one()
        fund.take_back(number, "The invoice was Vechtplan’s.", by=self.lucia)

    def move_for_certificates(self) -> None:
        """F4: between funds of one partner."""
        source, target = self._fund("FJORDLYS"), self._fund("FJORDLYS", CERTIFICATION)
        Fund.transfer(
            source,
            target,
            Decimal(10_000),
            "Two more exams instead of a fair",
            by=self.lucia,
            meant_on=clock.today(),
        )

    def ask_for_a_gift(self) -> None:
        """Above the setting's amount somebody else decides."""
        self._fund("DACHWERK").credit(
            Decimal(15_000), "Launch of the thirty kilowatt battery", by=self.lucia, meant_on=clock.today()
        )

    def warn(self) -> None:
        """F6: sixty, thirty and seven days before money expires."""
        expiring.warn_due(self.session)

    # -- activities

    def plan_the_open_day(self) -> None:
        """Half of it is the partner's."""
        self._propose(
            "open day",
            "BRIGHTROOF",
            "Event",
            title="Open day at the workshop",
            plan="Two hundred neighbours, a battery to touch, sausages. Our fitters answer questions all day.",
            place="Hannover",
            in_days=(30, 30),
            budget=Decimal(3_800),
            vendor_percent=Decimal(50),
            expected_leads=12,
        )

    def prove_the_open_day(self) -> None:
        """Every item of the checklist has its file."""
        self._prove("open day")

    def pay_the_open_day(self) -> None:
        """It cost less than was reserved; the rest is released."""
        activity = self.activities["open day"]
        activity.settle(
            Decimal("1712.40"),
            by=self.lucia,
            paid_on=clock.today(),
            is_final=True,
            note="Invoice 88-114, half",
        )

    def count_what_came_of_it(self) -> None:
        """Deals and leads that began at the open day: its return can be read."""
        activity = self.activities["open day"]
        deals = select(Opportunity).where(
            Opportunity.partner_id == activity.partner_id,
            Opportunity.confirmed_at.is_not(None),
            Opportunity.closed_on > activity.ends_on,
        )
        leads = select(Lead).where(
            Lead.partner_id == activity.partner_id,
            Lead.stage.in_([LeadStage.CONVERTED, LeadStage.ACCEPTED]),
            Lead.created_on > activity.ends_on - timedelta(days=20),
        )
        for record in (
            *self.session.scalars(deals.order_by(Opportunity.closed_on).limit(2)),
            *self.session.scalars(leads.order_by(Lead.created_on).limit(6)),
        ):
            ActivityLink.link(activity, record, by=self.lucia)

    def plan_a_mailing(self) -> None:
        """One that is declined."""
        self._propose(
            "mailing",
            "BRIGHTROOF",
            "Mailing",
            title="Letters to every household",
            plan="Forty thousand letters within a day's drive.",
            in_days=(20, 25),
            budget=Decimal(2_400),
        )

    def decline_the_mailing(self) -> None:
        """With a reason the partner reads."""
        self.activities["mailing"].decline(
            "Letters to everybody bring little. Propose one to those who asked for a quote.",
            by=self._manager("BRIGHTROOF"),
        )

    def plan_the_webinar(self) -> None:
        """In another currency."""
        self._propose(
            "webinar",
            "FJORDLYS",
            "Webinar",
            title="A winter on batteries",
            plan="Three households tell how they came through last winter.",
            in_days=(30, 30),
            budget=Decimal(24_000),
            expected_leads=20,
        )

    def prove_the_webinar(self) -> None:
        """Completed; marketing has not paid yet."""
        self._prove("webinar")

    def plan_together(self) -> None:
        """Three partners, three funds, one decision."""
        self.together = JointActivity.begin(
            self.session,
            by=self.lucia,
            title="Storage week",
            activity_type_id=self._type("Advertising").id,
            plan="The same advertisement in three regions in the same week.",
            starts_on=self.today + timedelta(days=2),
            ends_on=self.today + timedelta(days=8),
            shares=[(self._fund(code), Decimal(1_500)) for code in JOINT],
        )
        self.together.submit(by=self.lucia)

    def approve_together(self) -> None:
        """All or none: together they are large enough for two steps."""
        self.together.approve(by=self.staff["tobias"])
        self.together.approve(by=self.staff["jonas"])

    def propose_a_fair_in_japan(self) -> None:
        """In a currency without cents."""
        self._propose(
            "fair in japan",
            "KUROSHIO",
            "Event",
            title="Booth at the home fair",
            plan="Nine square metres, two people, three days.",
            place="Kōchi",
            in_days=(60, 62),
            budget=Decimal(180_000),
            expected_leads=30,
        )

    def ask_about_the_fair(self) -> None:
        """Returned with a question."""
        self.activities["fair in japan"].return_(
            "Who else shares the booth, and does the price include power?", by=self._manager("KUROSHIO")
        )

    def propose_the_winter_fair(self) -> None:
        """Large enough for two steps; the second one waits for marketing."""
        self._propose(
            "winter fair",
            "BRIGHTROOF",
            "Event",
            title="Winter fair",
            plan="A stand beside the heat pumps, with the cabin as a model.",
            place="Goslar",
            in_days=(40, 42),
            budget=Decimal(4_200),
            vendor_percent=Decimal(75),
            expected_leads=25,
        )

    def draft_an_advert(self) -> None:
        """Not submitted yet."""
        agent = self._agent("LARKHILL")
        Activity.draft(
            self.session,
            self._fund("LARKHILL"),
            by=agent,
            title="Advert in the parish magazine",
            plan="Half a page, three months.",
            activity_type_id=self._type("Advertising").id,
            starts_on=self.today + timedelta(days=30),
            ends_on=self.today + timedelta(days=120),
            budget=Decimal(450),
        )

    def approve(self, name: str, words: str | None = None) -> None:
        """The partner manager approves."""
        activity = self.activities[name]
        code = next(code for code, one in self.partners.items() if one.id == activity.partner_id)
        activity.approve(by=self._manager(code), words=words)

    # -- who and what

    @property
    def lucia(self) -> Person:
        """Return who keeps the funds."""
        return self.staff["lucia"]

    def _propose(self, name: str, code: str, kind: str, *, in_days: tuple[int, int], **facts: Any) -> None:
        agent = self._agent(code)
        first, last = (clock.today() + timedelta(days=days) for days in in_days)
        activity = Activity.draft(
            self.session,
            self._fund(code),
            by=agent,
            activity_type_id=self._type(kind).id,
            starts_on=first,
            ends_on=last,
            **facts,
        )
        activity.submit(by=agent)
        self.activities[name] = activity

    def _prove(self, name: str) -> None:
        activity = self.activities[name]
        agent = self.session.get_one(Person, activity.owner_id)
        for item in activity.missing_proofs():
            file = self.keep(f"{item}.pdf", [activity.title, item])
            activity.add_proof(item, by=agent, **file)
        activity.complete(by=agent)

    def _fund(self, code: str, kind: str = "Marketing fund") -> Fund:
        funds = (
            select(Fund)
            .join(FundType)
            .where(Fund.partner_id == self.partners[code].id, FundType.name == kind)
        )
        return self.session.scalars(funds.order_by(Fund.id.desc()).limit(1)).one()

    def _type(self, name: str) -> ActivityType:
        return self.session.scalars(select(ActivityType).where(ActivityType.name == name)).one()

    def _partnership(self, code: str) -> Partnership:
        held = select(Partnership).where(Partnership.partner_id == self.partners[code].id)
        return self.session.scalars(held.order_by(Partnership.start_on.desc()).limit(1)).one()

    def _manager(self, code: str) -> Person:
        return self.session.get_one(Person, self.partners[code].manager_id)

    def _agent(self, code: str) -> Person:
        mine = select(Person).where(
            Person.partner_id == self.partners[code].id, Person.roles.contains([Role.OPERATIONS_AGENT.value])
        )
        return self.session.scalars(mine.order_by(Person.id).limit(1)).one()
