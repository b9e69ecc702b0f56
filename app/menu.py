"""What each frame shows around a page: the menu by right, the partner's name, tier and manager."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from flask import Flask, current_app, g, get_template_attribute, request, url_for
from markupsafe import Markup
from sqlalchemy import text

from app import scope
from app.access import Permission, current_person, may, visitor
from app.extensions import db
from app.filters import plain_context
from app.forms import fresh_key

P = Permission


@dataclass(frozen=True)
class Item:
    """A link of the menu."""

    label: str
    href: str
    is_here: bool


@dataclass(frozen=True)
class Section:
    """A titled group of links."""

    title: str
    items: list[Item]


@dataclass(frozen=True)
class Menu:
    """The whole menu of a reader; `drawn` is what the frame shows of it."""

    sections: list[Section]
    search_href: str | None
    drawn: Markup


MAIN = (
    ("", (("Home", "home.show", P.PARTNERS_READ),)),
    (
        "Channel",
        (
            ("Partners", "partnership.partners.index", P.PARTNERS_READ),
            ("Partnerships", "partnership.partnerships.index", P.PARTNERS_READ),
            ("Assessments", "partnership.assessments.index", P.PARTNERS_READ),
            ("People", "partnership.people.index", P.PEOPLE_READ),
            ("Trainings", "partnership.trainings.index", P.TRAININGS_READ),
            ("Certificates", "partnership.certificates.index", P.TRAININGS_READ),
        ),
    ),
    (
        "Pipeline",
        (
            ("Leads", "leads.index", P.LEADS_READ),
            ("Opportunities", "opportunities.index", P.OPPORTUNITIES_READ),
            ("Registrations", "registrations.index", P.OPPORTUNITIES_READ),
            ("Orders", "orders.index", P.ORDERS_READ),
            ("Customers", "customers.index", P.CONFLICTS_DECIDE),
            ("Distribution", "distribution.index", P.PARTNERS_READ),
            ("Campaigns", "campaigns.index", P.PARTNERS_READ),
        ),
    ),
    (
        "Funds",
        (
            ("Funds", "partnership.funds.index", P.FUNDS_READ),
            ("Marketing activities", "partnership.activities.index", P.ACTIVITIES_READ),
            ("Requests", "partnership.fund_requests.index", P.FUNDS_READ),
            ("Differences", "partnership.fund_differences.index", P.FUNDS_READ),
            ("Ledger", "partnership.ledger.show", P.FUNDS_READ),
            ("Fund types", "partnership.fund_types.index", P.PROGRAM_READ),
            ("Activity types", "partnership.activity_types.index", P.PROGRAM_READ),
        ),
    ),
    (
        "Program",
        (
            ("Program", "partnership.program.index", P.PROGRAM_READ),
            ("Types", "partnership.types.index", P.PROGRAM_READ),
            ("Categories", "partnership.categories.index", P.PROGRAM_READ),
            ("Parameters", "partnership.parameters.index", P.PROGRAM_READ),
            ("Tiers", "partnership.tiers.index", P.PROGRAM_READ),
        ),
    ),
    (
        "Prices",
        (
            ("Products", "partnership.products.index", P.PROGRAM_READ),
            ("Price lists", "partnership.price_lists.index", P.PROGRAM_READ),
            ("Price for…", "partnership.price_for.show", P.PROGRAM_READ),
            ("Exchange rates", "partnership.exchange_rates.index", P.PROGRAM_READ),
        ),
    ),
    (
        "Administration",
        (
            ("Operating companies", "partnership.operating_companies.index", P.SETTINGS_READ),
            ("Stages", "stages.index", P.OPPORTUNITIES_READ),
            ("Measurements", "partnership.measurements.index", P.PARTNERS_READ),
            ("Imports", "partnership.imports.index", P.IMPORT_ALL),
            ("Imports", "partnership.imports.index", P.IMPORT_PIPELINE),
            ("Imports", "partnership.imports.index", P.IMPORT_FUNDS),
            ("Events", "partnership.events.index", P.EVENTS_READ),
            ("Settings", "partnership.settings.show", P.SETTINGS_READ),
        ),
    ),
)
PORTAL = (
    (
        "",
        (
            ("Home", "portal.home.show", P.PORTAL_READ),
            ("Partner program", "portal.program.show", P.PORTAL_READ),
            ("Leads", "leads.index", P.LEADS_READ),
            ("Opportunities", "opportunities.index", P.OPPORTUNITIES_READ),
            ("Registrations", "registrations.index", P.OPPORTUNITIES_READ),
            ("Orders", "orders.index", P.ORDERS_READ),
            ("Catalogue", "portal.catalogue.index", P.PORTAL_READ),
            ("Funds", "portal.funds.index", P.PORTAL_FUNDS_READ),
            ("Marketing activities", "portal.activities.index", P.PORTAL_ACTIVITIES_READ),
            ("People", "portal.people.index", P.PORTAL_PEOPLE_READ),
            ("Organisation", "portal.organisation.show", P.PORTAL_READ),
        ),
    ),
)


BESIDE = {
    "/leads/rules": ("/leads/decisions", "/leads/pinned"),
    "/partnership/activities": ("/partnership/joint-activities",),
    "/partnership/activity-types": ("/partnership/approval-rules",),
}
"""Pages that belong to a link of the menu without standing below its address."""


def register(app: Flask) -> None:
    """Give every page its frame."""
    app.jinja_env.globals["one_time_key"] = fresh_key
    app.jinja_env.globals["may"] = may
    app.jinja_env.globals["P"] = Permission
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    reader = visitor()
    if reader is None:
        return {"current_person": None, **plain_context()}
    person = reader.person
    return {
        "current_person": person,
        "vendor_name": reader.vendor,
        "unread": reader.unread,
        "menu": menu(),
        "frame": None if person.is_staff else partner_frame(),
        **plain_context(),
    }


def menu() -> Menu:
    """Return the reader's menu: what exists and what the reader may open, each page once."""
    reader = visitor()
    permissions = reader.permissions if reader else frozenset()
    groups = _links(permissions, request.script_root)
    return _menu(permissions, request.script_root, _here([href for _, links in groups for _, href in links]))


