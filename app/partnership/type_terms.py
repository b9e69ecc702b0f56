"""How partners of a type work the pipeline: how long a registration is protected (L4)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired

from app.access import Permission, current_person, requires
from app.database import find
from app.forms import CountField, VersionedForm, render_form
from app.models import PartnerType

bp = Blueprint("type_terms", __name__, url_prefix="/types")


class TermsForm(VersionedForm):
    """How long registrations of a type are protected."""

    protection_days = CountField(
        "A registration is protected for (days)",
        [InputRequired("Say for how many days, such as 90.")],
        description="It ends with its last day; registrations that stand keep their day.",
    )
    extension_days = CountField(
        "It can be extended once by (days)", [InputRequired("Say by how many days; 0 means never.")]
    )


@bp.route("/<id:type_id>/pipeline", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def edit(type_id: int) -> ResponseReturnValue:
    """Change how partners of a type work the pipeline; it holds at once."""
    kind = find(PartnerType, type_id)
    form = TermsForm(obj=kind)
    if form.validate_on_submit():
        with form.refusals():
            kind.protect(
                protection_days=form.protection_days.data or 0,
                extension_days=form.extension_days.data or 0,
                by=current_person,
                version=form.seen_version(),
            )
            flash("Saved. It holds for registrations from now on.")
            return redirect(url_for("partnership.types.show", type_id=type_id))
    kind = find(PartnerType, type_id)
    form.show_version(kind)
    return render_form("partnership/types/terms.html", form, kind=kind)
