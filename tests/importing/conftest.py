"""Files brought in within a test's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.database import driver
from app.importing import exporting, files
from app.importing.kinds import KINDS
from app.importing.loading import Outcome, Wish, bring
from app.importing.staging import Refusal


@dataclass
class Brought:
    """What came of a file, and every refusal as (line, column, value)."""

    outcome: Outcome
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.outcome.created, self.outcome.changed, self.outcome.unchanged

    @property
    def places(self) -> list[tuple[int, str, str]]:
        return [(each.line, each.column, each.value) for each in self.refusals]

    @property
    def whys(self) -> str:
        return " | ".join(each.why for each in self.refusals)


BringIn = Callable[..., Brought]


@pytest.fixture
def bring_in(session: Session, tmp_path: Path) -> BringIn:
    """`bring_in("partners", "code,name,type", "A,Acme,Reseller")`; a refused file leaves nothing behind."""

    def brought(kind: str, *lines: str, **wish: bool) -> Brought:
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
        refusals: list[Refusal] = []
        source = files.inspect(path)
        outcome = bring(session, KINDS[kind], source, Wish(**wish), by=None, heard=refusals.append)
        session.commit()
        session.expire_all()
        return Brought(outcome, refusals)

    return brought


@pytest.fixture
def exported(session: Session) -> Callable[[str], list[str]]:
    """The lines of an export."""

    def lines(kind: str, partner_code: str | None = None) -> list[str]:
        text = b"".join(exporting.lines(driver(session), KINDS[kind], partner_code)).decode()
        return text.splitlines()

    return lines
