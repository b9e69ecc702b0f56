"""What a person reads when something is refused or goes wrong: a sentence, what to do, a number to quote."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import Flask, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from app.extensions import db
from app.rules.refusals import RuleBroken

log = logging.getLogger(__name__)

STALE = "Somebody changed this meanwhile. Look at it as it is now, then try again."
BUSY = frozenset({"40001", "40P01", "55P03"})  # others held what this needed, however often it was tried
AWAY = ("57", "08")  # PostgreSQL: operator intervention, connection trouble


def register(app: Flask) -> None:
    """Answer every refusal and failure with a page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RuleBroken, _rule_broken)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _away)
    app.register_error_handler(Exception, _failure)


def _page(code: int, sentence: str | None = None) -> ResponseReturnValue:
    try:
        return render_template(
            "errors/error.html", code=code, sentence=sentence, request_id=g.get("request_id")
        ), code
    except Exception:
        log.exception("The error page could not be drawn")
        return f"Error {code}. Request {g.get('request_id')}", code


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - a redirect raised as an exception
        return error
    if isinstance(error, CSRFError):
        return _page(400, "This page was open for too long. Go back, reload it and try once more.")
    if isinstance(error, RequestEntityTooLarge):
        request.environ["wsgi.input_terminated"] = False
    own = error.description if getattr(error, "for_the_person", False) else None
    return _page(error.code, own)


def _rule_broken(refusal: RuleBroken) -> ResponseReturnValue:
    """Say a rule's sentence on the record the button was on; nothing was changed."""
    db.session.rollback()
    g.refusal = refusal
    if request.method == "GET":
        return _page(422, refusal.sentence)
    flash(refusal.sentence, "refusal")
    return redirect(way_back())


def _stale(_error: StaleDataError) -> ResponseReturnValue:
    db.session.rollback()
    flash(STALE, "refusal")
    return redirect(way_back())


def way_back() -> str:
    """Return the page of this site that the act came from."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host:
        path = "/" + came_from.path.lstrip("/\\")  # two slashes would name another site
        return path + (f"?{came_from.query}" if came_from.query else "")
    return "/"


def _database(error: DBAPIError) -> ResponseReturnValue:
    state = getattr(error.orig, "sqlstate", None)
    if (
        error.connection_invalidated
        or state is None
        or state.startswith(AWAY)
        or state in BUSY
        or isinstance(error, PoolTimeout)
    ):
        return _away(error)
    return _failure(error)


def _away(error: Exception) -> ResponseReturnValue:
    log.error("The database is away: %s", error)
    page, code = "", 503
    answer = _page(503)
    if isinstance(answer, tuple):
        page = answer[0]  # type: ignore[assignment]
    return page, code, {"Retry-After": "5"}


def _failure(error: Exception) -> ResponseReturnValue:
    log.error("Request %s failed", g.get("request_id"), exc_info=error)
    return _page(InternalServerError.code)
