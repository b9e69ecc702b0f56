"""Sending leads to partners by pinned accounts and ordered rules, each turn kept so that anybody can recompute it (L1).

The lead is locked first, then all rules in use, so that one lead after another is given away: what a rule reads of its
partners stays true until its decision is kept, and nobody gets more in hand than a rule allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.leads import offer_book as book
from app.models.leads import offering
from app.models.leads.campaign import Campaign
from app.models.leads.distribution import Decision, DistributionRule, DistributionShare
from app.models.leads.lead_offer import Afterwards
from app.models.leads.pinned_account import PinnedAccount, marks_of
from app.models.partner_type import PartnerType, Tier
from app.models.person import Person
from app.models.registrations.candidates import Known, known, rank_of
from app.rules.distribution import (
    Asked,
    Conditions,
    Demands,
    Kept,
    Step,
    Turn,
    barrier,
    begin_again,
    mismatch,
    next_turn,
)

OUT_OF_REACH = 2**31


@dataclass(frozen=True)
class Rule:
    """A rule in use, in plain values."""

    id: int
    name: str
    by_itself: bool
    conditions: Conditions
    demands: Demands
    terms: offering.Terms


@dataclass(frozen=True)
class Reckoning:
    """A rule's turn for a lead: who took part, who did not and why, and whose turn it is."""

    rule: Rule
    kept: Kept
    excluded: Sequence[tuple[Known, str]]
    partners: dict[int, Known]
    values: dict[int, int]
    """What every partner stood at before."""

    @property
    def stands(self) -> dict[int, int]:
        """Return what every partner stands at afterwards."""
        return {**self.values, **{step.partner_id: step.after for step in self.kept.steps}}


@dataclass(frozen=True)
class Foreseen:
    """What would happen to a lead now, and why, rule by rule; nothing is written."""

    partner: Known | None
    pinned: str | None
    reckonings: Sequence[Reckoning]
    passed_by: Sequence[tuple[Rule, str]]

    @property
    def rule(self) -> Rule | None:
        """Return the rule that chooses; None for a pinned account, or when nobody gets the lead."""
        if self.pinned is not None or self.partner is None:
            return None
        return self.reckonings[-1].rule


# ---------------------------------------------------------------- verbs


def send(session: Session, lead_id: int, *, by: Person | None) -> int | None:
    """Offer a free lead to whom pinned accounts and rules name; the offer's number, None when they name nobody."""
    with book.opened(session):
        lead = book.lock_lead(session, lead_id)
        offering.check_free(session, lead)
        return _pinned(session, lead, by) or _by_rules(session, lead, _rules(session, lock=True), by)


def go_on(session: Session, lead_id: int, rule_id: int | None) -> bool:
    """Offer a lead that was not taken to the next one: of the rule that offered it, then of those after it."""
    with book.opened(session):
        lead = book.lock_lead(session, lead_id)
        rules = _rules(session, lock=True)
        places = [place for place, rule in enumerate(rules) if rule.id == rule_id]
        return _by_rules(session, lead, rules[places[0] if places else 0 :], None) is not None


def by_itself(session: Session, lead_id: int) -> bool:
    """Send a lead that just came in or was qualified, where the first rule that is for it says “by itself”."""
    with book.opened(session):
        lead = book.lock_lead(session, lead_id)
        if not offering.is_free(session, lead):
            return False
        asked = asked_of(lead)
        first = next((one for one in _rules(session) if mismatch(one.conditions, asked) is None), None)
        return first is not None and first.by_itself and send(session, lead_id, by=None) is not None


