"""One list for two audiences: staff see whose a record is, a partner's person sees its own organisation's only.

What a partner may see is held by the database; here only the column and the filter that say whose it is are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for
from sqlalchemy import ColumnElement, func, select

from app.access import Permission, current_person, may
from app.extensions import db
from app.listing import Column, Filter, Listing, Page, matches, text
from app.models import Event, Partner

PARTNER = "partner"
NOBODY = "nobody"
MOST = 500
"""Of so many partners whose names match, the records are listed."""


@dataclass(frozen=True)
class SharedListing(Listing):
    """A list that staff and partners read."""

    def _whole(self, args: Any | None = None, where: ColumnElement[bool] | None = None) -> Page:
        return Page(self.as_seen(), dict((request.args if args is None else args).items()), where)

    def as_seen(self) -> SharedListing:
        """Return the list with the columns and filters that the reader has."""
        return self if current_person.is_staff else self._own()

    def _own(self) -> SharedListing:
        return replace(
            self,
            columns=[one for one in self.columns if one.name != PARTNER],
            filters=[one for one in self.filters if one.name != PARTNER],
        )


def partner_column() -> Column:
    """Return the column that says whose a record is; nobody's leads wait with the vendor."""
    return Column(
        PARTNER,
        "Partner",
        lambda row: row.partner_name,
        href=lambda row: (
            url_for("partnership.partners.show", partner_id=row[0].partner_id) if row[0].partner_id else None
        ),
    )


def partner_filter(partner_id: Any) -> Filter:
    """Return the filter by a partner's code, number or name."""
    return text(PARTNER, "Partner", lambda given: _whose(partner_id, given))


def _whose(partner_id: Any, given: str) -> ColumnElement[bool]:
    """Return the condition of the partners meant; “nobody” means what waits with the vendor."""
    whose: ColumnElement[bool] = (
        partner_id.is_(None) if given.lower() == NOBODY else partner_id.in_(_partners(given))
    )
    return whose


def _partners(given: str) -> list[int]:
    """Return the partners meant: the one of this code or number, else those whose names match."""
    by_code = select(Partner.id).where(func.lower(Partner.code) == given.lower())
    if given.isascii() and given.isdigit() and len(given) < 19:  # noqa: PLR2004 - fits a bigint
        by_code = select(Partner.id).where((Partner.id == int(given)) | (Partner.code == given))
    by_name = select(Partner.id).where(matches(Partner.search, given)).order_by(Partner.id).limit(MOST)
    return list(db.session.scalars(by_code)) or list(db.session.scalars(by_name))


def crumb(partner: Partner | None) -> tuple[str, str | None] | None:
    """Return the way to the partner, for those who have partners."""
    if partner is None or not current_person.is_staff:
        return None
    return partner.name, url_for("partnership.partners.show", partner_id=partner.id)


def history(record: Any) -> list[Any] | None:
    """Return what happened to a record, for those who may read events; None for the others."""
    if not may(Permission.EVENTS_READ):
        return None
    return Event.about(db.session(), record, reader=current_person)
