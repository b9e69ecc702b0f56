"""Accord: a partner program portal. This is its table of contents."""

from __future__ import annotations

import gc
import secrets
from typing import Any

from flask import Response, redirect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as BaseResponse

from app.addresses import Addresses
from app.rules.refusals import RuleBroken
from config import Environment, Settings, read

MEGABYTE = 1024 * 1024
REFUSED = 422
LARGEST_ID = 9_223_372_036_854_775_807


class Id(IntegerConverter):
    """A row's number in an address: what a bigint holds, and nothing longer."""

    regex = r"\d{1,19}"

    def __init__(self, map: Any) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, max=LARGEST_ID)


class Accord(Addresses):
    """The application: one unit of work per request, committed once, at the edge."""

    def redirect(self, location: str, code: int = 302) -> BaseResponse:
        """Redirect with 303, so that what follows an act is always a GET."""
        return super().redirect(location, 303 if code == 302 else code)  # noqa: PLR2004

    def dispatch_request(self) -> Response:
        """Do the request's work in one transaction, again when the database asks for it."""
        from app import database, once  # noqa: PLC0415 - the factory reads the settings first
        from app.extensions import db  # noqa: PLC0415

        def work() -> Response:
            try:
                answered = once.answer_given()
                if answered is not None:
                    return redirect(answered)  # type: ignore[return-value]
                response: Response = self.make_response(super(Accord, self).dispatch_request())
                once.keep(response)
                database.commit(db.session())
            except BaseException:
                db.session.rollback()
                raise
            else:
                return response

        try:
            response = database.retried(work)
        except (RuleBroken, StaleDataError, DBAPIError):
            answered = once.answer_given()  # a double click: refused because the first one was done meanwhile
            if answered is None:
                raise
            return redirect(answered)  # type: ignore[return-value]
        answered = once.answer_given() if response.status_code == REFUSED else None
        return response if answered is None else redirect(answered)  # type: ignore[return-value]


def create_app(settings: Settings | None = None) -> Accord:
    """Return the application for these settings (by default those of the environment)."""
    from app import (  # noqa: PLC0415  # noqa: PLC0415
        access,
        accounts,
        analytics,
        database,
        errors,
        extensions,
        filters,
        headers,
        home,
        leads,
        logs,
        menu,
        notifications,
        partnership,
        portal,
        static_files,
        views,
    )

    settings = database.located(settings or read())
    app = Accord(__name__, static_folder="static")
    app.config.update(configuration(settings))
    app.url_map.converters["id"] = Id
    app.url_map.strict_slashes = False
    logs.register(app, settings)
    extensions.db.init_app(app)
    extensions.login_manager.init_app(app)
    extensions.login_manager.session_protection = None
    access.guard(app)
    extensions.csrf.init_app(app)
    filters.register(app)
    errors.register(app)
    headers.register(app, settings)
    menu.register(app)
    static_files.serve(app)
    for face in (home, notifications, views, accounts, partnership, portal, analytics):
        app.register_blueprint(face.bp)
    leads.register(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    return app


def settle() -> None:
    """Tell Python that the program itself is no garbage: else it is looked through again and again, a tenth of a page's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def configuration(settings: Settings) -> dict[str, Any]:
    """Return what Flask and its extensions read."""
    from app import database  # noqa: PLC0415

    secure = settings.base_url.startswith("https://")
    return {
        "ACCORD": settings,
        "SECRET_KEY": settings.secret_key or secrets.token_urlsafe(32),
        "TESTING": settings.environment is Environment.TESTING,
        "SQLALCHEMY_DATABASE_URI": database.driver_url(settings.database_url or ""),
        "SQLALCHEMY_ENGINE_OPTIONS": database.ENGINE_OPTIONS,
        "MAX_CONTENT_LENGTH": MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": MEGABYTE,
        "SESSION_COOKIE_NAME": "__Host-accord" if secure else "accord",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "PROPAGATE_EXCEPTIONS": False,
        "TRUSTED_HOSTS": None,
    }
