"""The log of distribution: every turn with who took part and where each one stood, for anybody to recompute (L1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.access import Permission, requires
from app.database import find
from app.extensions import db
from app.listing import Column, Listing, choice, day, matches
from app.listing.audience import partner_filter
from app.models import Decision, DistributionRule, Lead, Partner
from app.models.assessing.among import among
from app.models.leads import distributing
from app.rules.distribution import Kept, Mismatch, replayed

bp = Blueprint("decisions", __name__, url_prefix="/leads/decisions")

READS = Permission.PARTNERS_READ
PORTION = 1000
PINNED = "0"


@cache
def _decisions() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Decision,
            DistributionRule.name.label("rule_name"),
            Lead.company.label("company"),
            Partner.name.label("partner_name"),
        )
        .outerjoin(Lead, Lead.id == Decision.lead_id)  # there always is one; so no total needs it
        .outerjoin(DistributionRule, DistributionRule.id == Decision.rule_id)
        .outerjoin(Partner, Partner.id == Decision.chosen_partner_id)
    )


@dataclass(frozen=True)
class _Told:
    """A decision of the list, with its partners by code."""

    row: Any
    codes: dict[int, str]

    @property
    def id(self) -> int:
        """Return the decision's number: where the next screen goes on."""
        return int(self.row[0].id)

    @property
    def decision(self) -> Decision:
        """Return the decision."""
        decision: Decision = self.row[0]
        return decision

    @property
    def steps(self) -> str:
        """Say in a line what it did to each one: code, weight, value before and after."""
        return "; ".join(
            f"{self.code(one['partner_id'])} × {one['weight']}: {one['before']} → {one['after']}"
            for one in self.decision.candidates
        )

    @property
    def excluded(self) -> str:
        """Say in a line who did not take part, and why."""
        return "; ".join(f"{self.code(one['partner_id'])} {one['why']}" for one in self.decision.excluded)

    def code(self, partner_id: int) -> str:
        """Return a partner's code."""
        return self.codes.get(partner_id, str(partner_id))


def _with_codes(session: Session, rows: list[Any]) -> list[Any]:
    """Add the codes of all partners a screen of decisions names, in one question."""
    codes = {one: code for one, (code, _) in named(session, (row[0] for row in rows)).items()}
    return [_Told(row, codes) for row in rows]


def named(session: Session, decisions: Iterable[Decision]) -> dict[int, tuple[str, str]]:
    """Return code and name of every partner some decisions name."""
    numbers = {
        one["partner_id"] for decision in decisions for one in (*decision.candidates, *decision.excluded)
    }
    known = select(Partner.id, Partner.code, Partner.name).where(among(Partner.id, numbers))
    return {row.id: (row.code, row.name) for row in session.execute(known)}


def _rules() -> list[tuple[str, str]]:
    rules = select(DistributionRule.id, DistributionRule.name).order_by(DistributionRule.position)
    return [*((str(row.id), row.name) for row in db.session.execute(rules)), (PINNED, "Pinned accounts")]


def _of(given: str) -> Any:
    return Decision.rule_id.is_(None) if given == PINNED else Decision.rule_id == int(given)


LIST = Listing(
    "decisions",
    query=_decisions,
    key=Decision.id,
    columns=[
        Column("lead", "Lead", lambda told: told.row.company),
        Column("rule", "Rule", lambda told: told.row.rule_name or "Pinned account"),
        Column("turn", "Turn", lambda told: told.decision.sequence or None, kind="number"),
        Column("at", "When", lambda told: told.decision.at, sort=Decision.at, kind="when"),
        Column("chosen", "Goes to", lambda told: told.row.partner_name or "Nobody"),
        Column("steps", "Weight, before → after", lambda told: told.steps),
        Column("excluded", "Did not take part", lambda told: told.excluded),
    ],
    filters=[
        choice("rule", "Rule", _rules, _of),
        partner_filter(Decision.chosen_partner_id),
        day("from", "From", lambda on: Decision.at >= on),
    ],
    search=lambda words: Decision.lead_id.in_(select(Lead.id).where(matches(Lead.search, words))),
    default="-at",
    href=lambda told: url_for("decisions.show", decision_id=told.id),
    empty=("No decisions yet", "Every lead that pinned accounts or rules send leaves one here."),
    prepare=_with_codes,
)
LIST.routes(bp, requires(READS))


