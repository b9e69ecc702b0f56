"""Signing in and out, passwords, sessions, invitations."""

from flask import Blueprint

from app.accounts import entry, invitations, outbox, passwords, sessions

bp = Blueprint("accounts", __name__, url_prefix="/accounts")
for part in (entry, invitations, outbox, passwords, sessions):
    part.register(bp)
