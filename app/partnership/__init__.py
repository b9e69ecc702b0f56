"""The vendor's main application: partners, program, prices, people, settings."""

from flask import Blueprint

bp = Blueprint("partnership", __name__, url_prefix="/partnership")