@bp.get("")
@requires(READS)
def index() -> ResponseReturnValue:
    """List what pinned accounts and rules decided, the latest first."""
    return render_template("leads/distribution/decisions.html", page=LIST.page())


@bp.get("/<id:decision_id>")
@requires(READS)
def show(decision_id: int) -> ResponseReturnValue:
    """Show a decision so that anybody can recompute it, with the one before and the one after."""
    decision = find(Decision, decision_id)
    rule = db.session.get(DistributionRule, decision.rule_id) if decision.rule_id else None
    return render_template(
        "leads/distribution/decision.html",
        decision=decision,
        rule=rule,
        lead=find(Lead, decision.lead_id),
        named=named(db.session(), [decision]),
        total=sum(one["weight"] for one in decision.candidates),
        earlier=_beside(decision, -1),
        later=_beside(decision, 1),
    )


@bp.get("/of/<id:rule_id>")
@requires(READS)
def recompute(rule_id: int) -> ResponseReturnValue:
    """Read a rule's whole log again: whether each decision follows, and what every partner got against its share."""
    rule = find(DistributionRule, rule_id)
    return render_template(
        "leads/distribution/recompute.html", rule=rule, again=read_again(db.session(), rule_id)
    )


# ---------------------------------------------------------------- how


def _beside(decision: Decision, way: int) -> int | None:
    """Return the number of the decision before or after, in the same rule."""
    if decision.rule_id is None:
        return None
    beside = select(Decision.id).where(
        Decision.rule_id == decision.rule_id, Decision.sequence == decision.sequence + way
    )
    return db.session.scalar(beside)


@dataclass(frozen=True)
class Again:
    """A rule's log, recomputed from its beginning."""

    decisions: int
    wrong: tuple[int, str] | None
    """The first turn that does not follow, and why."""
    partners: Sequence[tuple[str, int, Decimal, int | None]]
    """Name, leads got, what its weight asked for, and where it stands."""


def _shown(asked: Counter[int]) -> Decimal:
    """Return what a partner's weights asked for: their sum by the sum of all weights in each turn."""
    share = sum((Fraction(weights, whole) for whole, weights in asked.items()), Fraction(0))
    return (Decimal(share.numerator) / Decimal(share.denominator)).quantize(Decimal("0.01"))


def read_again(session: Session, rule_id: int) -> Again:
    """Recompute a rule's whole log; what a partner's weight asks for is summed over the turns it took part in."""
    got: Counter[int] = Counter()
    asked: dict[int, Counter[int]] = defaultdict(Counter)
    first_wrong: Mismatch | None = None
    decisions = 0
    for decision, wrong in replayed(_log(session, rule_id)):
        decisions += 1
        first_wrong = first_wrong or wrong
        whole = sum(step.weight for step in decision.steps)
        got.update([] if decision.chosen is None else [decision.chosen])
        for step in decision.steps:
            asked[step.partner_id][whole] += step.weight
    known: Any = session.execute(select(Partner.id, Partner.name).where(among(Partner.id, asked))).all()
    names = dict(known)
    stands = {turn.partner_id: turn.current for turn in distributing.values_of(session, rule_id)}
    partners = [(names[one], got[one], _shown(asked[one]), stands.get(one)) for one in sorted(asked)]
    wrong_turn = None if first_wrong is None else (first_wrong.sequence, first_wrong.said(names))
    return Again(decisions, wrong_turn, partners)


def _log(session: Session, rule_id: int) -> Iterator[Kept]:
    """Read a rule's decisions from the first one on, some at a time."""
    log = (
        select(Decision.candidates, Decision.excluded, Decision.chosen_partner_id, Decision.sequence)
        .where(Decision.rule_id == rule_id)
        .order_by(Decision.sequence)
        .execution_options(yield_per=PORTION)
    )
    return (distributing.read(*row) for row in session.execute(log))
