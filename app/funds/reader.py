"""Who reads a fund, and where its links lead: staff to everything, a partner's person to what is its own (F8, A6)."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, url_for

from app.access import Permission, current_person, may, visitor
from app.filters import day, money
from app.models.funds.entry_reading import EntryLine
from app.models.funds.fund_reading import FundHead


def face() -> str:
    """Return the pages of funds that the reader has: the vendor's, or the portal's."""
    return "partnership.funds" if current_person.is_staff else "portal.funds"


def fund_url(fund_id: int) -> str:
    """Return the address of a fund's page."""
    return url_for(f"{face()}.show", fund_id=fund_id)


def entry_url(fund_id: int, sequence: int) -> str:
    """Return the address at which an entry stands first among the others."""
    return f"{fund_url(fund_id)}?after={sequence + 1}#entry-{sequence}"


def entry_page(entry_id: int) -> str:
    """Return the address of the page that staff have of an entry."""
    return url_for("partnership.fund_entries.show", entry_id=entry_id)


def deal_url(line: EntryLine) -> str | None:
    """Return the address of the deal an entry comes from; None where the reader does not see it."""
    if line.deal is None or line.opportunity_id is None or not may(Permission.OPPORTUNITIES_READ):
        return None
    return url_for("opportunities.show", opportunity_id=line.opportunity_id)


def activity_url(line: EntryLine) -> str | None:
    """Return the address of the activity an entry belongs to; None where the reader does not see it."""
    endpoint = "partnership.activities.show" if current_person.is_staff else "portal.activities.show"
    allowed = may(Permission.ACTIVITIES_READ, Permission.PORTAL_ACTIVITIES_READ)
    if line.activity is None or line.activity_id is None or not allowed or not is_there(endpoint):
        return None
    return url_for(endpoint, activity_id=line.activity_id)


def is_there(endpoint: str) -> bool:
    """Say whether this installation has a page."""
    return endpoint in current_app.view_functions


def by_whom() -> Callable[[EntryLine], str]:
    """Return what says who brought an entry about, also after the request is over.

    A partner reads the names of its own people, and of the vendor's only that it was the vendor.
    """
    known = visitor()
    vendor = known.vendor if known else "the vendor"
    is_staff = current_person.is_staff

    def name(line: EntryLine) -> str:
        if line.by_id is None:
            return "the program itself"
        if is_staff or line.by_partner_id is not None:
            return line.by_name or "somebody who is not here any more"
        return vendor

    return name


def period(head: FundHead) -> str:
    """Say from when to when a fund lasts."""
    return f"{day(head.starts_on)} to {day(head.ends_on)}" if head.ends_on else f"since {day(head.starts_on)}"


def overdraft(head: FundHead) -> str:
    """Say how far below zero the available money may go (F4)."""
    if head.overdraft is None:
        return "without a limit"
    return f"{money(head.money(head.overdraft), head.currency)} {head.currency}" if head.overdraft else "none"
