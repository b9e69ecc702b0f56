"""Questions over facts, answered as charts whose numbers open the records."""

from flask import Blueprint

bp = Blueprint("analytics", __name__, url_prefix="/analytics")
