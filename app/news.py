"""News: what one person is told, ready to be read on a page or in a letter; all of it as that person's scope shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.models import Comment, Notification, Step
from app.models.talk.subjects import called, titles

PATHS = {
    "activity": "/partnership/activities/{}",
    "fund": "/partnership/funds/{}",
    "fund_difference": "/partnership/fund-differences/{}",
    "lead": "/leads/{}",
    "lead_offer": "/leads/offers/{}",
    "opportunity": "/opportunities/{}",
    "orders": "/orders/{}",
    "registration": "/registrations/{}",
}
"""Where each kind of record is read."""
IN_THE_PORTAL = {"activity": "/portal/activities/{}", "fund": "/portal/funds/{}"}
"""Where a partner's people read what has a page of its own on each face."""

COMMENTS = {"comment.said", "comment.named"}
EXCERPT = 240


@dataclass(frozen=True)
class News:
    """One thing a person is told: what happened, to what, by whom."""

    id: int
    at: datetime
    is_read: bool
    title: str
    path: str | None
    what: str
    who: str
    excerpt: str = ""

    @property
    def line(self) -> str:
        """Return what happened and who did it, in a line."""
        return f"{self.what} · {self.who}" if self.who else self.what


def news_of(person_id: int) -> Select[Any]:
    """Return the notifications of a person with what they are about; what is out of view is left out."""
    return (
        select(Notification)
        .join(Notification.step)
        .where(Notification.person_id == person_id)
        .options(joinedload(Notification.step).joinedload(Step.actor))
    )


def told(session: Session, notifications: Sequence[Notification]) -> list[News]:
    """Return notifications as they are read: two questions more, however many they are."""
    steps = [one.step for one in notifications]
    names = titles(session, [(step.subject_type, step.subject_id) for step in steps])
    numbers = {step.facts.get("comment_id") for step in steps if step.kind in COMMENTS} - {None}
    words: dict[int, str] = {}
    if numbers:
        said = select(Comment.id, Comment.text).where(Comment.id.in_(numbers), Comment.deleted_at.is_(None))
        words = {row.id: row.text for row in session.execute(said)}
    return [_news(one, names, words) for one in notifications]


def _news(one: Notification, names: dict[tuple[str, int], str], words: dict[int, str]) -> News:
    step = one.step
    title = names.get((step.subject_type, step.subject_id))
    what, who = _what(one, step)
    path = _path(one, step) if title is not None else None
    return News(
        id=one.id,
        at=one.at,
        is_read=one.read_at is not None,
        title=called(step.subject_type, step.subject_id, title or _told_as(step)),
        path=None if path is None else path.format(step.subject_id),
        what=what,
        who=who,
        excerpt=_excerpt(words.get(step.facts.get("comment_id", 0), "")),
    )


def _path(one: Notification, step: Step) -> str | None:
    if one.partner_id is not None and step.subject_type in IN_THE_PORTAL:
        return IN_THE_PORTAL[step.subject_type]
    return PATHS.get(step.subject_type)


def _told_as(step: Step) -> str | None:
    """Return how an offered lead was called when it was told: the offer may hide who it is."""
    company = step.facts.get("company") if step.subject_type == "lead_offer" else None
    return None if company is None else str(company)


def _what(one: Notification, step: Step) -> tuple[str, str]:
    """Return what happened and who did it; a comment is said by somebody."""
    if step.kind not in COMMENTS:
        return step.words, step.who
    is_named = one.person_id in step.facts.get("mentions", [])
    return (f"{step.who} named you in a comment" if is_named else f"{step.who} commented"), ""


def _excerpt(text: str) -> str:
    """Return the beginning of what was said, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rstrip()}…"
