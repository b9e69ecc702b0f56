"""Events in words: what a kind of event says to a reader, with the values it kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime

SAID = {
    "access.refused": "Refused: {path}",
    "access.sign_in_refused": "Signing in was refused",
    "accrual.refused": "Could not be credited to the funds: {why}",
    "activity.approved": "Approved: {amount} reserved",
    "activity.called_off": "Cancelled, {spent} was paid, {released} available again: {note}",
    "activity.cancelled": "Cancelled by the vendor: {reason}",
    "activity.changed": "Marketing activity changed",
    "activity.completed": "Completed, with every proof",
    "activity.declined": "Declined: {reason}",
    "activity.drafted": "Plan drafted: {title}",
    "activity.edited": "Plan changed: {what}",
    "activity.linked": "Linked with {name}",
    "activity.more_approved": "Larger budget approved: {amount} in all",
    "activity.more_asked": "{amount} more asked for: {reason}",
    "activity.more_declined": "More was declined: {reason}",
    "activity.more_returned": "More was asked for; returned with a question: {reason}",
    "activity.overdue": "A decision was due until {due_on}",
    "activity.paid": "{amount} paid on {paid_on}",
    "activity.proof_added": "Proof added: {item}, “{name}”",
    "activity.proof_removed": "Proof removed: {item}, “{name}”",
    "activity.released": "Ended without a further payment, {released} available again: {note}",
    "activity.returned": "Returned with a question: {reason}",
    "activity.settled": "Settled with {amount} on {paid_on}, {released} available again",
    "activity.step_approved": "Step {step} of {of} approved",
    "activity.submitted": "Submitted for approval, {amount} of the fund",
    "activity.unlinked": "No longer linked with {name}",
    "activity.unsettled": "Payment {number} of {amount} taken back: {reason}",
    "activity.withdrawn": "Withdrawn by the partner: {reason}",
    "activity_type.changed": "Type of activity changed",
    "activity_type.made": "Type of activity {name} made",
    "activity_type.retired": "Type of activity {name} not in use any more",
    "activity_type.taken_up": "Type of activity {name} in use again",
    "approval_rule.changed": "Step {position} of approval changed",
    "approval_rule.made": "Step {position} of approval added",
    "approval_rule.retired": "Step {position} of approval taken out",
    "assessment.refused": "Could not be assessed",
    "assessments.asked": "Everybody is to be assessed",
    "attachment.added": "File “{name}” added",
    "attachment.removed": "File “{name}” removed",
    "campaign.changed": "Campaign changed",
    "campaign.closed": "Campaign {name} closed",
    "campaign.opened": "Campaign {name} opened again",
    "campaign.planned": "Campaign {name} planned",
    "certificate.changed": "Certificate changed",
    "comment.changed": "Comment changed",
    "comment.named": "Somebody was named in a comment",
    "comment.removed": "Comment removed",
    "comment.said": "Commented",
    "customer.described": "Customer described as {name}",
    "customer.mark_forgotten": "Mark {mark} taken away",
    "customer.merged": "Customer {merged} merged into this one",
    "distribution_rule.changed": "Rule of distribution changed",
    "distribution_rule.deleted": "Rule of distribution {name} deleted",
    "distribution_rule.drawn_up": "Rule of distribution {name} drawn up",
    "distribution_rule.left_out": "Taken out of a rule of distribution: {partner}",
    "distribution_rule.moved": "Rule of distribution moved to place {place}",
    "distribution_rule.switched_off": "Rule of distribution switched off",
    "distribution_rule.switched_on": "Rule of distribution switched on",
    "distribution_rule.weighed": "Weight in a rule of distribution: {partner}: {weight}",
    "document.filed": "File “{name}” filed",
    "document.removed": "File “{name}” removed",
    "exchange_rate.added": "Rate of {currency} for {day} added: {rate}",
    "exchange_rate.changed": "Rate changed",
    "fund_difference.changed": "Difference changed",
    "fund_difference.found": "Ledger and deals differ; new differences: {number}",
    "fund_difference.settled": "Ledger and deal brought into line",
    "fund.changed": "Terms of the fund changed",
    "fund.credited": "{amount} credited: {reason}",
    "fund.debited": "{amount} debited: {reason}",
    "fund.expired": "{amount} expired with {ended_on}",
    "fund.expires_soon": "{amount} expires with {expires_on} unless it is used",
    "fund.opened": "Fund opened",
    "fund.request_approved": "Request to post {worth} was approved",
    "fund.request_declined": "Request to post {worth} was declined: {reason}",
    "fund.reversed": "{amount} taken back: {reason}",
    "fund.transferred": "{amount} moved to another fund: {reason}",
    "fund_type.changed": "Fund type changed",
    "fund_type.made": "Fund type {name} added",
    "import.asked": "Import asked for",
    "import.discarded": "Import of {file} discarded",
    "import.done": "File imported: {file}",
    "joint_activity.approved": "Approved for every partner",
    "joint_activity.changed": "Joint activity changed",
    "joint_activity.declined": "Declined for every partner: {reason}",
    "joint_activity.planned": "Joint activity {title} planned",
    "joint_activity.returned": "Returned with a question: {reason}",
    "joint_activity.step_approved": "A step approved for every partner",
    "joint_activity.submitted": "Submitted for every partner",
    "lead.accepted": "Accepted by {partner}",
    "lead.assigned": "Given to {owner}",
    "lead.came_in": "Came in through the campaign {campaign}",
    "lead.changed": "Lead changed",
    "lead.converted": "Became the opportunity {name}",
    "lead.described": "Facts changed: {fields}",
    "lead.disqualified": "Disqualified: {reason}",
    "lead.offer_declined": "Declined by {partner}: {reason}",
    "lead.offer_lapsed": "Not answered in time by {partner}",
    "lead.offer_withdrawn": "Offer taken back from {partner}: {reason}",
    "lead.offered": "Offered to {partner} until {until}",
    "lead.passage_asked": "Asked to pass it on to “{named}”: {reason}",
    "lead.passage_refused": "Passing it on was refused: {reason}",
    "lead.passage_withdrawn": "Taken back: it is not to be passed on",
    "lead.passed_back": "Passed back to the vendor: {reason}",
    "lead.passed_on": "Passed on to another partner: {reason}",
    "lead.qualified": "Qualified",
    "lead.queued": "Back in the queue: {why}",
    "lead.registered": "Registered: {company}",
    "lead.reopened": "Reopened",
    "lead.taken_back": "Taken back by the vendor: {reason}",
    "lead.unassigned": "Nobody works it for now",
    "lead.withdrawn": "Withdrawn: {reason}",
    "lead_offer.accepted": "Lead accepted: {company}",
    "lead_offer.declined": "Lead declined: {company}",
    "lead_offer.lapsed": "Lead not answered in time: {company}",
    "lead_offer.made": "Lead offered: {company}, until {until}",
    "lead_offer.withdrawn": "Offer of a lead taken back: {company}",
    "ledger.proof_asked": "Proof of the ledger asked for",
    "ledger.proof_begun": "Proof of the ledger begun by the command",
    "ledger.proved": "Ledger read: {wrong} wrong among {entries} entries",
    "measurement.changed": "Value corrected from {was_value} to {value}",
    "measurement.entered": "Value {value} entered for {day}",
    "operating_company.changed": "Operating company changed",
    "operating_company.described": "Operating company changed",
    "operating_company.founded": "Operating company {name} added",
    "opportunity.came": "Came from another partner: {reason}",
    "opportunity.changed": "Opportunity changed",
    "opportunity.confirmed": "Win confirmed",
    "opportunity.deleted": "Deleted: {reason}",
    "opportunity.edited": "Changed: {what}",
    "opportunity.left": "Handed to another partner: {reason}",
    "opportunity.lost": "Lost: {reason}",
    "opportunity.moved": "Moved from {was} to {stage}",
    "opportunity.opened": "Opened for {customer}, worth {worth}",
    "opportunity.reopened": "Opened again: {reason}",
    "opportunity.reported": "Reported as won, closed on {closed_on}",
    "opportunity.win_refused": "Win not confirmed: {reason}",
    "opportunity.won": "Won, closed on {closed_on}",
    "opportunity_stage.added": "Stage {name} added",
    "opportunity_stage.changed": "Stage changed",
    "opportunity_stage.described": "Stage changed",
    "opportunity_stage.moved": "Stage moved",
    "opportunity_stage.switched_off": "Stage switched off; deals that went to another one: {deals}",
    "opportunity_stage.switched_on": "Stage switched on",
    "order.assigned": "Assigned to {owner}",
    "order.cancelled": "Cancelled: {reason}",
    "order.closed": "Closed",
    "order.confirmed": "Confirmed",
    "order.credit_given": "Credit note given of {total} for order {order}",
    "order.credited": "Credit note {number} of {total}: {reason}",
    "order.described": "Draft described",
    "order.discarded": "Draft discarded: {reason}",
    "order.drafted": "Order begun: {number}",
    "order.fulfilled": "Fulfilled",
    "order.line_added": "Line added: {quantity} of {sku}",
    "order.line_changed": "Quantities changed: {lines}",
    "order.line_removed": "Line taken out: {quantity} of {sku}",
    "order.lines_taken_over": "Lines taken over: {lines}",
    "order.price_agreed": "Price agreed for {sku}: {price} {currency}: {reason}",
    "order.price_restored": "Price as on the list again for {sku}",
    "order.submitted": "Submitted, {total}",
    "order.withdrawn": "Withdrawn by the partner: {reason}",
    "order_line.changed": "Order line changed",
    "orders.changed": "Order changed",
    "partner.admitted": "Joined the channel",
    "partner.changed": "Profile changed",
    "partner.portal_closed": "Portal closed",
    "partner.portal_opened": "Portal opened",
    "partner_type.changed": "Partner type changed",
    "partner_type.described": "Partner type described",
    "partner_type.protected": "Protection of registrations of a partner type changed",
    "partnership.at_risk": "Tier at risk until {at_risk_until}",
    "partnership.began": "Partnership began at {tier}",
    "partnership.changed": "Partnership changed",
    "partnership.due_soon": "Due soon: {due_on}",
    "partnership.fell": "Fell from {was_tier} to {tier}",
    "partnership.out_of_risk": "Tier no longer at risk",
    "partnership.renewed": "Partnership renewed until {due_on}",
    "partnership.rose": "Rose from {was_tier} to {tier}",
    "partnership.tier_set": "Tier set to {tier}",
    "partnership.turned_off": "Partnership turned off",
    "partnership.turned_on": "Partnership turned on",
    "partnerships.night": "The day was closed",
    "person.accepted_invitation": "Invitation accepted",
    "person.changed_password": "Password changed",
    "person.chose_mails": "Mails of news: {digest}",
    "person.ended_session": "A session was ended",
    "person.joined": "Joined as {roles}",
    "person.signed_in": "Signed in",
    "person.signed_out": "Signed out",
    "pinned_account.pinned": "Account {shown} pinned to a partner",
    "pinned_account.unpinned": "Account {shown} pinned no more",
    "posting_request.approved": "Request to post {worth} approved",
    "posting_request.declined": "Request to post to a fund declined: {reason}",
    "posting_request.made": "Asked to post to a fund: {reason}",
    "posting_request.withdrawn": "Request to post to a fund withdrawn",
    "price.added": "Price added",
    "price.changed": "Price changed",
    "price.ended": "Price ended",
    "price_list.assigned": "Personal price list assigned",
    "price_list.assignment_ended": "Personal price list ended",
    "price_list.changed": "Price list changed",
    "price_list.drawn_up": "Price list {name} drawn up",
    "price_list.renamed": "Price list renamed",
    "price_list_partner.changed": "Personal price list changed",
    "product.changed": "Product changed",
    "product.offered": "Product {name} offered",
    "program.category_changed": "Category of the draft changed",
    "program.described": "Draft of the program described",
    "program.draft_discarded": "Draft of the program discarded",
    "program.draft_started": "Draft of the program begun",
    "program.ladder_changed": "Ladder in the draft changed",
    "program.loaded": "Program loaded from a file",
    "program.published": "Program published, valid from {valid_from}",
    "program.type_added": "Partner type added to the draft",
    "program.type_dropped": "Partner type taken out of the draft",
    "registration.answered": "Question about the registration answered: {answer}",
    "registration.approved": "Registration approved: protected until {protected_until}",
    "registration.ends_soon": "Protection of the customer ends {protected_until}",
    "registration.expired": "Protection of the customer ended with {protected_until}",
    "registration.extended": "Protection extended until {protected_until}",
    "registration.extension_asked": "Longer protection asked for: {reason}",
    "registration.extension_refused": "Longer protection refused: {reason}",
    "registration.is_duplicate": "Rejected as duplicate of registration {duplicate_of}",
    "registration.protected": "Customer registered: protected until {protected_until}",
    "registration.rejected": "Registration rejected: {reason}",
    "registration.released": "Protection of the customer ended: {reason}",
    "registration.returned": "Registration returned with a question: {question}",
    "registration.shared": "Protected beside registration {beside}",
    "registration.waiting": "Customer registered: somebody takes a look",
    "registration.withdrawn": "Registration withdrawn",
    "saved_view.changed": "View {name} changed",
    "saved_view.removed": "View {name} removed",
    "saved_view.saved": "View {name} saved",
    "tier.renamed": "Tier renamed from {was_name} to {name}",
    "training.changed": "Training changed",
    "type_document.added": "File “{name}” put on the page of a type",
    "type_document.removed": "File “{name}” taken from the page of a type",
    "vendor.described": "Settings changed",
}

SHOWN = 3
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+\+00:00")
NOISE = ("access.", "assessment.", "person.signed_", "person.ended_", "person.joined", "partnerships.night")
"""Events whose kinds begin so are left out where only what changed in the channel is told."""


class _Kept(dict[str, Any]):
    """The values of an event; what was not kept, or was erased, is an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"


