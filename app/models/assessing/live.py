"""Assess live: the verdict on a day, for one partner or for all, without writing anything (P5 to P8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from app import scope
from app.models.assessing import programs, subjects
from app.models.assessing.figures import Answers, Asked, Question, figures
from app.models.assessing.programs import HeldProgram
from app.models.assessing.standing import Standing
from app.models.assessing.subjects import Subject
from app.rules.measures import Figure
from app.rules.periods import Anchors
from app.rules.tiers import judge


def assess(session: Session, on: date, partner_ids: Collection[int] | None = None) -> list[Standing]:
    """Where everybody with a partnership on the day stands, by partner code; None asks for all in view.

    MissingRate when an amount that counts cannot be converted.
    """
    found = subjects.on_day(session, on, partner_ids)
    program = programs.holding(session, on, {one.partner_type_id for one in found}) if found else None
    if program is None:
        return [Standing(on, one) for one in found]
    answers = _answers(session, on, program, found)
    return [_judge(on, one, program, answers) for one in found]


def standing(session: Session, partner_id: int, on: date) -> Standing | None:
    """Where one partner stands on a day; None without a partnership."""
    return next(iter(assess(session, on, [partner_id])), None)


def anchors_of(subject: Subject, program: HeldProgram) -> Anchors:
    """The days that the windows of a partner hang on."""
    return Anchors(program.year_starts, subject.started_on, subject.tier_since)


def _answers(session: Session, on: date, program: HeldProgram, found: list[Subject]) -> Answers:
    asked = [one for one in found if one.partner_type_id in program.ladders]
    questions = [
        Question(
            one.partner_id, anchors_of(one, program), program.ladders[one.partner_type_id].wins_count_at_once
        )
        for one in asked
    ]
    needs = program.needs(program.ladders.values())
    if not questions or not needs:
        return {}
    with scope.whole_partner(session):  # where a partner stands is no matter of who looks
        return figures(session, Asked(questions, on, program.currency, program.category_ids), needs)


def _judge(on: date, subject: Subject, program: HeldProgram, answers: Answers) -> Standing:
    ladder = program.ladders.get(subject.partner_type_id)
    if ladder is None:
        return Standing(on, subject, program)
    known = answers.get(subject.partner_id, {})
    currents: dict[str, Figure] = {
        name: program.measures[name].value(known) for name in ladder.asked_for if name in program.measures
    }
    return Standing(on, subject, program, ladder, judge(ladder.rule, currents), currents)