def foresee(session: Session, lead: Any) -> Foreseen:
    """Say who would get a lead now, and why; `lead` is a lead, or what somebody typed of one (then its id is 0)."""
    passed_by, reckonings = [], []
    pinned = pinned_to(session, lead)
    if pinned is not None:
        partner = known(session, [pinned.partner_id], lead.id)[pinned.partner_id]
        if barrier(Demands(), partner.standing) is None:
            return Foreseen(partner, pinned.shown, (), ())
    for rule in _rules(session):
        why = mismatch(rule.conditions, asked_of(lead))
        if why is not None:
            passed_by.append((rule, why))
            continue
        reckonings.append(_reckon(session, rule, lead.id))
        if reckonings[-1].kept.chosen is not None:
            break
    last = reckonings[-1] if reckonings else None
    chosen = last.partners.get(last.kept.chosen) if last and last.kept.chosen else None
    return Foreseen(chosen, None, reckonings, passed_by)


# ---------------------------------------------------------------- pinned accounts


def pinned_to(session: Session, lead: Any) -> Row[int, str, str] | None:
    """Return the pinned account of a lead's customer, if it has one: by web domain, mail domain, then name."""
    marks = marks_of(lead.company, lead.website, lead.email)
    found = select(PinnedAccount.partner_id, PinnedAccount.shown, PinnedAccount.mark).where(
        PinnedAccount.mark.in_(marks)
    )
    rows = {row.mark: row for row in session.execute(found)}
    return next((rows[mark] for mark in marks if mark in rows), None)


def _pinned(session: Session, lead: Row[Any], by: Person | None) -> int | None:
    """Offer a lead of a pinned account to its partner, unless that one cannot have it; either is kept in the log."""
    pinned = pinned_to(session, lead)
    if pinned is None:
        return None
    partner = known(session, [pinned.partner_id], lead.id)[pinned.partner_id]
    why_not = barrier(Demands(), partner.standing)
    kept = Kept(chosen=pinned.partner_id if why_not is None else None)
    excluded = [] if why_not is None else [(partner, why_not)]
    _keep(session, lead, kept, why=f"Pinned account {pinned.shown}", excluded=excluded)
    if why_not is not None:
        return None
    terms = offering.Terms(afterwards=Afterwards.NEXT)
    return offering.put(session, lead.id, pinned.partner_id, terms, by=by)


# ---------------------------------------------------------------- rules


def _by_rules(session: Session, lead: Row[Any], rules: Sequence[Rule], by: Person | None) -> int | None:
    """Offer a lead by the first of some rules that is for it and has somebody; every rule asked keeps its decision."""
    for rule in rules:
        if mismatch(rule.conditions, asked_of(lead)) is not None:
            continue
        turn = _reckon(session, rule, lead.id)
        why = f"Rule “{rule.name}”" if turn.kept.chosen else f"Rule “{rule.name}”: nobody takes part"
        _keep(session, lead, turn.kept, why=why, rule_id=rule.id, excluded=turn.excluded, stands=turn.stands)
        if turn.kept.chosen is not None:
            return offering.put(session, lead.id, turn.kept.chosen, rule.terms, by=by)
    return None


def asked_of(lead: Any) -> Asked:
    """Return what rules ask of a lead."""
    return Asked(lead.country, lead.region, lead.need, lead.source, lead.campaign_id)


def _rules(session: Session, *, lock: bool = False) -> list[Rule]:
    """Return the rules in use, in their order; locked, one lead after another is given away."""
    in_use = select(DistributionRule.id).where(DistributionRule.active).order_by(DistributionRule.id)
    if lock:
        session.execute(in_use.with_for_update(key_share=True))
    query = (
        select(
            *DistributionRule.__table__.c,
            Campaign.name.label("campaign_name"),
            PartnerType.name.label("type_name"),
            Tier.name.label("tier_name"),
            rank_of(DistributionRule.tier_id).label("rank"),
        )
        .outerjoin(Campaign, Campaign.id == DistributionRule.campaign_id)
        .outerjoin(PartnerType, PartnerType.id == DistributionRule.partner_type_id)
        .outerjoin(Tier, Tier.id == DistributionRule.tier_id)
        .where(DistributionRule.active)
        .order_by(DistributionRule.position, DistributionRule.id)
    )
    return [_plain(row) for row in session.execute(query)]


