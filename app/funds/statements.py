"""A fund's statement as a file: the days are read from the address, and a period that makes none is refused in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app import scope
from app.database import new_session
from app.extensions import db
from app.funds import reader, statement_files
from app.funds.finding import found
from app.models.funds.fund_reading import FundHead
from app.models.funds.fund_statement import Statement, statement
from app.papers import statements
from app.rules.refusals import RuleBroken

TYPES = {"pdf": "application/pdf", "csv": "text/csv", "json": "application/json"}


def routes(bp: Blueprint, mark: Callable[[Any], Any]) -> None:
    """Put a fund's statement beside its page, in each form; `mark` is @requires(...) of the page."""
    for form in TYPES:
        bp.add_url_rule(f"/<id:fund_id>/statement.{form}", f"statement_{form}", mark(_view(form)))


def _view(form: str) -> Callable[[int], ResponseReturnValue]:
    def view(fund_id: int) -> ResponseReturnValue:
        head = found(fund_id)
        try:
            return _answer(head, form)
        except RuleBroken as refusal:
            return _refused(refusal, head, form)

    return view


def _refused(refusal: RuleBroken, head: FundHead, form: str) -> ResponseReturnValue:
    """Lead back to the fund with the sentence; a machine that asks for JSON reads it as a problem document."""
    g.refusal = refusal
    if form == "json" and "text/html" not in request.accept_mimetypes.values():
        problem = {"type": "about:blank", "title": "No statement of these days", "status": 422}
        written = json.dumps(problem | {"detail": refusal.sentence}, ensure_ascii=False)
        return Response(written, 422, mimetype="application/problem+json")
    flash(refusal.sentence, "refusal")
    return redirect(reader.fund_url(head.id))


def _answer(head: FundHead, form: str) -> Response:
    today = head.today
    first = _day("from", today.replace(day=1))
    asked = statement(db.session(), head, first, _day("to", today))
    content = statements.paper(db.session(), asked) if form == "pdf" else _streamed(asked, form)
    answer = Response(content, mimetype=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{statement_files.name(asked)}.{form}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _day(name: str, otherwise: date) -> date:
    given = request.args.get(name, "").strip()
    if not given:
        return otherwise
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", given, re.ASCII):
            raise ValueError(given)
        return date.fromisoformat(given)
    except ValueError:
        raise RuleBroken(
            f"“{given[:40]}” is not a day. Write year, month and day, such as 2026-03-31.", name
        ) from None


def _streamed(asked: Statement, form: str) -> Iterator[str]:
    """Return the file piece by piece, read by a session of its own: the request's ends before the stream."""
    return _pieces(asked, form, new_session(), scope.current() or scope.DOOR)


def _pieces(asked: Statement, form: str, session: Session, opened: scope.Scope) -> Iterator[str]:
    with scope.opened(opened), session:
        yield from statement_files.WRITERS[form](session, asked)
