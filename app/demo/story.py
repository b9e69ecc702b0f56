"""The story itself: what is there when it begins, and what happens on which day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.demo import catalogue, editions, people
from app.demo.customers import Customers
from app.demo.learning import Learning, paper
from app.demo.marketing import Marketing
from app.demo.orders import Ordering
from app.demo.partners import PARTNERS, Told
from app.demo.passing import Passing
from app.demo.people import Login
from app.demo.pipeline import Pipeline
from app.importing import program_file
from app.models import (
    REGISTERED,
    Cause,
    Measurement,
    OperatingCompany,
    Partner,
    Partnership,
    PartnerType,
    Person,
    ProgramVersion,
    Tier,
    Vendor,
    assessing,
)
from app.rules.periods import add_months, add_years, is_review_day, last_day_of

SEED = "solvane"
DAYS = 760
"""How far back the story goes."""
SECOND_EDITION = 5
"""Months since the program's second edition began."""
COMPANIES = (
    ("EU", "Solvane Power Europe", "NL", "EUR", "Europe/Amsterdam"),
    ("JP", "Solvane Power Japan", "JP", "JPY", "Asia/Tokyo"),
    ("NO", "Solvane Power Norge", "NO", "NOK", "Europe/Oslo"),
    ("UK", "Solvane Power UK", "GB", "GBP", "Europe/London"),
    ("US", "Solvane Power America", "US", "USD", "America/Chicago"),
)
BEGAN_AS = {"GREENFOLD": "Expert", "SOLENE": "Associate", "NORDLICHT": "Associate"} | dict.fromkeys(
    ("VECHTPLAN", "CIELO", "HUSOGHJEM", "MEGUMI", "SUNDIAL"), "Associate"
)
"""The tier that a partnership began with; Registered otherwise. Advisors rise only when somebody agrees."""
FIRST = 700
"""Days since Harbourline became an installer."""
WATCHED = (*range(8), 9, 12, 17, 52, 75, 90)
"""How many days ago everybody was assessed, beside the ends of months: in the last week, and when something broke."""


def tell(session: Session, today: date) -> None:
    """Tell the whole story, up to today; everything in one transaction."""
    Story(session, today).tell()


@dataclass(frozen=True)
class Moment:
    """Something that happens on a day."""

    day: date
    happens: Callable[[], object]


