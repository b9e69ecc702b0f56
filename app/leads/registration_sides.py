"""A registration beside every customer it may be the same as: what agrees, what stands there, whose it is (L3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app import scope
from app.extensions import db
from app.models import Customer, MarkKind, Registration
from app.models.registrations import conflicts
from app.models.registrations.conflicts import Candidate, Question
from app.models.registrations.customer_questions import Standing, marks_of, standing_at
from app.models.registrations.registration import ALIVE
from app.rules.conflicts import SAME, Identity, Match

MOST = 12
KIND_WORDS = {
    MarkKind.WEB: "Web domain",
    MarkKind.MAIL: "Mail domain",
    MarkKind.TAX: "Tax number",
    MarkKind.NAME: "Also named",
}


@dataclass(frozen=True)
class Standing_:  # noqa: N801 - a standing with what may be done beside it
    """What stands at a customer, and whether it can be chosen in a decision."""

    what: Standing
    may_be_chosen: bool
    is_over: bool


@dataclass(frozen=True)
class Side:
    """One customer beside the registration's own."""

    customer_id: int
    name: str
    country: str | None
    marks: list[tuple[str, str, bool]]  # what kind, which, and whether the registration has it too
    match: Match | None
    standing: list[Standing_]

    @property
    def verdict(self) -> str:
        """Return how far it is the same, in a word."""
        return "This customer" if self.match is None else self.match.likeness.value.capitalize()

    @property
    def tone(self) -> str:
        """Return the colour of the verdict."""
        return (
            "info"
            if self.match is None
            else {"same": "bad", "similar": "warn"}.get(self.match.likeness, "neutral")
        )

    @property
    def why(self) -> str:
        """Say what agrees."""
        if self.match is None:
            return "What is known of the customer of this registration."
        shared = [
            words
            for words, agrees in (
                ("the web domain", self.match.web),
                ("the mail domain", self.match.mail),
                ("the tax number", self.match.tax),
            )
            if agrees
        ]
        name = f"the name by {self.match.score} of 100"
        told = f"They share {' and '.join(shared)}, {name}." if shared else f"Alike: {name}."
        if self.match.contradicts:
            told += " But a tax number or web domain says that they are two."
        elif self.match.score >= SAME and not shared:
            told += " The country agrees too, where both are known."
        return told


def sides(registration: Registration) -> list[Side]:
    """Return the registration's customer, then those it may be the same as, the nearest first."""
    session = db.session()
    question = _question(registration)
    connection = session.connection()
    asked = question.identity(conflicts.own_domains(connection, registration.partner_id))
    near = conflicts.nearest(connection, asked)
    own = next((one for one in near if one.id == registration.customer_id), None)
    others = [one for one in near if one.id != registration.customer_id][:MOST]
    ids = [registration.customer_id, *(one.id for one in others)]
    standing, marks = standing_at(session, ids), marks_of(session, ids)
    customer = session.get_one(Customer, registration.customer_id)
    first = Side(
        customer.id,
        own.name if own else customer.name,
        customer.country,
        _marks(marks.get(customer.id, []), asked),
        None,
        _standing(standing[customer.id], registration),
    )
    return [
        first,
        *(_side(one, standing[one.id], marks.get(one.id, []), asked, registration) for one in others),
    ]


def _question(registration: Registration) -> Question:
    deal = registration.opportunity
    return Question(name="?") if deal is None else Question.about(deal)


def _side(
    one: Candidate,
    standing: list[Standing],
    marks: Collection[tuple[MarkKind, str]],
    asked: Identity,
    registration: Registration,
) -> Side:
    return Side(
        one.id,
        one.name,
        one.identity.country,
        _marks(marks, asked),
        one.match,
        _standing(standing, registration),
    )


def _marks(marks: Collection[tuple[MarkKind, str]], asked: Identity) -> list[tuple[str, str, bool]]:
    return [
        (KIND_WORDS[kind], value, value in asked.domains | asked.tax | {asked.name}) for kind, value in marks
    ]


def _standing(found: list[Standing], registration: Registration) -> list[Standing_]:
    """Return what stands there but the registration's own deal; another partner's live registration may be chosen."""
    today = scope.today()
    return [
        Standing_(
            each,
            may_be_chosen=each.state in ALIVE and each.partner_id != registration.partner_id,
            is_over=each.protected_until is not None and each.protected_until < today,
        )
        for each in found
        if not (each.is_deal and each.id == registration.opportunity_id)
    ]
