"""Logs: one JSON line an event, in UTC, with the request, the person and the partner; never a secret."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, has_request_context, request

from config import Settings


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line |= {"request": g.get("request_id"), "method": request.method, "path": request.path}
            visitor = g.get("_login_user")
            if visitor is not None and visitor.is_authenticated:
                line |= {"person": visitor.person.id, "partner": visitor.person.partner_id}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def register(app: Flask, settings: Settings) -> None:
    """Send the program's log to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger("app")
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    root.propagate = app.testing
