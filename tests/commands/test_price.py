"""`accord price`: R1 from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from app import commands
from app.commands.price import price
from app.models import PriceScope
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast


@pytest.fixture
def ask(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    lamp = factories.product(session, "LAMP", name="Desk lamp")
    base = factories.price_list(session, "BASE", PriceScope.BASE)
    factories.price(session, base, lamp, "90.5")
    session.commit()

    @contextmanager
    def application() -> Iterator[Session]:
        yield session

    monkeypatch.setattr(commands, "application", application)
    return CliRunner()


def test_the_command_says_the_price_and_why(ask: CliRunner) -> None:
    """R1"""
    said = ask.invoke(
        price, ["acme", "lamp", "--on", "2026-03-02", "--quantity", "2", "--currency", "usd"]
    ).output

    assert "Desk lamp (LAMP) for Acme Systems (ACME) on 2026-03-02" in said
    assert "Unit price  90.5 USD" in said
    assert "Amount      181 USD for 2" in said
    assert "From the base list “List BASE”" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["NOBODY", "LAMP"], "no partner with the code"),
        (["ACME", "NOTHING"], "no product with the SKU"),
        (["ACME", "LAMP", "--on", "2026-02-30"], "is not a day"),
        (["ACME", "LAMP", "--quantity", "1e9"], "is not a quantity"),
        (["ACME", "LAMP", "--currency", "CHF"], "There is no price in CHF"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(ask: CliRunner, arguments: list[str], sentence: str) -> None:
    """R4"""
    answer = ask.invoke(price, arguments)

    assert isinstance(answer.exception, RuleBroken)
    assert sentence in answer.exception.sentence
