"""Acts on the rows somebody selected: each row's own verb decides, and the answer says what became of them.

A list declares its acts; the rows carry tick boxes of one form. An act that needs an answer asks for it on a page of its
own, so everything works by keyboard and without JavaScript.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.access import current_person, may
from app.errors import STALE
from app.extensions import db
from app.listing.acts import Act, Question
from app.listing.exports import as_csv, as_sheet
from app.models.event import PENDING
from app.models.talk.notification import TOLD
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.listing import Listing
    from app.listing.page import Page

MOST = 500
DIGITS = 18  # that fit a bigint
NAMED = 5
LONGEST = 1800  # characters: what is flashed travels in a cookie
FILES = {"csv": as_csv, "xlsx": as_sheet}


def answer(listing: Listing) -> ResponseReturnValue:
    """Do what was asked with the rows that were selected."""
    asked, back = request.form.get("act", ""), _back()
    numbers = _selected(listing)
    if not numbers:
        raise RuleBroken("Select some rows first, then choose what to do with them.")
    if len(numbers) > MOST:
        raise RuleBroken(f"At most {MOST} rows are dealt with at once. Select fewer.")
    if asked in FILES:
        return FILES[asked](_page(listing, numbers))
    act = next((act for act in listing.acts if act.name == asked), None)
    if act is None:
        raise RuleBroken("Choose what to do with the selected rows.")
    if not may(act.permission):
        g.refused = True  # an attempt that is remembered (A7)
        abort(403)
    given = request.form.get("answer")
    if act.question is not None:
        choices = [(str(value), label) for value, label in act.question.choices(numbers)]
        if given not in {value for value, _ in choices}:
            return _ask(act, act.question, choices, numbers, back)
    flash(*_said(act, *_do(act, numbers, given or "")))
    return redirect(back)


def _back() -> str:
    """Return the list, asked as it was."""
    query = request.form.get("query", "")[:4000]
    path = request.path.removesuffix("/selection")
    return f"{path}?{query}" if query and query.isprintable() else path


def _selected(listing: Listing) -> list[int]:
    """Return the rows that are ticked, or with “all” everything the list finds; those out of view are left out later."""
    if request.form.get("all"):
        asked = dict(parse_qsl(request.form.get("query", "")))
        page = listing.asked({k: v for k, v in asked.items() if k not in {"after", "before"}})
        keys = page.selected().with_only_columns(listing.key, maintain_column_froms=True).order_by(None)
        return list(db.session.scalars(keys.limit(MOST + 1)))
    ticked = (one for one in request.form.getlist("row") if one.isascii() and one.isdigit())
    return list(dict.fromkeys(int(one) for one in ticked if len(one) <= DIGITS))


def _page(listing: Listing, numbers: Sequence[int]) -> Page:
    sort = dict(parse_qsl(request.form.get("query", ""))).get("sort", "")
    return listing.asked({"sort": sort}, listing.key.in_(numbers))


def _ask(
    act: Act, question: Question, choices: Sequence[tuple[str, str]], numbers: Sequence[int], back: str
) -> ResponseReturnValue:
    """Ask what the act needs to know, with what was selected kept."""
    is_empty = request.form.get("answer") == ""
    page = render_template(
        "components/bulk_question.html",
        act=act,
        question=question,
        choices=choices,
        numbers=numbers,
        query=request.form.get("query", ""),
        back=back,
        refusal="Choose one." if is_empty else None,
    )
    return page, 422 if is_empty else 200


def _do(act: Act, numbers: Sequence[int], given: str) -> tuple[int, dict[str, list[str]]]:
    """Do the act to each row by itself; return how many were done, and which were refused with what sentence."""
    session, done = db.session(), 0
    refused: dict[str, list[str]] = defaultdict(list)
    for number in numbers:
        record = session.get(act.noun, number)
        if record is None:
            refused["it is not there any more"].append(str(number))
            continue
        title = act.title(record)
        try:
            with _apart(session):
                act.verb(record, given, current_person)
        except RuleBroken as refusal:
            refused[refusal.sentence].append(title)
        except (StaleDataError, IntegrityError):
            refused[STALE].append(title)
        else:
            done += 1
    return done, refused


@contextmanager
def _apart(session: Session) -> Iterator[None]:
    """Do something of which, when it is refused, nothing stays: what the others brought about does."""
    events, told = list(session.info.get(PENDING, ())), set(session.info.get(TOLD, ()))
    try:
        with session.begin_nested():
            yield
            session.flush()
    except BaseException:
        session.info[PENDING], session.info[TOLD] = events, told
        raise


def _said(act: Act, done: int, refused: dict[str, list[str]]) -> tuple[str, str]:
    """Return the sentence that says what became of the rows, and its tone."""
    parts = [f"{done} {act.done}."] if done else []
    for sentence, titles in refused.items():
        names = ", ".join(f"“{title}”" for title in titles[:NAMED])
        more = f" and {len(titles) - NAMED} more" if len(titles) > NAMED else ""
        parts.append(f"{len(titles)} refused ({names}{more}): {sentence.rstrip('.')}.")
    words = " ".join(parts)
    tone = "message" if not refused else ("warning" if done else "refusal")
    return (words if len(words) <= LONGEST else f"{words[:LONGEST]}…"), tone
