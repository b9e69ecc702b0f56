"""Lists: search, filters kept in the URL, sorting, paging by key, and export of what is shown.

A face declares a `Listing`; `page()` answers one screen of it, and `routes()` puts .csv and .xlsx beside it.
Pages go by the last row seen, never by offset, and totals are counted up to 10,001 only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from app.listing import bulk
from app.listing.acts import Act, Question
from app.listing.columns import Column, Declared, Filter, choice, day, matches, text
from app.listing.exports import as_csv, as_sheet
from app.listing.finding import few
from app.listing.kept import TODAY
from app.listing.page import Page
from app.listing.views import default_view

__all__ = [
    "TODAY",
    "Act",
    "Column",
    "Filter",
    "Listing",
    "Page",
    "Question",
    "choice",
    "day",
    "few",
    "matches",
    "text",
]


@dataclass(frozen=True)
class Listing(Declared):
    """A list of one noun, ready to be shown and exported."""

    def page(self, args: Any | None = None, where: ColumnElement[bool] | None = None) -> Page:
        """Return the screen these URL arguments ask for, read now; `where` narrows the list further.

        Somebody who asks nothing is led to the view the list opens with, if one was chosen.
        """
        chosen = default_view() if args is None else None
        if chosen is not None:
            abort(chosen)
        page = self._whole(args, where)
        page.load()
        return page

    def asked(self, args: Any, where: ColumnElement[bool] | None = None) -> Page:
        """Return the whole list as these arguments ask for it, nothing read yet."""
        return self._whole(args, where)

    def _whole(self, args: Any | None = None, where: ColumnElement[bool] | None = None) -> Page:
        return Page(self, dict((request.args if args is None else args).items()), where)

    def routes(self, blueprint: Blueprint, mark: Callable[[Any], Any]) -> None:
        """Put the exports beside the list: `mark` is @requires(...) of the list itself."""

        def add(state: BlueprintSetupState) -> None:
            name = ".".join(part for part in (state.name_prefix, state.name) if part)
            for suffix, export in ((".csv", self._csv), (".xlsx", self._xlsx)):
                rule = f"{(state.url_prefix or '').rstrip('/')}{suffix}"
                state.app.add_url_rule(rule, f"{name}.{suffix[1:]}", mark(_view(export)))
            if self.acts:
                rule = f"{(state.url_prefix or '').rstrip('/')}/selection"
                view = mark(_view(lambda: bulk.answer(self)))
                state.app.add_url_rule(rule, f"{name}.selection", view, methods=["POST"])

        blueprint.record(add)

    def _csv(self) -> ResponseReturnValue:
        return as_csv(self._whole())

    def _xlsx(self) -> ResponseReturnValue:
        return as_sheet(self._whole())


def _view(export: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """Return a function of its own, which can be marked with what it requires."""

    def view(**_address: Any) -> ResponseReturnValue:
        return export()

    return view
