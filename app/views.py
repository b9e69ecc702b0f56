"""Saved views: keeping how a list is looked at, under a name."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.forms import Form, render_form
from app.models import SavedView
from app.models.talk.saved_view import LONGEST_NAME

bp = Blueprint("views", __name__, url_prefix="/views")


@bp.app_template_filter("list_name")
def list_name(path: str) -> str:
    """Return how the list at an address is called: “Price lists”."""
    words = [part for part in path.split("/") if part and not part.isdigit()]
    return words[-1].replace("-", " ").capitalize() if words else path


class ViewForm(Form):
    """A view's name, and who sees it when."""

    name = StringField(
        "Name",
        [
            DataRequired("Give the view a name."),
            Length(max=LONGEST_NAME, message=f"Use at most {LONGEST_NAME} characters."),
        ],
    )
    is_default = BooleanField("The list opens with this view")
    shared = BooleanField("All colleagues see it")


class NewViewForm(ViewForm):
    """A view of a list as it is asked now."""

    listing = HiddenField()
    query = HiddenField()


@bp.get("")
@requires(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Show one's own views, list by list."""
    own = SavedView.seen_by(current_person).where(SavedView.person_id == current_person.id)
    return render_template("views/index.html", views=list(db.session.scalars(own)))


@bp.post("")
@requires(Permission.SIGNED_IN)
def save() -> ResponseReturnValue:
    """Keep how a list is looked at; a refused name is asked for again."""
    form = NewViewForm()
    if not _is_list(form.listing.data or ""):
        abort(400)
    if form.validate_on_submit():
        with form.refusals():
            view = SavedView.save(
                db.session(),
                by=current_person,
                listing=form.listing.data,
                name=form.name.data,
                query=form.query.data or "",
                shared=bool(form.shared.data),
            )
            flash(f"The view “{view.name}” is saved.")
            return redirect(view.href)
    return render_form("views/form.html", form, view=None)


@bp.post("/<id:view_id>/question")
@requires(Permission.SIGNED_IN)
def ask(view_id: int) -> ResponseReturnValue:
    """Keep what the list is asked now in the view."""
    view = _own(view_id)
    view.ask(request.form.get("query", ""), by=current_person)
    flash(f"The view “{view.name}” is saved as it is now.")
    return redirect(view.href)


@bp.route("/<id:view_id>/edit", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def edit(view_id: int) -> ResponseReturnValue:
    """Rename a view, share it, or let its list open with it."""
    view = _own(view_id)
    form = ViewForm(obj=view)
    if form.validate_on_submit():
        with form.refusals():
            view.change(
                by=current_person,
                name=form.name.data,
                shared=bool(form.shared.data),
                is_default=bool(form.is_default.data),
            )
            flash("Saved.")
            return redirect(url_for(".index"))
    return render_form("views/form.html", form, view=view)


@bp.post("/<id:view_id>/removal")
@requires(Permission.SIGNED_IN)
def remove(view_id: int) -> ResponseReturnValue:
    """Drop a view; the list loses nothing."""
    view = _own(view_id)
    view.remove(by=current_person)
    flash(f"The view “{view.name}” is removed.")
    return redirect(url_for(".index"))


def _own(view_id: int) -> SavedView:
    """Return one's own view; a colleague's is not there to be changed."""
    view = find(SavedView, view_id)
    if view.person_id != current_person.id:
        abort(404)
    return view


def _is_list(path: str) -> bool:
    """Say whether a list stands at this address of this site: beside each there is its export."""
    if not path.startswith("/") or path.startswith("//"):
        return False
    try:
        current_app.url_map.bind("").match(f"{path}.csv", method="GET")
    except HTTPException:
        return False
    return True
