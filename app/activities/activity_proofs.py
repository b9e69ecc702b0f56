"""The proofs of an activity: a file for each item of its checklist, given back, and taken away while it is not completed."""

from __future__ import annotations

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app import stored_files
from app.access import current_person
from app.activities import activity_record
from app.activities.finding import mine
from app.database import find
from app.extensions import db
from app.forms import Form
from app.models import Activity, ActivityProof
from app.rules.refusals import RuleBroken


def add_proof(activity_id: int) -> ResponseReturnValue:
    """Add a file for an item of the checklist; one that is refused says why at its item."""
    activity, item = mine(activity_id), request.form.get("item", "")
    form = Form()
    if not form.validate():
        abort(400)
    try:
        name = _add(activity, item)
    except RuleBroken as refusal:
        db.session.rollback()
        g.refusal = refusal
        return activity_record.page(activity_id, refusal.sentence, item)
    flash(f"“{name}” is added.")
    return redirect(url_for(".show", activity_id=activity_id) + "#proofs")


def _add(activity: Activity, item: str) -> str:
    upload = request.files.get("file")
    if upload is not None and (upload.mimetype or "").startswith(("video/", "audio/")):
        raise RuleBroken(
            f"“{stored_files.plain_name(upload.filename or '')}” is a recording, and recordings are not taken."
            f" Add a photo, a PDF or a report instead, up to {stored_files.MEGABYTES} MB each.",
            "file",
        )
    received, session = stored_files.receive(upload), db.session()
    activity.add_proof(
        item, stored_as=stored_files.keep(session, received), by=current_person, **received.columns()
    )
    session.flush()
    return received.name


def proof(activity_id: int, proof_id: int) -> ResponseReturnValue:
    """Hand a proof out, as an attachment that no browser runs."""
    return stored_files.send(_proof_of(find(Activity, activity_id), proof_id))


def remove_proof(activity_id: int, proof_id: int) -> ResponseReturnValue:
    """Take a file away while the activity is not completed."""
    activity = mine(activity_id)
    kept = _proof_of(activity, proof_id)
    name, stored_as = kept.name, kept.stored_as
    activity.remove_proof(kept, by=current_person)
    stored_files.forget(db.session(), stored_as)
    flash(f"“{name}” is removed.")
    return redirect(url_for(".show", activity_id=activity_id) + "#proofs")


def _proof_of(activity: Activity, proof_id: int) -> ActivityProof:
    kept = find(ActivityProof, proof_id)
    if kept.activity_id != activity.id:
        abort(404)
    return kept
