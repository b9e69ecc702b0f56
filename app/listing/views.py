"""The saved views of a list: the tabs above it, and what of the one in use is kept, changed or gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, redirect, request

from app.access import current_person, visitor
from app.extensions import db
from app.models import SavedView
from app.models.talk.saved_view import kept

EVERYTHING = "all"


@dataclass(frozen=True)
class Tab:
    """A view as a tab above the list."""

    name: str
    href: str
    is_here: bool
    is_colleagues: bool = False


@dataclass(frozen=True)
class Views:
    """What stands above a list of its saved views."""

    tabs: Sequence[Tab]
    listing: str
    query: str
    current: SavedView | None
    gone: Sequence[str]
    is_own: bool
    has_changed: bool
    may_share: bool
    clear_url: str

    @property
    def may_save(self) -> bool:
        """Say whether there is something to keep under a name."""
        return bool(self.query) and (self.current is None or self.has_changed)


def views_of(args: Mapping[str, str], known: frozenset[str]) -> Views:
    """Return the views of the list at this address; `known` names what the list can be asked."""
    views = _saved(request.path)
    current = next((view for view in views if str(view.id) == args.get("view")), None)
    query = kept(urlencode(dict(args)))
    has_default = any(view.is_default and view.person_id == current_person.id for view in views)
    everything = f"{request.path}?view={EVERYTHING}" if has_default else request.path
    tabs = [Tab(view.name, view.href, view is current, view.person_id != current_person.id) for view in views]
    asked = {} if current is None else current.asked
    gone = [name for name in asked if name not in known]
    return Views(
        tabs=[Tab("All", everything, is_here=not query and current is None), *tabs] if tabs else [],
        listing=request.path,
        query=query,
        current=current,
        gone=gone,
        is_own=current is not None and current.person_id == current_person.id,
        has_changed=current is not None and query != current.query,
        may_share=current_person.is_staff,
        clear_url=everything,
    )


def default_view() -> Response | None:
    """Return the way to the view a list opens with, when somebody opens it without asking anything."""
    if request.args or request.method != "GET":
        return None
    views = _saved(request.path)
    mine = (view for view in views if view.is_default and view.person_id == current_person.id)
    view = next(mine, None)
    return None if view is None else redirect(view.href)  # type: ignore[return-value]


def _saved(listing: str) -> list[SavedView]:
    """Return the reader's views of a list; the door knows for which lists there are any."""
    known = visitor()
    if known is None or listing not in known.views:
        return []
    return list(db.session.scalars(SavedView.seen_by(known.person).where(SavedView.listing == listing)))
