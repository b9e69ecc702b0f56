"""Proving the ledger, for the command and for the page: one state of the database is read, whoever posts meanwhile (F7)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import scope, stored_files
from app.database import commit, retried, unit_of_work
from app.extensions import db
from app.jobs import task
from app.models import LedgerProof
from app.models.funds.anchoring import anchor
from app.models.funds.findings import Finding, Weight
from app.models.funds.verifying import verify

log = logging.getLogger(__name__)
Tell = Callable[[str, int, int], None]


@task("ledger.prove")
def work(subject_id: int) -> None:
    """Do a proof that somebody asked for; done twice it has one effect."""
    with unit_of_work() as session:
        proof = session.get(LedgerProof, subject_id, with_for_update=True)
        if proof is None or not proof.begin():
            return
    try:
        prove(subject_id)
    except Exception:
        log.exception("Proof %s failed", subject_id)
        with unit_of_work() as session:
            session.get_one(LedgerProof, subject_id).fail()


def prove(proof_id: int, also: Tell | None = None) -> list[Finding]:
    """Prove the ledger, keep what was found and, when nothing is wrong, the heads; `also` hears how far it is."""

    def tell(doing: str, done: int, parts: int) -> None:
        with unit_of_work() as session:
            session.get_one(LedgerProof, proof_id).reach(doing, done, parts)
        if also is not None:
            also(doing, done, parts)

    findings = retried(partial(_read, tell))
    with unit_of_work() as session:
        session.get_one(LedgerProof, proof_id).close(session, findings)
    return findings


def _read(tell: Tell) -> list[Finding]:
    with scope.opened(scope.WORKER), _still() as session:
        findings = list(verify(session, whereabouts=stored_files.whereabouts, tell=tell))
        if not any(one.weight is Weight.WRONG for one in findings):
            anchor(session)
        commit(session)
    return findings


def _still() -> Session:
    """Return a session that sees one state of the database; inside a transaction under way, that one's."""
    bind = db.engine
    if isinstance(bind, Engine):
        bind = bind.execution_options(isolation_level="REPEATABLE READ")
    return Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint")
