"""The proof of the ledger: whether every entry fits, which one does not, and the heads for whoever keeps them (F7)."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock, proving
from app.access import Permission, current_person, requires
from app.extensions import db
from app.listing.exports import harmless
from app.models import LedgerProof
from app.models.funds import anchoring
from app.models.funds.findings import Finding, Weight

bp = Blueprint("ledger", __name__, url_prefix="/ledger")

TONES = {"whole": "good", "does not fit": "bad", "failed": "bad", "interrupted": "warn"}
SHOWN = 100
JOB = proving.work
"""What follows a proof that is asked for; the worker knows it by being imported here."""


@bp.get("")
@requires(Permission.FUNDS_READ)
def show() -> ResponseReturnValue:
    """Show the latest proof, how far it is, and what it found."""
    proofs = LedgerProof.latest(db.session())
    latest = proofs[0] if proofs else None
    found = latest.found() if latest else []
    wrong = [one for one in found if one.weight is Weight.WRONG]
    return render_template(
        "partnership/ledger/show.html",
        latest=latest,
        earlier=proofs[1:],
        tones=TONES,
        first=_linked(wrong[0]) if wrong else None,
        others=[_linked(one) for one in wrong[1:SHOWN]],
        remarks=[_linked(one) for one in found if one.weight is not Weight.WRONG][:SHOWN],
    )


@bp.post("/proof")
@requires(Permission.FUNDS_READ)
def prove() -> ResponseReturnValue:
    """Ask for a proof, as a job that can be left; one that is under way is shown."""
    LedgerProof.ask(db.session(), by=current_person)
    return redirect(url_for(".show"))


@bp.get("/heads.csv")
@requires(Permission.FUNDS_READ)
def heads() -> ResponseReturnValue:
    """Give the last hash of every fund, so that somebody outside can keep them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("partner_code", "fund", "fund_id", "entries", "hash", "posted_at"))
    for head in anchoring.heads(db.session()):
        known = (head.partner, head.fund, head.fund_id, head.entries, head.hash, head.posted_at)
        writer.writerow([harmless(value) for value in known])
    name = f"ledger-heads-{clock.today('UTC')}.csv"
    return Response(
        text.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _linked(finding: Finding) -> tuple[Finding, str | None]:
    """Return a finding with the page that shows what it is about."""
    if finding.entry_id is not None:
        return finding, url_for("partnership.fund_entries.show", entry_id=finding.entry_id)
    if finding.fund_id is not None:
        return finding, url_for("partnership.funds.show", fund_id=finding.fund_id)
    return finding, None
