"""The libraries the application is built on, each made once."""

from __future__ import annotations

from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from app.models import Base

db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    # On an engine this changes nothing; on a connection that is in a transaction (tests) a commit stays inside.
    session_options={"join_transaction_mode": "create_savepoint", "expire_on_commit": False},
)
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