def said(kind: str, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None) -> str:
    """Return what an event of this kind says, with its values."""
    pattern = SAID.get(kind)
    if pattern is None:
        return kind.replace(".", " ").replace("_", " ").capitalize()
    was = {f"was_{name}": value for name, value in (before or {}).items()}
    values = {name: _shown(value) for name, value in {**was, **(after or {})}.items()}
    for name in before or {}:
        values.setdefault(name, _shown((before or {})[name]))
    return pattern.format_map(_Kept(values))


def field_name(name: str) -> str:
    """Return a field's name as a reader says it."""
    return name.removesuffix("_id").replace("_", " ").capitalize()


def value_words(value: Any) -> str:
    """Return a kept value as a reader says it."""
    return _shown(value)


def plain_kind(kind: str) -> str:
    """Return what a kind of event says, without values: a choice among kinds."""
    return re.sub(
        r"[:,]? ?(to|until|from|at|on|of|for|as|by|valid from)? ?[“]?\{\w+\}[”]?", "", SAID[kind]
    ).strip()


def subject_name(subject_type: str, subject_id: int | None) -> str:
    """Return what an event is about, such as “Order 7”."""
    if not subject_type:
        return ""
    noun = "Order" if subject_type == "orders" else field_name(subject_type)
    return noun if subject_id is None else f"{noun} {subject_id}"


def changed(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """Return every value before and after, in a line; what was only set has no before."""
    was, now = ({k: v for k, v in (values or {}).items() if k != "partner_id"} for values in (before, after))
    return "; ".join(
        f"{field_name(name)}: {_shortly(was[name])} → {_shortly(now.get(name))}"
        if was.get(name) is not None
        else f"{field_name(name)}: {_shortly(now.get(name))}"
        for name in dict.fromkeys((*was, *now))
        if was.get(name) is not None or now.get(name) is not None
    )


def _shortly(value: Any) -> str:
    """Return a value for a line: of a long list its first parts."""
    if isinstance(value, list) and len(value) > SHOWN:
        return f"{_shown(value[:SHOWN])} and {len(value) - SHOWN} more"
    return _shown(value)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(_shown(one) for one in value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return format_date(date.fromisoformat(value), "d MMM y", locale="en")
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return format_datetime(datetime.fromisoformat(value), "d MMM y HH:mm 'UTC'", locale="en")
    return str(value)