def _plain(row: Any) -> Rule:
    return Rule(
        row.id,
        row.name,
        row.by_itself,
        Conditions(row.countries, row.regions, row.needs, row.sources, row.campaign_id, row.campaign_name),
        Demands(row.type_name, _least_rank(row), row.tier_name, row.capacity),
        offering.Terms(row.hours, row.id, row.hides_personal, row.afterwards),
    )


def _least_rank(row: Any) -> int | None:
    """Return the rank a rule asks for; a tier that stands in no ladder is out of reach."""
    if row.tier_id is None:
        return None
    return OUT_OF_REACH if row.rank is None else int(row.rank)


def values_of(session: Session, rule_id: int) -> list[Turn]:
    """Return a rule's partners with weight and value; all begin at 0 where weights or partners have changed."""
    shares = select(DistributionShare.partner_id, DistributionShare.weight, DistributionShare.current).where(
        DistributionShare.rule_id == rule_id
    )
    rows = session.execute(shares.order_by(DistributionShare.partner_id)).all()
    latest = select(Decision.candidates, Decision.excluded).where(Decision.rule_id == rule_id)
    before = session.execute(latest.order_by(Decision.sequence.desc()).limit(1)).one_or_none()
    last = None if before is None else read(before.candidates, before.excluded)
    anew = begin_again(last, {row.partner_id: row.weight for row in rows})
    return [Turn(row.partner_id, row.weight, 0 if anew else row.current) for row in rows]


def read(
    candidates: Sequence[Any], excluded: Sequence[Any], chosen: int | None = None, sequence: int = 0
) -> Kept:
    """Return a decision as the log keeps it, ready to be recomputed."""
    resting = {one["partner_id"]: one.get("weight", 0) for one in excluded}
    return Kept([Step(**one) for one in candidates], chosen, sequence, resting)


def _reckon(session: Session, rule: Rule, lead_id: int) -> Reckoning:
    """Work out whose turn it is in a rule for a lead."""
    turns = values_of(session, rule.id)
    partners = known(session, [turn.partner_id for turn in turns], lead_id)
    barred = {one: barrier(rule.demands, partner.standing) for one, partner in partners.items()}
    resting = {turn.partner_id: turn.weight for turn in turns if barred[turn.partner_id] is not None}
    kept = next_turn([turn for turn in turns if turn.partner_id not in resting], resting)
    excluded = [(partners[one], why) for one, why in sorted(barred.items()) if why is not None]
    return Reckoning(rule, kept, excluded, partners, {turn.partner_id: turn.current for turn in turns})


def _keep(
    session: Session,
    lead: Row[Any],
    kept: Kept,
    *,
    why: str,
    rule_id: int | None = None,
    excluded: Sequence[tuple[Known, str]] = (),
    stands: Mapping[int, int] | None = None,
) -> None:
    """Add a decision to the log, and let the rule's partners stand where it leaves them (`stands`)."""
    stands = stands or {}
    latest = select(func.coalesce(func.max(Decision.sequence), 0)).where(Decision.rule_id == rule_id)
    values = {
        "rule_id": rule_id,
        "sequence": 0 if rule_id is None else session.scalars(latest).one() + 1,
        "at": clock.now(),
        "lead_id": lead.id,
        "candidates": [vars(step) for step in kept.steps],
        "excluded": [
            {
                "partner_id": one.partner_id,
                "weight": kept.resting.get(one.partner_id, 0),
                "stands": stands.get(one.partner_id, 0),
                "why": words,
            }
            for one, words in excluded
        ],
        "chosen_partner_id": kept.chosen,
        "why": why,
    }
    session.execute(insert(Decision).values(values))
    if stands:
        table = DistributionShare.__table__
        share = update(table).where(table.c.rule_id == rule_id, table.c.partner_id == bindparam("whose"))
        session.connection().execute(
            share.values(current=bindparam("stands")),
            [{"whose": one, "stands": value} for one, value in stands.items()],
        )
