"""How an activity ends: completed with proofs, settled wholly or in parts, cancelled (F5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from app import clock
from app.models.activities import activity_telling as telling
from app.models.activities.activity_plan import facts_of
from app.models.activities.activity_proof import ActivityProof
from app.models.activities.activity_settlement import ActivitySettlement
from app.models.activities.activity_standing import today_of
from app.models.changing import check_version, lock
from app.models.funds.entry import Entry, EntryKind
from app.models.funds.fund import Fund
from app.models.owning import NotYours
from app.models.talk.attachment import check_room
from app.models.talk.step import Step
from app.rules import activities as rule
from app.rules import ledger
from app.rules.activities import Act
from app.rules.money import to_minor
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.activities.activity import Activity
    from app.models.person import Person

MOST_PROOFS = 100


class Closing:
    """Proving, completing, paying, and mending a mistaken payment."""

    # -- what proves it

    def add_proof(self, item: str, *, stored_as: str, by: Person, **known: Any) -> ActivityProof:
        """Add a file for an item of the checklist; `known`: name, content_type, size and sha256 of the file."""
        activity = cast("Activity", self)
        session = activity.session
        _take_up(activity, Act.ADD_PROOF, by)
        if item not in activity.wanted_proofs():
            raise RuleBroken("Choose which of the proofs on the checklist this is.", "item")
        many = select(func.count(ActivityProof.id)).where(ActivityProof.activity_id == activity.id)
        if (session.scalar(many) or 0) >= MOST_PROOFS:
            raise RuleBroken(f"There are {MOST_PROOFS} files here already. Remove one first.", "file")
        check_room(session, activity.partner_id, known["size"])
        proof = ActivityProof(
            partner_id=activity.partner_id,
            activity_id=activity.id,
            item=item,
            stored_as=stored_as,
            uploaded_at=clock.now(),
            uploaded_by_id=by.id,
            **known,
        )
        session.add(proof)
        session.flush()
        Step.take(activity, "activity.proof_added", by=by, item=item, name=proof.name)
        return proof

    def remove_proof(self, proof: ActivityProof, *, by: Person) -> None:
        """Take a file away while it is not completed; what it was and who removed it stays."""
        activity = cast("Activity", self)
        session = activity.session
        _take_up(activity, Act.REMOVE_PROOF, by)
        if proof.activity_id != activity.id:
            raise RuleBroken("This file belongs to another activity.")
        item, name, sha256 = proof.item, proof.name, proof.sha256
        session.delete(proof)
        session.flush()
        Step.take(activity, "activity.proof_removed", by=by, item=item, name=name, sha256=sha256)

    def complete(self, *, by: Person, version: int | None = None) -> None:
        """Say that it has taken place, with a file for every proof of its checklist."""
        activity = cast("Activity", self)
        _take_up(activity, Act.COMPLETE, by, version)
        rule.check_begun(activity.starts_on, today_of(activity))
        rule.check_complete(activity.missing_proofs())
        to = telling.settling(activity.session, activity.partner_id)
        activity.status, activity.completed_at = type(activity.status).COMPLETED, clock.now()
        Step.take(activity, "activity.completed", by=by, to=to)

    # -- what it cost

    def settle(
        self,
        amount: Decimal,
        *,
        by: Person,
        paid_on: date,
        is_final: bool,
        note: str | None = None,
        version: int | None = None,
    ) -> ActivitySettlement:
        """Pay a part of what is reserved, before completion a part only; the final one releases the rest (F5)."""
        activity = cast("Activity", self)
        _take_up(activity, Act.SETTLE, by, version)
        if is_final:
            _check_the_end(activity)
            if activity.status.value == rule.APPROVED:
                raise rule.NotNow(
                    "The last payment follows when it is completed. Until then a part can be paid."
                )
        rule.check_money(amount, activity.currency, "amount")
        return _pay(activity, to_minor(amount, activity.currency), paid_on, by, note, is_final=is_final)

    def release(self, reason: str, *, by: Person, version: int | None = None) -> ActivitySettlement:
        """End it without a further payment: what is still reserved is available again.

        What is completed is settled so; what is not, and had a deposit, is cancelled, and what was paid stays paid.
        """
        activity = cast("Activity", self)
        _take_up(activity, Act.RELEASE, by, version)
        _check_the_end(activity)
        words = reason.strip()
        if not words:
            raise RuleBroken("Say why nothing more is paid.", "reason")
        fund = activity.session.get_one(Fund, activity.fund_id)
        paid_on = max(today_of(activity), fund.starts_on)
        return _pay(activity, 0, paid_on, by, words, is_final=True)

    def take_back_settlement(
        self, settlement: ActivitySettlement, reason: str, *, by: Person, version: int | None = None
    ) -> ActivitySettlement:
        """Mend a mistaken payment: its amount is reserved again, so that the right one can be settled.

        What a final one released is reserved again too, as far as the fund still holds it; else InsufficientFunds.
        """
        activity = cast("Activity", self)
        session = activity.session
        _take_up(activity, Act.TAKE_BACK, by, version)
        words = reason.strip()
        if not words:
            raise RuleBroken("Say what was wrong with it.", "reason")
        _check_live(activity, settlement)
        fund = session.get_one(Fund, activity.fund_id)
        today = max(today_of(activity), fund.starts_on)
        for kind in (EntryKind.SETTLE, EntryKind.RELEASE):
            entry_id = _entry_of(activity, settlement, kind)
            if entry_id is not None:
                fund.reverse(
                    entry_id, by=by, meant_on=today, reason=words, facts=_facts(activity, settlement.number)
                )
        undone = _row(activity, settlement.amount, today, by, words, is_final=False)
        undone.takes_back_id = settlement.id
        session.add(undone)
        session.flush()
        to = telling.of_partner(session, activity.partner_id, proposed_by_id=activity.proposed_by_id)
        flag_modified(activity, "reason")
        if activity.status.value in {rule.SETTLED, rule.CANCELLED}:
            kinds = type(activity.status)
            activity.status = kinds.APPROVED if activity.completed_at is None else kinds.COMPLETED
            activity.settled_at = activity.reason = None
        amount = ledger.in_words(settlement.amount, activity.currency)
        Step.take(
            activity,
            "activity.unsettled",
            by=by,
            to=to,
            amount=amount,
            number=settlement.number,
            reason=words,
        )
        return undone


def _take_up(activity: Activity, act: Act, by: Person, version: int | None = None) -> None:
    """Lock it, and refuse an act that is not open, or not to this person."""
    if act in rule.THE_VENDORS and by.partner_id is not None:
        raise NotYours("Only the vendor pays out of a fund. You can comment on it.")
    activity.check_edit(by)
    lock(activity)
    check_version(activity, version)
    activity.standing().check(act, activity.title)


def _check_the_end(activity: Activity) -> None:
    if activity.asked_budget is not None:
        raise rule.NotNow(
            f"More was asked for “{activity.title}” and is not decided. Approve or decline that first."
        )


def _pay(
    activity: Activity, amount: int, paid_on: date, by: Person, note: str | None, *, is_final: bool
) -> ActivitySettlement:
    session = activity.session
    fund = session.get_one(Fund, activity.fund_id)
    rule.check_paid_on(paid_on, fund.starts_on, max(today_of(activity), fund.starts_on))
    reserved = activity.held().reserved
    rule.check_settlement(amount, reserved, activity.currency, is_final=is_final)
    if activity.status.value == rule.APPROVED and not is_final:
        rule.check_deposit(amount, reserved, activity.currency)
    row = _row(activity, amount, paid_on, by, (note or "").strip() or None, is_final=is_final)
    rest = reserved - amount if is_final else 0
    moves = ((EntryKind.SETTLE, "settlement", amount), (EntryKind.RELEASE, "release", rest))
    for kind, word, units in moves:
        if units:
            fund.post(
                kind,
                units,
                cause=f"activity/{activity.id}/{word}/{row.number}",
                by=by,
                meant_on=paid_on,
                reason=row.note,
                facts=_facts(activity, row.number, paid_on),
                activity_id=activity.id,
            )
    session.add(row)
    session.flush()
    _told(activity, row, rest, by)
    return row


def _told(activity: Activity, row: ActivitySettlement, rest: int, by: Person) -> None:
    to = telling.of_partner(activity.session, activity.partner_id, proposed_by_id=activity.proposed_by_id)
    spent = activity.held().spent
    if row.is_final and activity.status.value == rule.APPROVED:
        activity.status, activity.reason = type(activity.status).CANCELLED, row.note
        kind = "activity.called_off"
    elif row.is_final:
        activity.status, activity.settled_at = type(activity.status).SETTLED, clock.now()
        kind = "activity.settled" if row.amount else "activity.released"
    else:
        flag_modified(activity, "reason")  # who read it before this payment is told so
        kind = "activity.paid"
    amount, left, paid = (ledger.in_words(units, activity.currency) for units in (row.amount, rest, spent))
    facts: dict[str, Any] = {
        "amount": amount,
        "released": left,
        "paid_on": row.paid_on,
        "note": row.note or "",
    }
    if kind == "activity.called_off":
        facts["spent"] = paid
    Step.take(activity, kind, by=by, to=to, **facts)


def _row(
    activity: Activity, amount: int, paid_on: date, by: Person, note: str | None, *, is_final: bool
) -> ActivitySettlement:
    numbers = select(func.coalesce(func.max(ActivitySettlement.number), 0)).where(
        ActivitySettlement.activity_id == activity.id
    )
    return ActivitySettlement(
        partner_id=activity.partner_id,
        activity_id=activity.id,
        number=activity.session.scalars(numbers).one() + 1,
        amount=amount,
        paid_on=paid_on,
        is_final=is_final,
        note=note,
        settled_at=clock.now(),
        by_id=by.id,
    )


def _facts(activity: Activity, number: int, paid_on: date | None = None) -> dict[str, Any]:
    facts = {**facts_of(activity), "settlement": number}
    return facts if paid_on is None else {**facts, "paid_on": paid_on}


def _check_live(activity: Activity, settlement: ActivitySettlement) -> None:
    if settlement.activity_id != activity.id:
        raise RuleBroken("This payment belongs to another activity.")
    undone = select(ActivitySettlement.id).where(ActivitySettlement.takes_back_id == settlement.id)
    if settlement.takes_back_id is not None or activity.session.scalar(undone) is not None:
        raise RuleBroken("This payment was taken back already. Look at it as it is now.")


def _entry_of(activity: Activity, settlement: ActivitySettlement, kind: EntryKind) -> int | None:
    word = "settlement" if kind is EntryKind.SETTLE else "release"
    cause = f"activity/{activity.id}/{word}/{settlement.number}"
    return activity.session.scalar(select(Entry.id).where(Entry.kind == kind, Entry.cause == cause))
