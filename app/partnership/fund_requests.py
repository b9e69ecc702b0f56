"""Requests: postings by hand that wait for a second person, and what was decided about them (A2, F4)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import aliased, joinedload
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import Form, render_form
from app.funds.finding import found
from app.listing import Column, Listing, choice, matches
from app.models import Entry, Fund, FundType, Partner, Person, PostingRequest, RequestState
from app.models.funds.entry_reading import LINES, EntryLine
from app.models.funds.posting_request import TONES
from app.models.funds.wanted_posting import Act
from app.rules.by_hand import LONGEST
from app.rules.money import from_minor

bp = Blueprint("fund_requests", __name__, url_prefix="/fund-requests")

WORDS = {"credit": "Credit", "debit": "Debit", "transfer": "Transfer", "reversal": "Take back"}
_asker = aliased(Person)


class DecliningForm(Form):
    """Why it is not posted."""

    words = TextAreaField(
        "Why not",
        [
            DataRequired("Say why, so that who asked knows what to do."),
            Length(max=LONGEST, message=f"Use at most {LONGEST:,} characters."),
        ],
        render_kw={"rows": 3},
    )


def _requests() -> Select[*tuple[Any, ...]]:
    return (
        select(
            PostingRequest,
            Partner.name.label("partner"),
            FundType.name.label("fund_name"),
            Fund.currency.label("currency"),
            _asker.name.label("asker"),
        )
        .join(Fund, Fund.id == PostingRequest.fund_id)
        .join(FundType, FundType.id == Fund.fund_type_id)
        .join(Partner, Partner.id == PostingRequest.partner_id)
        .join(_asker, _asker.id == PostingRequest.requested_by_id)
    )


LIST = Listing(
    "fund requests",
    query=_requests,
    key=PostingRequest.id,
    columns=[
        Column(
            "state",
            "State",
            lambda row: row[0].state.value.capitalize(),
            sort=case((PostingRequest.state == RequestState.WAITING, 1), else_=0),
            kind="badge",
            tone=lambda row: TONES[row[0].state],
        ),
        Column("what", "What", lambda row: WORDS[row[0].kind]),
        Column("partner", "Partner", lambda row: row.partner),
        Column("fund", "Fund", lambda row: row.fund_name),
        Column(
            "amount",
            "Amount",
            lambda row: from_minor(row[0].amount, row.currency),
            kind="money",
            currency=lambda row: row.currency,
        ),
        Column("reason", "Reason", lambda row: row[0].reason),
        Column("asker", "Asked by", lambda row: row.asker),
        Column(
            "asked", "Asked", lambda row: row[0].requested_at, sort=PostingRequest.requested_at, kind="when"
        ),
    ],
    filters=[
        choice(
            "state",
            "State",
            [(one.value, one.value.capitalize()) for one in RequestState],
            lambda given: PostingRequest.state == RequestState(given),
        ),
        choice("what", "What", list(WORDS.items()), lambda given: PostingRequest.kind == given),
    ],
    search=lambda words: or_(
        matches(Partner.search, words), PostingRequest.reason.icontains(words, autoescape=True)
    ),
    default="-state",
    href=lambda row: url_for("partnership.fund_requests.show", request_id=row[0].id),
    empty=(
        "No requests",
        "What is posted by hand above the amount of the settings waits here until a second person decides.",
    ),
)
LIST.routes(bp, requires(Permission.FUNDS_READ))


@bp.get("")
@requires(Permission.FUNDS_READ)
def index() -> ResponseReturnValue:
    """List requests, those that wait first."""
    return render_template("partnership/fund_requests/index.html", page=LIST.page())


@bp.get("/<id:request_id>")
@requires(Permission.FUNDS_READ)
def show(request_id: int) -> ResponseReturnValue:
    """Show what was asked for, and what the reader may decide."""
    asked = find(
        PostingRequest,
        request_id,
        joinedload(PostingRequest.requested_by),
        joinedload(PostingRequest.decided_by),
    )
    writes = may(Permission.FUNDS_WRITE) and asked.is_waiting
    head = found(asked.fund_id)
    return render_template(
        "partnership/fund_requests/show.html",
        asked=asked,
        kind=WORDS[asked.kind],
        head=head,
        after=head.money(head.available + _change(asked)) if asked.is_waiting else None,
        target=None if asked.to_fund_id is None else found(asked.to_fund_id),
        taken_back=_taken_back(asked).sequence if asked.reverses_id else None,
        decides=writes and asked.may_be_decided_by(current_person),
        withdraws=writes and asked.requested_by_id == current_person.id,
    )


@bp.post("/<id:request_id>/approval")
@requires(Permission.FUNDS_WRITE)
def approve(request_id: int) -> ResponseReturnValue:
    """Post what was asked for."""
    asked = find(PostingRequest, request_id)
    asked.approve(by=current_person)
    flash("Approved and posted.")
    return redirect(url_for("partnership.funds.show", fund_id=asked.fund_id))


@bp.route("/<id:request_id>/refusal", methods=["GET", "POST"])
@requires(Permission.FUNDS_WRITE)
def decline(request_id: int) -> ResponseReturnValue:
    """Say no, and why."""
    asked = find(PostingRequest, request_id)
    form = DecliningForm()
    if form.validate_on_submit():
        with form.refusals():
            asked.decline(form.words.data or "", by=current_person)
            flash("Declined.")
            return redirect(url_for(".index"))
    asked = find(PostingRequest, request_id)
    return render_form(
        "partnership/fund_requests/decline.html",
        form,
        asked=asked,
        kind=WORDS[asked.kind],
        head=found(asked.fund_id),
    )


@bp.post("/<id:request_id>/withdrawal")
@requires(Permission.FUNDS_WRITE)
def withdraw(request_id: int) -> ResponseReturnValue:
    """Take one's own request back."""
    find(PostingRequest, request_id).withdraw(by=current_person)
    flash("Withdrawn.")
    return redirect(url_for(".index"))


def _change(asked: PostingRequest) -> int:
    """Return what approving does to the available money."""
    if asked.reverses_id is not None:
        return -_taken_back(asked).change
    return asked.amount if asked.kind == Act.CREDIT else -asked.amount


def _taken_back(asked: PostingRequest) -> EntryLine:
    """Return the entry that is to be taken back."""
    return EntryLine(*db.session.execute(LINES.where(Entry.id == asked.reverses_id)).one())