@lru_cache(maxsize=1024)
def _menu(permissions: frozenset[Permission], root: str, here: str | None) -> Menu:
    """Return the menu of everybody with these permissions who is on a page below the link `here`."""
    sections = [
        Section(title, [Item(label, href, href == here) for label, href in links])
        for title, links in _links(permissions, root)
    ]
    can_search = P.PARTNERS_READ in permissions and _exists("partnership.partners.index")
    draw = "portal_menu" if P.PORTAL_READ in permissions else "side_menu"
    drawn = get_template_attribute("frames/parts.html", draw)(sections)
    return Menu(sections, url_for("partnership.partners.index") if can_search else None, drawn)


@cache
def _links(permissions: frozenset[Permission], _root: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the titled links these permissions open; the same for all who hold them, at one mount point."""
    whole = PORTAL if P.PORTAL_READ in permissions else MAIN
    sections = [(title, _open_to(permissions, entries)) for title, entries in whole]
    return [(title, links) for title, links in sections if links]


def _open_to(
    permissions: frozenset[Permission], entries: tuple[tuple[str, str, Permission], ...]
) -> list[tuple[str, str]]:
    links: dict[str, str] = {}
    for label, endpoint, permission in entries:
        if permission in permissions and _exists(endpoint):
            links.setdefault(url_for(endpoint), label)
    return [(label, href) for href, label in links.items()]


def _here(hrefs: Sequence[str]) -> str | None:
    """Return the link of the menu that leads nearest to this page."""
    return max(filter(_is_here, hrefs), key=len, default=None)


def _is_here(href: str) -> bool:
    if any(request.path.startswith(beside) for beside in BESIDE.get(href, ())):
        return True
    if href in {"/", "/portal", "/portal/"}:
        return request.path.rstrip("/") == href.rstrip("/")
    return request.path == href or request.path.startswith(href.rstrip("/") + "/")


def _exists(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


# One question for the partner's name, the tier held today while active, and the manager's card.
_PARTNER_FRAME = text("""
    select o.name as partner_name, o.code as partner_code, t.name as tier_name,
           m.name as manager_name, m.title as manager_title, m.email as manager_email, m.phone as manager_phone
    from partner o
    left join active_period a on a.partner_id = o.id and a.during @> cast(:today as date)
    left join tier_period h on h.partnership_id = a.partnership_id and h.during @> cast(:today as date)
    left join tier t on t.id = h.tier_id
    left join manager_card m on m.partner_id = o.id
    where o.id = :partner_id
""")


def partner_frame() -> dict[str, Any]:
    """Return the partner's name, tier badge and manager card for the portal's frame, read once a request."""
    if "partner_frame" not in g:
        row = db.session.execute(
            _PARTNER_FRAME, {"partner_id": current_person.partner_id, "today": scope.today()}
        ).one()
        manager = None
        if row.manager_name:
            manager = {
                "name": row.manager_name,
                "title": row.manager_title,
                "email": row.manager_email,
                "phone": row.manager_phone,
                "initials": "".join(part[0] for part in row.manager_name.split()[:2]).upper(),
            }
        g.partner_frame = {
            "partner_name": row.partner_name,
            "partner_code": row.partner_code,
            "tier_name": row.tier_name,
            "manager": manager,
        }
    frame: dict[str, Any] = g.partner_frame
    return frame