class Story:
    """Forty partners and the vendor they sell for."""

    def __init__(self, session: Session, today: date) -> None:
        self.session = session
        self.today = today
        self.random = Random(SEED)
        self.begins = (today - timedelta(days=DAYS - 30)).replace(day=1)
        self.staff: dict[str, Person] = {}
        self.kinds: dict[str, PartnerType] = {}
        self.companies: dict[str, OperatingCompany] = {}
        self.partners: dict[str, Partner] = {}

    def tell(self) -> None:
        """Set the scene, write down what was sold, then let the days pass."""
        with self._on(self.begins):
            self._set_the_scene()
        prices = catalogue.fill(self.session, self.today, DAYS, self.random)
        self.pipeline = Pipeline(
            self.partners, prices, self.today, self.random, Customers(self.random, people.NAMES)
        )
        self.ordering = Ordering(self.partners, prices, self.today, self.random)
        self.learning = Learning(self.partners, self.today, self.random, self.mirjam)
        self.learning.file_handbooks(self.session)
        self.passing = Passing(self.session, self.partners, self.staff, self.today)
        keep = partial(paper, self.session)
        self.marketing = Marketing(self.session, self.partners, self.staff, self.today, keep)
        for moment in sorted(self._moments(), key=lambda one: one.day):
            with self._on(moment.day):
                moment.happens()
        self.pipeline.write_waiting(self.session)
        self.passing.meet_customers()
        catalogue.assign(self.session, self.partners, self.today)
        people.give_passwords(self.session, list(self.session.scalars(select(Person.id).order_by(Person.id))))

    def _on(self, day: date) -> AbstractContextManager[None]:
        """Let it be noon of a day, in every partner's time zone the same day; today it is no later than it is."""
        return clock.told(min(datetime.combine(day, time(12), UTC), clock.now()))

    # -- the scene

    def _set_the_scene(self) -> None:
        vendor = Vendor.here(self.session)
        vendor.name, vendor.time_zone = "Solvane Power", "Europe/Amsterdam"
        self.staff = people.staff(self.session)
        for code, name, country, currency, zone in COMPANIES:
            self.companies[code] = OperatingCompany.found(
                self.session,
                code=code,
                name=name,
                country=country,
                currency=currency,
                time_zone=zone,
                by=self.mirjam,
            )
        catalogue.grantable(self.session)
        first = program_file.read(Path(__file__).with_name("program.yaml").read_bytes())
        draft = ProgramVersion.begin_empty(self.session, first.name, first.currency)
        draft.become(first, by=self.mirjam)
        draft.publish(self.begins, by=self.mirjam)
        self.kinds = {one.name: one for one in self.session.scalars(select(PartnerType))}

    @property
    def mirjam(self) -> Person:
        """Return the administrator."""
        return self.staff["mirjam"]

    def _admit(self, told: Told) -> None:
        """Take a partner in on the day it joined, with all it will sell; Harbourline began as an installer."""
        kind = "Installer" if told.code == "HARBOURLINE" else told.kind
        company = self.companies[told.company]
        self.partners[told.code] = Partner.admit(
            self.session,
            by=self.staff[people.MANAGERS[told.company]],
            code=told.code,
            name=told.name,
            partner_type_id=self.kinds[kind].id,
            operating_company_id=company.id,
            manager_id=self.staff[people.MANAGERS[told.company]].id,
            country=told.country,
            city=told.city,
            currency=company.currency,
            email=f"office@{told.domain}",
            website=f"https://{told.domain}",
            employees=self.random.randint(4, 160),
            founded=self.random.randint(1962, 2018),
        )
        people.of_partner(self.session, told, self.partners[told.code], self.mirjam)
        for writing in (self.pipeline, self.ordering, self.learning):
            writing.write(self.session, told)

    # -- what happens

    def _moments(self) -> Iterator[Moment]:
        for told in PARTNERS:
            start = self._back(told.since)
            yield Moment(
                self._back(FIRST) if told.code == "HARBOURLINE" else start, partial(self._admit, told)
            )
            yield Moment(start, partial(self._begin, told, told.kind, BEGAN_AS.get(told.code, REGISTERED)))
            for year in range(1, 3):
                if add_years(start, year) <= self.today:
                    yield Moment(add_years(start, year), partial(self._renew, told))
        harbourline = next(told for told in PARTNERS if told.code == "HARBOURLINE")
        yield Moment(self._back(FIRST), partial(self._begin, harbourline, "Installer"))
        yield Moment(self._back(345), partial(self._turn_off, "HARBOURLINE", "Becomes a distributor."))
        second = add_months(self.today.replace(day=1), -SECOND_EDITION)
        yield Moment(second, partial(self._publish, second))
        for day in self._assessed():
            yield Moment(day, partial(self._assess, day))
        yield Moment(self._back(70), self._make_solene_expert)
        yield Moment(self._back(40), partial(self._turn_off, "VALCOMBE", "New owners; talks go on."))
        yield Moment(self._back(30), self._close_tidemarks_portal)
        yield Moment(self._back(9), self._ask_nordlichts_customers)
        yield Moment(self._back(5), self._draft)
        for days, happens in (*self.passing.days(), *self.marketing.days()):
            yield Moment(self._back(days), happens)

    def _assessed(self) -> list[date]:
        """Return the ends of months, then the days of the last week and those on which something broke."""
        ends = [last_day_of(add_months(self.begins, number), 1) for number in range(26)]
        days = {end for end in ends if end < self.today}
        days |= {self._back(back) for back in WATCHED}
        return sorted(days)

    def _assess(self, day: date) -> None:
        """Look at everybody; today that is an import's doing, so that no review takes place yet."""
        self.pipeline.confirm(self.session, day)
        reviewed = day < self.today and is_review_day(day, "quarterly")
        assessing.store(self.session, day, cause=Cause.REVIEW if reviewed else Cause.IMPORT)

    def _begin(self, told: Told, kind: str, tier: str = REGISTERED) -> None:
        """Begin a partnership of a year."""
        tier_id = self.session.scalars(
            select(Tier.id).where(Tier.partner_type_id == self.kinds[kind].id, Tier.name == tier)
        ).one()
        Partnership.begin(
            self.session,
            self.partners[told.code],
            by=self.staff[people.MANAGERS[told.company]],
            partner_type_id=self.kinds[kind].id,
            tier_id=tier_id,
        )

    def _renew(self, told: Told) -> None:
        """Every year a partnership is renewed by itself (P1)."""
        self._partnership(told.code).renew(by=None)

    def _publish(self, day: date) -> None:
        """Ask for more, and say so (P12)."""
        draft = ProgramVersion.start(self.session, by=self.mirjam, name="Program, second edition")
        for kind in editions.second(draft.program()):
            draft.keep_type(kind, by=self.mirjam)
        draft.publish(day, by=self.mirjam)

    def _draft(self) -> None:
        """Begin the third edition, which nobody has published yet."""
        draft = ProgramVersion.start(self.session, by=self.mirjam, name="Program, third edition")
        for kind in editions.third(draft.program()):
            draft.keep_type(kind, by=self.mirjam)

    def _make_solene_expert(self) -> None:
        """Set a tier by hand, with a reason (P4)."""
        partnership = self._partnership("SOLENE")
        expert = self.session.scalars(
            select(Tier).where(Tier.partner_type_id == partnership.partner_type_id, Tier.name == "Expert")
        ).one()
        why = "Planned our show home in Lyon and trains other advisors."
        partnership.set_tier(expert, why, by=self.staff["tobias"])

    def _turn_off(self, code: str, why: str) -> None:
        """P3: nothing is asked and nothing is given any more."""
        self._partnership(code).deactivate(by=self.staff["tobias"], why=why)

    def _close_tidemarks_portal(self) -> None:
        """A5: nobody of it signs in."""
        self.partners["TIDEMARK"].close_portal(by=self.staff["grace"])

    def _ask_nordlichts_customers(self) -> None:
        """The survey that makes Nordlicht an expert, once somebody agrees."""
        category = editions.category(self.session, "Customer satisfaction")
        Measurement.enter(
            self.session,
            partner=self.partners["NORDLICHT"],
            category=category,
            day=clock.today(),
            value=editions.NORDLICHTS_SURVEY,
            source="Customer survey",
            by=self.staff["tobias"],
        )

    def _partnership(self, code: str) -> Partnership:
        partnerships = select(Partnership).where(Partnership.partner_id == self.partners[code].id)
        return self.session.scalars(partnerships.order_by(Partnership.start_on.desc()).limit(1)).one()

    def _back(self, days: int) -> date:
        return self.today - timedelta(days=days)


def logins(session: Session) -> list[Login]:
    """Return who is worth signing in as, and why."""
    known = {told.code: told for told in PARTNERS}
    shown = ("BRIGHTROOF", "FJORDLYS", "CASTELLAN", "KUROSHIO", "PRAIRIE", "NORDLICHT", "VALCOMBE")
    if Vendor.here(session).name != "Solvane Power":
        return []
    vendors = [
        Login(people._staff_email(name), name, f"{role.value.capitalize()} of the vendor")  # noqa: SLF001 - the same cast
        for _, name, role, _ in people.STAFF
    ]
    partners = []
    for code in shown:
        name, email, role, _ = people.team(known[code])[0]
        partners.append(
            Login(email, name, f"{role.value.capitalize()} of {known[code].name}: {known[code].why}")
        )
    return vendors + partners
