"""`accord ledger verify`: every balance again from its entries, the chain of hashes, and what must agree with them (F7)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from app.models.funds.findings import Finding


@click.group()
def ledger() -> None:
    """Prove what funds hold."""


@ledger.command()
@click.option(
    "--all", "everything", is_flag=True, help="List everything found, not the first wrong entry only."
)
@click.option(
    "--heads", "keeps_heads", is_flag=True, help="Print the head of every chain as CSV, to be kept elsewhere."
)
def verify(*, everything: bool, keeps_heads: bool) -> None:
    """Prove the ledger: exit 0 when it is whole, 1 with the first entry that does not fit."""
    from app import proving
    from app.commands import application
    from app.models import LedgerProof
    from app.models.funds.anchoring import heads
    from app.models.funds.findings import Weight

    with application() as session:
        proof = LedgerProof.ask(session, by=None)
        proof.begin()
        session.commit()
        findings = proving.prove(proof.id)
        session.refresh(proof)
        ends = list(heads(session)) if keeps_heads else []
        what = f"{proof.entries:,} entries of {proof.funds:,} funds in {proof.seconds:.1f} seconds"
    for end in ends:
        click.echo(f"{end.partner},{end.fund},{end.entries},{end.hash}")
    wrong = [one for one in findings if one.weight is Weight.WRONG]
    for one in findings if everything else wrong[:1]:
        click.echo(_line(one), err=True)
    if wrong:
        click.echo(f"The ledger does not fit: {len(wrong):,} findings, {what}.", err=True)
        sys.exit(1)
    click.echo(f"The ledger is whole: {what}.", err=keeps_heads)


def _line(finding: Finding) -> str:
    where = f"{finding.where}: " if finding.where else ""
    weight = "" if finding.weight.value == "wrong" else f"({finding.weight.value}) "
    return f"{weight}{where}{finding.sentence} [{finding.rule}]"
