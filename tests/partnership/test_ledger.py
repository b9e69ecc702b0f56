"""F7: the page proves the ledger as a job, names what does not fit, and gives the heads to keep elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import proving
from app.models import Fund, LedgerAnchor, LedgerProof
from app.models.funds.findings import Finding, Weight
from tests import factories, funds
from tests.cast import Cast

SignIn = Callable[[str], FlaskClient]
PAGE = "/partnership/ledger"


@pytest.fixture
def fund(session: Session, cast: Cast) -> Fund:
    """Acme's fund with two entries."""
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2030, 12, 31))
    made = funds.fund(session, cast.acme)
    funds.credited(made, 10_000)
    funds.credited(made, 5_000)
    session.commit()
    return made


def asked(client: FlaskClient, session: Session) -> LedgerProof:
    """The proof that pressing the button asked for, done by the worker's function."""
    assert client.post(f"{PAGE}/proof").status_code == 303
    proof = session.scalars(select(LedgerProof).order_by(LedgerProof.id.desc())).first()
    assert proof is not None
    session.commit()
    proving.work(subject_id=proof.id)
    session.refresh(proof)
    return proof


def test_a_whole_ledger_says_so_with_its_counts(
    sign_in: SignIn, session: Session, fund: Fund, app: object
) -> None:
    """F7"""
    mona = sign_in("mona")
    assert "Not proved yet" in mona.get(PAGE).text

    with mona.application.app_context():
        proof = asked(mona, session)

    text = mona.get(PAGE).text
    assert (proof.state, proof.entries, proof.funds, proof.wrong) == ("whole", 2, 1, 0)
    assert "Every entry, chain and balance fits." in text
    assert "Mona Marketing" in text
    anchor = session.scalars(select(LedgerAnchor)).one()
    session.refresh(fund)
    assert (anchor.fund_id, anchor.sequence, anchor.hash) == (fund.id, 2, fund.last_hash)


def test_a_proof_under_way_is_shown_and_no_second_one_begins(
    sign_in: SignIn, session: Session, fund: Fund
) -> None:
    """F7"""
    mona = sign_in("mona")
    for _ in range(2):
        assert mona.post(f"{PAGE}/proof").status_code == 303

    text = mona.get(PAGE).text
    assert "Waiting for the worker" in text
    assert "Prove it now" not in text
    assert len(session.scalars(select(LedgerProof)).all()) == 1


def test_the_first_entry_that_does_not_fit_is_named_with_a_link(
    sign_in: SignIn, session: Session, fund: Fund
) -> None:
    """F7"""
    mona = sign_in("mona")
    proof = LedgerProof.ask(session, by=None)
    proof.begin()
    about = partial(Finding, partner="ACME", fund_id=fund.id, fund="Marketing fund")
    proof.close(
        session,
        [
            about("F4", "5.00 USD below zero.", Weight.INFORMATION),
            about("F2", "Entry 2 was changed after it was written.", entry_id=77),
            about("F1", "The balance “available” is wrong."),
        ],
    )
    session.commit()

    text = mona.get(PAGE).text

    assert "does not fit" in text
    first = text.index("The first entry that does not fit")
    assert text.index('href="/partnership/fund-entries/77"', first) < text.index("The balance", first)
    assert f'href="/partnership/funds/{fund.id}"' in text
    assert "5.00 USD below zero." in text


def test_heads_can_be_kept_outside(sign_in: SignIn, session: Session, fund: Fund) -> None:
    """F7"""
    answer = sign_in("audrey").get(f"{PAGE}/heads.csv")

    session.refresh(fund)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.mimetype == "text/csv"
    assert [(row["partner_code"], row["entries"], row["hash"]) for row in rows] == [
        ("ACME", "2", (fund.last_hash or b"").hex())
    ]


@pytest.mark.parametrize(
    ("who", "status"), [("mona", 200), ("carl", 200), ("audrey", 200), ("anna", 403), ("alice", 403)]
)
def test_who_reads_funds_may_prove_them(sign_in: SignIn, who: str, status: int) -> None:
    """A2"""
    assert sign_in(who).get(PAGE).status_code == status
