"""The pages of activities that both faces have: put on a face's blueprint, each with what that face requires."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import uploads
from app.activities import activity_acts as acts
from app.activities import activity_links, activity_record
from app.activities import activity_proofs as proofs
from app.activities import calendar as months
from app.activities.activity_list import LIST
from app.activities.proposing import OFF, is_off

View = Callable[..., ResponseReturnValue]
Mark = Callable[[Any], Any]
GET, BOTH, POST = ["GET"], ["GET", "POST"], ["POST"]
LARGEST = 80
"""Megabytes of a request with a proof: a recording that is too large is refused in words, on the page it belongs to."""
ONE = "/<id:activity_id>"


def index() -> ResponseReturnValue:
    """List activities, the latest first."""
    return render_template("activities/index.html", page=LIST.page(), off=OFF if is_off() else None)


def calendar() -> ResponseReturnValue:
    """Show the activities of a month."""
    return render_template("activities/calendar.html", month=months.month(), is_off=is_off())


def show(activity_id: int) -> ResponseReturnValue:
    """Show an activity: what it is now, who is next, and what can be done."""
    return activity_record.page(activity_id)


READING: tuple[tuple[str, View, list[str]], ...] = (
    ("", index, GET),
    ("/calendar", calendar, GET),
    (ONE, show, GET),
    (f"{ONE}/proofs/<id:proof_id>", proofs.proof, GET),
)
WRITING: tuple[tuple[str, View, list[str]], ...] = (
    ("/new", acts.new, BOTH),
    (f"{ONE}/edit", acts.edit, BOTH),
    (f"{ONE}/submission", acts.submit, POST),
    (f"{ONE}/withdrawal", acts.withdraw, BOTH),
    (f"{ONE}/raise", acts.ask_for_more, BOTH),
    (f"{ONE}/proofs", proofs.add_proof, POST),
    (f"{ONE}/proofs/<id:proof_id>/removal", proofs.remove_proof, POST),
    (f"{ONE}/completion", acts.complete, POST),
    (f"{ONE}/links", activity_links.choose, GET),
    (f"{ONE}/links", activity_links.link, POST),
    (f"{ONE}/links/<id:link_id>/removal", activity_links.unlink, POST),
)


def put_on(blueprint: Blueprint, reading: Mark, writing: Mark) -> None:
    """Put the pages on a face: `reading` and `writing` are what it requires to read and to work."""
    LIST.routes(blueprint, reading)
    for mark, pages in ((reading, READING), (writing, WRITING)):
        for rule, view, methods in pages:
            own = mark(_own(view))
            if view is proofs.add_proof:
                own = uploads(LARGEST)(own)
            blueprint.add_url_rule(rule, view.__name__, own, methods=methods)


def _own(view: View) -> View:
    """Return a function of its own, which can be marked with what it requires."""

    @wraps(view)
    def own(**address: Any) -> ResponseReturnValue:
        return view(**address)

    return own
